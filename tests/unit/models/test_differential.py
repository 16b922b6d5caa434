"""Twins and contracts under the same thousands of actions: the same word, and the same wei."""

from __future__ import annotations

from random import Random

import pytest

from system.chain.compiler import artifact
from system.models.incentives.incentive import Incentive
from system.models.incentives.points import Points
from system.models.incentives.stake import Stake, StakeTerms
from system.models.trainer import Part
from tests.unit.models.script import ANY_S, OWNER_S, PURSES, REFUND_S, Script
from tests.unit.models.worlds import MODELS, Both, Setting

STEPS = 1_000


def staked(setting: Setting) -> tuple[Part, Incentive]:
    """Deposits, of which an account that also contributes is the beneficiary."""
    terms = StakeTerms(10**15, REFUND_S, OWNER_S, ANY_S, setting.accounts[2])
    return Part(artifact("StakeIncentive"), terms.arguments()), Stake(terms, created_at=setting.now)


def pointed(setting: Setting) -> tuple[Part, Incentive]:
    """Points, which need to know nothing."""
    return Part(artifact("PointsIncentive"), (REFUND_S,)), Points(REFUND_S)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("mechanism", "seed"), [(staked, 1), (staked, 2), (pointed, 3)])
def test_twins_and_contracts_agree_to_the_wei(mechanism, seed, name):
    chance = Random(f"{seed} {name}")
    model = MODELS[name](chance)
    script = Script(Both.built(model, mechanism, wei=PURSES), model, chance)
    script.run(STEPS)
    # Nothing is proven by actions that are all refused.
    assert script.seen["Add"] > STEPS // 10
    assert script.seen["Refund"] > STEPS // 40
    assert script.seen["Take"] > STEPS // 125
    assert mechanism is pointed or script.seen["Report"] > script.seen["Take"] + STEPS // 100
    assert len(script.seen) >= 17
