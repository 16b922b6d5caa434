"""Words that are no int64, in samples of every model: refused by name on every way there is."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from system.chain.abi import call_data
from system.chain.sender import Call
from system.models import trainer
from system.models.refused import Refused
from tests.unit.models.script import ETHER
from tests.unit.models.test_differential import staked
from tests.unit.models.worlds import GAS, MODELS, WIDTH, Both, sample

# The smallest words beyond either end, and a small number under bits that an int64 has not.
WORDS = (2**63, 2**256 - 2**63 - 1, 2**255, 2**64 + 1)
PLACES = {"first": 0, "last": -1}


def spoilt(call: Call, count: int, place: int, word: int) -> Call:
    """The call with another word as its sample's first or last one, which end its data."""
    words = [call.data[-32 * count :][at * 32 : at * 32 + 32] for at in range(count)]
    words[place] = word.to_bytes(32, "big")
    return replace(call, data=call.data[: -32 * count] + b"".join(words))


@pytest.mark.parametrize("name", MODELS)
def test_what_is_no_int64_is_refused_by_name(name):
    chance = Random(name)
    model = MODELS[name](chance)
    both = Both.built(model, staked, wei=[10 * ETHER] * 3)
    author, wiring = both.accounts[0], both.chain.wiring
    features, label = sample(model, chance, width=WIDTH)
    predict = call_data("predict(int64[])", list(features))
    value = trainer.cost_now(both.evm, wiring.incentive)
    for place in PLACES.values():
        for word in WORDS:
            for call in (
                trainer.adding(wiring.trainer, features, label, value=value),
                Call(wiring.trainer, predict, GAS),
                Call(wiring.classifier, predict, GAS),
            ):
                hostile = spoilt(call, len(features), place, word)
                assert both.evm.refusal(author, hostile) == "FeatureOutOfRange", (place, hex(word))


@pytest.mark.parametrize("name", MODELS)
def test_a_spoilt_sample_is_nobodys_contribution(name):
    chance = Random(name)
    model = MODELS[name](chance)
    both = Both.built(model, staked, wei=[10 * ETHER] * 3)
    author, wiring = both.accounts[0], both.chain.wiring
    features, label = sample(model, chance, width=WIDTH)
    value = trainer.cost_now(both.evm, wiring.incentive)
    both.evm.send(author, trainer.adding(wiring.trainer, features, label, value=value))
    at = both.evm.number
    # The same values under bits that are cut off elsewhere: another key.
    same = features[0] + 2**64
    for call in (
        trainer.refunding(wiring.trainer, features, label, added_at=at),
        trainer.reporting(wiring.trainer, features, label, added_at=at, author=author),
    ):
        hostile = spoilt(call, len(features), 0, same % 2**256)
        assert both.evm.refusal(author, hostile) == "UnknownData"


@pytest.mark.parametrize("name", [name for name in MODELS if not MODELS[name](Random(0)).sparse])
def test_the_twins_of_dense_models_refuse_them_too(name):
    twin = MODELS[name](Random(name)).learned()
    for value in (2**63, -(2**63) - 1):
        features = [0] * (WIDTH - 1) + [value]
        for act in (
            lambda row=features: twin.predict(row),
            lambda row=features: twin.update(row, 0),
        ):
            with pytest.raises(Refused, match="FeatureOutOfRange"):
                act()
