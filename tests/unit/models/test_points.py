"""Points: what counts as good data, without any money."""

from __future__ import annotations

import pytest

from system.models import trainer
from tests.unit.models.pair import STAKE, Pair

WAIT = STAKE.refund_wait_s


def contributed(pair, *, agrees):
    """A contribution that the model agrees with, or no longer does."""
    sample = pair.added(pair.account(), [7], 1)
    if not agrees:
        pair.added(pair.account(), [7], 2)
    return sample


def good(pair, account):
    """How many contributions of the account are known as good; both agree in all they know."""
    standing = trainer.standing_of(pair.evm, pair.wiring.incentive, account)
    assert standing == pair.twin.incentive.standing(account)
    return standing.good


@pytest.mark.parametrize(
    ("age_s", "agrees", "outcome"),
    [
        (0, True, "TooEarly"),
        (WAIT - 1, True, "TooEarly"),
        (WAIT, True, ""),
        (WAIT, False, "ModelDisagrees"),
        (10**9, True, ""),
    ],
)
def test_agreement_after_the_wait_is_a_point(age_s, agrees, outcome):
    pair = Pair.pointed()
    sample = contributed(pair, agrees=agrees)
    pair.evm.mine(age_s)
    assert pair.refund(sample.author, sample) == outcome
    assert good(pair, sample.author) == (outcome == "")


@pytest.mark.parametrize(
    ("age_s", "agrees", "outcome"),
    [
        (0, False, "TooEarly"),
        (WAIT - 1, False, "TooEarly"),
        (WAIT, False, ""),
        (WAIT, True, "ModelAgrees"),
        (10**9, True, "ModelAgrees"),
    ],
)
def test_a_report_needs_the_wait_and_disagreement_and_earns_nothing(age_s, agrees, outcome):
    pair = Pair.pointed()
    sample, reporter = contributed(pair, agrees=agrees), pair.account()
    pair.evm.mine(age_s)
    assert pair.report(reporter, sample) == outcome
    assert pair.owed(reporter) == good(pair, reporter) == 0


def test_the_first_claim_settles_a_contribution():
    pair = Pair.pointed()
    reported, refunded = contributed(pair, agrees=False), pair.added(pair.account(), [9], 1)
    pair.evm.mine(WAIT)
    reporter, other = pair.account(), pair.account()
    assert pair.report(reporter, reported) == ""
    assert pair.report(reporter, reported) == "AlreadyClaimed"
    assert pair.report(other, reported) == "NothingToClaim"
    assert pair.refund(refunded.author, refunded) == ""
    assert pair.refund(refunded.author, refunded) == "AlreadyClaimed"
    pair.added(other, [9], 2)
    assert pair.report(reporter, refunded) == "NothingToClaim"


def test_nobody_reports_itself():
    pair = Pair.pointed()
    sample = contributed(pair, agrees=False)
    pair.evm.mine(WAIT)
    assert pair.report(sample.author, sample) == "OwnData"


def test_nothing_is_paid_and_what_is_sent_comes_back():
    pair = Pair.pointed()
    author = pair.account()
    assert pair.cost() == 0
    assert pair.add(author, [1], 1, paid=5) == ""
    assert pair.left(pair.samples[0]) == 0
    assert pair.owed(author) == 5
    assert pair.withdraw(author) == ""
    assert pair.evm.balance(pair.wiring.incentive) == 0
    assert pair.evm.balance(author) == pair.wallets[author]
