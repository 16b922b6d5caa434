"""Claimers that are contracts: whoever calls back while it is paid gets nothing twice."""

from __future__ import annotations

import pytest

from system.chain.abi import selector
from system.chain.sender import Call
from system.models import trainer
from tests.proxy import again, proxy, refusals, through
from tests.unit.models.pair import STAKE, Pair, Sample

ETHER = 10**18


def contributed(pair: Pair, account: str, feature: int) -> Sample:
    """Data that the contract gave."""
    deposit = pair.cost()
    call = trainer.adding(pair.wiring.trainer, [feature], 1, value=deposit)
    pair.evm.send(pair.admin, through(account, call))
    return Sample((feature,), 1, pair.now_s, account)


def refund_of(pair: Pair, sample: Sample) -> Call:
    return trainer.refunding(
        pair.wiring.trainer, sample.features, sample.cls, added_at=sample.added_at
    )


def report_of(pair: Pair, sample: Sample) -> Call:
    return trainer.reporting(
        pair.wiring.trainer,
        sample.features,
        sample.cls,
        added_at=sample.added_at,
        author=sample.author,
    )


@pytest.mark.parametrize(
    ("in_the_middle", "refusal"),
    [
        (lambda pair, sample: trainer.withdrawing(pair.wiring.incentive), "NothingOwed(address)"),
        (refund_of, "AlreadyClaimed(address,bytes32)"),
        (report_of, "AlreadyClaimed(address,bytes32)"),
    ],
    ids=["withdraw", "refund", "report"],
)
@pytest.mark.parametrize("first", [refund_of, report_of], ids=["refunded", "reported"])
def test_who_calls_back_while_it_is_paid_gets_nothing_twice(first, in_the_middle, refusal):
    pair = Pair.staked()
    claimer, other = proxy(pair.evm, wei=ETHER), pair.account()
    sample = contributed(pair, claimer, 7)
    pair.evm.send(other, trainer.adding(pair.wiring.trainer, [8], 1, value=pair.cost()))
    at_stake = ETHER - pair.evm.balance(claimer)
    pair.evm.mine(STAKE.any_wait_s)
    pair.evm.send(pair.admin, through(claimer, first(pair, sample)))
    pair.evm.send(pair.admin, again(claimer, in_the_middle(pair, sample)))
    others = pair.evm.balance(pair.wiring.incentive) - at_stake
    assert others > 0
    pair.evm.send(pair.admin, through(claimer, trainer.withdrawing(pair.wiring.incentive)))
    assert pair.evm.balance(claimer) == ETHER
    assert pair.evm.balance(pair.wiring.incentive) == others
    assert refusals(pair.evm, claimer) == (1, selector(refusal))


def test_what_is_due_in_the_middle_of_a_payment_is_owed_once():
    """A second deposit, claimed while the first is paid out, comes with the next withdrawal."""
    pair = Pair.staked()
    claimer = proxy(pair.evm, wei=ETHER)
    first = contributed(pair, claimer, 7)
    second = contributed(pair, claimer, 8)
    pair.evm.mine(STAKE.refund_wait_s)
    pair.evm.send(pair.admin, through(claimer, refund_of(pair, first)))
    pair.evm.send(pair.admin, again(claimer, refund_of(pair, second)))
    withdraw = through(claimer, trainer.withdrawing(pair.wiring.incentive))
    pair.evm.send(pair.admin, withdraw)
    assert refusals(pair.evm, claimer)[0] == 0
    assert pair.evm.balance(pair.wiring.incentive) == ETHER - pair.evm.balance(claimer) > 0
    pair.evm.send(pair.admin, withdraw)
    assert pair.evm.balance(claimer) == ETHER
    assert pair.evm.balance(pair.wiring.incentive) == 0


def test_who_takes_no_wei_keeps_what_it_is_owed():
    pair = Pair.staked()
    claimer = proxy(pair.evm, takes=False, wei=ETHER)
    sample = contributed(pair, claimer, 7)
    pair.evm.mine(STAKE.refund_wait_s)
    pair.evm.send(pair.admin, through(claimer, refund_of(pair, sample)))
    owed = trainer.owed_to(pair.evm, pair.wiring.incentive, claimer)
    call = through(claimer, trainer.withdrawing(pair.wiring.incentive))
    assert pair.evm.refusal(pair.admin, call) == "PaymentRefused"
    assert trainer.owed_to(pair.evm, pair.wiring.incentive, claimer) == owed > 0
    assert pair.evm.balance(pair.wiring.incentive) == owed
