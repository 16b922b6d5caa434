"""Deposit, refund and take: what data costs when, and who gets how much from when on."""

from __future__ import annotations

from dataclasses import replace
from math import isqrt

import pytest

from system.chain.compiler import artifact
from system.models import trainer
from system.models.incentives.stake import StakeTerms, data_cost
from system.models.refused import Refused
from tests.evm import Evm
from tests.evm import Refused as Reverted
from tests.unit.models.pair import STAKE, Pair, Sample

HEAVY = 2**80 - 1
PATIENT = {"owner_wait_s": 10_000, "any_wait_s": 10_000}
REFUND, OWNER, ANYBODY = STAKE.refund_wait_s, STAKE.owner_wait_s, STAKE.any_wait_s


@pytest.mark.parametrize(
    ("idle_s", "times"),
    [(0, 3600), (1, 3600), (2, 3600), (3, 3600), (4, 1800), (8, 1800), (9, 1200), (60, 514),
     (3600, 60), (86_400, 12), (3600**2, 1), (3601**2, 0)],
)  # fmt: skip
def test_data_costs_the_weight_times_the_hour_by_the_root_of_the_wait(idle_s, times):
    evm = Evm()
    terms = replace(STAKE, cost_weight=1)
    contract = evm.deploy(artifact("StakeIncentive"), *terms.arguments(), sender=evm.account())
    evm.mine(idle_s)
    assert trainer.cost_now(evm, contract) == times == data_cost(1, idle_s)


@pytest.mark.parametrize("idle_s", [5, 15, 16, 17, 255, 256, 10**6 - 1, 10**6, 2**40 - 1, 2**40])
@pytest.mark.parametrize("weight", [0, 10**15, HEAVY])
def test_the_cost_is_exact_for_every_weight_and_wait(weight, idle_s):
    evm = Evm()
    terms = replace(STAKE, cost_weight=weight)
    contract = evm.deploy(artifact("StakeIncentive"), *terms.arguments(), sender=evm.account())
    evm.mine(idle_s)
    assert trainer.cost_now(evm, contract) == weight * 3600 // isqrt(idle_s)
    assert trainer.cost_now(evm, contract) == data_cost(weight, idle_s)


def test_each_contribution_starts_the_price_anew():
    pair = Pair.staked()
    author = pair.account()
    pair.evm.mine(3600)
    assert pair.cost() == 60_000
    pair.added(author, [1], 1)
    assert pair.cost() == 3_600_000


def test_what_is_paid_beyond_the_cost_can_be_withdrawn_at_once():
    pair = Pair.staked()
    author = pair.account()
    assert pair.add(author, [1], 1, paid=pair.cost() - 1) == "TooLittle"
    assert pair.add(author, [1], 1, paid=pair.cost() + 77) == ""
    assert pair.owed(author) == 77
    assert pair.withdraw(author) == ""
    assert pair.withdraw(author) == "NothingOwed"


@pytest.mark.parametrize(
    "waits", [(2, 1, 3), (1, 3, 2), (3, 2, 1)], ids=["owner first", "anybody first", "reversed"]
)
def test_waits_that_fall_are_refused(waits):
    evm = Evm()
    with pytest.raises(Refused, match="WaitsOutOfOrder"):
        StakeTerms(1, *waits)
    arguments = (1, *waits, evm.account())
    with pytest.raises(Reverted, match="WaitsOutOfOrder"):
        evm.deploy(artifact("StakeIncentive"), *arguments, sender=evm.account())


class Case:
    """One contribution, and everybody who may want its deposit."""

    def __init__(self, **changes: int) -> None:
        evm = Evm()
        beneficiary = evm.account()
        self.pair = Pair.staked(replace(STAKE, beneficiary=beneficiary, **changes), evm=evm)
        self.author, self.good, self.stranger = (self.pair.account() for _ in range(3))
        self.earn(self.good, 1)
        self.accounts = {
            "author": self.author,
            "good": self.good,
            "stranger": self.stranger,
            "beneficiary": self.pair.follow(beneficiary),
        }

    def earn(self, account: str, times: int) -> None:
        """Give an account good data."""
        for number in range(times):
            sample = self.pair.added(account, [100 + number], 1)
            self.pair.evm.mine(REFUND)
            assert self.pair.refund(account, sample) == ""

    def contributed(self, *, agrees: bool) -> Sample:
        """The contribution: the model agrees with it, or has been taught otherwise since."""
        sample = self.pair.added(self.author, [7], 1)
        if not agrees:
            self.pair.added(self.stranger, [7], 2)
        return sample


@pytest.mark.parametrize(
    ("who", "age_s", "agrees", "outcome"),
    [
        ("author", 0, True, "TooEarly"),
        ("author", REFUND - 1, True, "TooEarly"),
        ("author", REFUND, True, "all"),
        ("author", REFUND, False, "ModelDisagrees"),
        ("author", ANYBODY, False, "ModelDisagrees"),
        ("author", 10**9, True, "all"),
        ("good", REFUND, True, "UnknownData"),
        ("stranger", ANYBODY, True, "UnknownData"),
    ],
)
def test_who_is_refunded_when(who, age_s, agrees, outcome):
    case = Case()
    sample = case.contributed(agrees=agrees)
    case.pair.evm.mine(age_s)
    claimed(case, who, sample, outcome, case.pair.refund)


