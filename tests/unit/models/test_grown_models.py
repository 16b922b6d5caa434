"""Deposits that were made before the admin added to a model: they can be claimed as before."""

from __future__ import annotations

from random import Random

import pytest

from system.models import trainer
from system.models.encoders.dense import normalised
from system.models.simulation.actions import Add, Contribution, Refund, Report
from tests.unit.models.script import ETHER, REFUND_S, outcome, predicted
from tests.unit.models.test_differential import staked
from tests.unit.models.worlds import MODELS, WIDTH, Both, sample


def added(both: Both, who: str, action: Add) -> Contribution:
    """What an account contributed in both worlds."""
    [moved, again] = [world.act(who, action) for world in (both.twins, both.chain)]
    assert moved == again
    return Contribution(who, action.features, action.label, moved.at_s)


def done(both: Both, who: str, action: Refund | Report) -> str:
    """By what name a claim is refused in both worlds; "" where it is not."""
    outcomes = [outcome(world, who, action) for world in (both.twins, both.chain)]
    assert outcomes[0] == outcomes[1]
    return outcomes[0] if isinstance(outcomes[0], str) else ""


@pytest.mark.parametrize("name", MODELS)
def test_growing_a_model_takes_nobodys_deposit(name):
    chance = Random(f"grown {name}")
    model = MODELS[name](chance)
    both = Both.built(model, staked, wei=[100 * ETHER] * 3)
    author, other, _ = both.accounts
    features, label = sample(model, chance, width=WIDTH)
    # Samples that the model gets right by then: taught until it does.
    right = added(both, author, Add(features, label, 10 * ETHER))
    while both.chain.predict(features) != label:
        both.wait(1)
        right = added(both, author, Add(features, label, 10 * ETHER))
    both.grow(model.grows)
    both.wait(REFUND_S)
    assert both.chain.predict(features) == both.twins.predict(features) == label
    assert done(both, other, Report(right)) == "ModelAgrees"
    assert done(both, author, Refund(right.features, right.label, right.added_at)) == ""
    assert both.twins.purse(author) == both.chain.purse(author)
    assert trainer.owed_to(both.evm, both.chain.wiring.incentive, author) > 0


@pytest.mark.parametrize("name", [name for name in MODELS if not MODELS[name](Random(0)).sparse])
def test_what_is_learned_is_whole_and_no_shorter_than_ever(name):
    chance = Random(f"short {name}")
    model = MODELS[name](chance)
    both = Both.built(model, staked, wei=[100 * ETHER] * 3)
    both.grow(model.grows)
    author = both.accounts[0]
    row = [1.0, *[0.0] * (WIDTH + 1)]
    for width, learned, asked in (
        (WIDTH - 1, "WrongLength", "WrongLength"),
        (WIDTH, "WrongLength", ""),
        (WIDTH + 1, "", ""),
        (WIDTH + 2, "WrongLength", "WrongLength"),
    ):
        features = normalised(row[:width])
        add = Add(features, 0, 10 * ETHER)
        for world in (both.twins, both.chain):
            found = outcome(world, author, add)
            assert (found if isinstance(found, str) else "") == learned
            found = predicted(world, features)
            assert (found if isinstance(found, str) else "") == asked
