"""Markets played on twins and contracts at once: the same word, and the same wei, to the end."""

from __future__ import annotations

from random import Random

import pytest

from system.models.market_terms import Phase
from tests.unit.models.game import BOUNTY, TERMS, played
from tests.unit.models.script import PURSES
from tests.unit.models.worlds import MODELS

SEEDS = range(4)


@pytest.mark.parametrize("name", MODELS)
def test_markets_agree_to_the_wei(name):
    kicked = [market(name, seed) for seed in SEEDS]
    # Whoever is kicked costs a pass: markets in which nobody is show little of the rounds.
    assert sum(kicked) >= len(SEEDS), kicked


def market(name: str, seed: int) -> int:
    """Play a market; how many were kicked."""
    chance = Random(f"market {name} {seed}")
    game, script = played(MODELS[name](chance), chance, 150)
    assert game.phase() is Phase.SETTLED
    assert script.seen["Add"] == TERMS.most
    assert script.seen["Unsupported"] > 3
    assert len(game.refused) > 6
    # All that was given is with accounts again, and what is owed to the provider lies there still.
    purses = [game.both.twins.purse(who) for who in game.both.accounts]
    held = sum(purse.wei for purse in purses) + game.twin.owed(game.both.admin)
    assert held == sum(PURSES) + BOUNTY
    assert game.both.evm.balance(game.place) == game.twin.owed(game.both.admin)
    # The last accounts' data is as good as the others', so somebody won and somebody lost.
    assert len({entry.balance - entry.stake for entry in game.twin.rounds.entries}) > 2
    return sum(entry.kicked for entry in game.twin.rounds.entries)