@pytest.mark.parametrize(
    ("who", "age_s", "agrees", "outcome"),
    [
        ("good", 0, False, "TooEarly"),
        ("good", REFUND - 1, False, "TooEarly"),
        ("good", REFUND, False, "all"),  # all good data is its own
        ("good", REFUND, True, "ModelAgrees"),
        ("good", OWNER, True, "ModelAgrees"),
        ("good", ANYBODY - 1, True, "ModelAgrees"),
        ("good", ANYBODY, True, "all"),
        ("author", REFUND - 1, False, "OwnData"),
        ("author", REFUND, False, "OwnData"),
        ("author", ANYBODY - 1, False, "OwnData"),
        ("author", ANYBODY, False, "all"),
        ("stranger", REFUND - 1, False, "TooEarly"),
        ("stranger", REFUND, True, "ModelAgrees"),
        ("stranger", REFUND, False, "NoGoodData"),
        ("stranger", OWNER, False, "NoGoodData"),
        ("stranger", ANYBODY - 1, False, "NoGoodData"),
        ("stranger", ANYBODY, False, "all"),
        ("stranger", ANYBODY, True, "all"),
        ("beneficiary", REFUND, False, "NoGoodData"),
        ("beneficiary", OWNER - 1, False, "NoGoodData"),
        ("beneficiary", OWNER, False, "all"),
        ("beneficiary", OWNER, True, "all"),
        ("beneficiary", ANYBODY, True, "all"),
    ],
)
def test_who_takes_of_a_deposit_when(who, age_s, agrees, outcome):
    case = Case()
    sample = case.contributed(agrees=agrees)
    case.pair.evm.mine(age_s)
    claimed(case, who, sample, outcome, case.pair.report)


def claimed(case, who, sample, outcome, claim):
    """Claim, and find either the refusal by its name or all of the deposit owed."""
    account, pair = case.accounts[who], case.pair
    before, deposit = pair.owed(account), pair.left(sample)
    assert deposit > 0
    refused = outcome != "all"
    assert claim(account, sample) == (outcome if refused else "")
    assert pair.left(sample) == (deposit if refused else 0)
    assert pair.owed(account) - before == (0 if refused else deposit)


def test_reporters_share_by_their_good_data_until_nothing_is_left():
    case = Case()
    pair = case.pair
    case.earn(case.stranger, 2)
    sample = case.contributed(agrees=False)
    deposit = pair.left(sample)
    pair.evm.mine(REFUND)
    before = pair.owed(case.good)
    assert pair.report(case.good, sample) == ""
    assert pair.owed(case.good) - before == deposit // 3
    assert pair.report(case.good, sample) == "AlreadyClaimed"
    assert pair.report(case.stranger, sample) == ""
    assert pair.report(case.stranger, sample) == "AlreadyClaimed"
    assert pair.left(sample) == deposit - deposit // 3 - deposit * 2 // 3 == 0
    assert pair.report(case.accounts["beneficiary"], sample) == "NothingToClaim"
    assert pair.refund(case.author, sample) == "NothingToClaim"


def test_a_share_beyond_what_is_left_is_what_is_left():
    case = Case(**PATIENT)
    pair = case.pair
    case.earn(case.stranger, 1)
    sample = case.contributed(agrees=False)
    deposit = pair.left(sample)
    pair.evm.mine(REFUND)
    assert pair.report(case.good, sample) == ""
    assert pair.left(sample) == deposit - deposit // 2
    case.earn(case.stranger, 3)  # four of five: more than the half that is left
    before = pair.owed(case.stranger)
    assert pair.report(case.stranger, sample) == ""
    assert pair.owed(case.stranger) - before == deposit - deposit // 2
    assert pair.left(sample) == 0


def test_a_share_of_nothing_is_what_is_left():
    case = Case(cost_weight=1, **PATIENT)
    pair = case.pair
    case.earn(case.stranger, 2)
    pair.evm.mine(3600**2)
    sample = case.contributed(agrees=False)
    assert pair.left(sample) == 1
    pair.evm.mine(REFUND)
    before = pair.owed(case.good)
    assert pair.report(case.good, sample) == ""  # a third of one wei
    assert pair.owed(case.good) - before == 1


def test_what_costs_nothing_leaves_nothing_to_claim():
    pair = Pair.staked(replace(STAKE, cost_weight=0))
    author = pair.account()
    sample = pair.added(author, [1], 1)
    pair.evm.mine(ANYBODY)
    assert pair.refund(author, sample) == "NothingToClaim"
    assert pair.report(author, sample) == "NothingToClaim"


def test_no_deposit_is_locked_in_by_a_model_that_grew_out_of_the_sample():
    case = Case()
    pair = case.pair
    sample = case.contributed(agrees=True)
    pair.need(2)
    pair.evm.mine(ANYBODY - 1)
    assert pair.refund(case.author, sample) == "WrongLength"
    assert pair.report(case.good, sample) == "WrongLength"
    pair.evm.mine(1)
    assert pair.report(case.author, sample) == ""
    assert pair.left(sample) == 0
