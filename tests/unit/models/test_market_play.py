"""Many random markets played to their ends: many passes, many kicked, and every wei paid out."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from system.models.market_terms import Phase
from tests.unit.models.market_house import TERMS, TRUTH, House
from tests.unit.models.market_pair import Pair

MARKETS = 30


def played(seed: int) -> tuple[int, int]:
    """A whole market with some steps out of place: how many passes it took, how many it kicked."""
    chance = Random(seed)
    count, samples = chance.randrange(2, 6), chance.randrange(1, 4)
    pair = Pair(House.built(pieces=count, samples=samples), [])
    house = pair.house
    accounts = [house.evm.account() for _ in range(4)]
    before = sum(map(house.evm.balance, [house.provider, *accounts]))
    terms = replace(TERMS, rounds=chance.choice([1, 9, 60]), samples=samples, least=1, most=12)
    terms = replace(terms, shown=chance.randrange(1, count), reward_time=10_000)
    bounty = terms.rounds * terms.hidden(count) * chance.randrange(1, 9) + chance.randrange(9)
    terms = replace(terms, stake=bounty // terms.rounds + 1)
    assert pair.open(house.provider, terms, bounty=bounty) == ""
    pair.show()
    for _ in range(chance.randrange(1, 13)):
        value = chance.randrange(min(count * samples, len(TRUTH)))
        cls = chance.choice([TRUTH[value]] * 4 + [0, 1, 1, 2, 3])
        stake = terms.stake + chance.choice([0, 0, chance.randrange(60)])
        pair.add(chance.choice(accounts), value, cls, stake=stake)
    if pair.phase()[0] is Phase.PARTICIPATING:
        pair.wait_out()
    pair.reveal_hidden()
    while pair.phase()[0] is Phase.REWARDING:
        if chance.random() < 0.1:
            out_of_place(pair, chance, accounts)
        else:
            pair.step(chance.choice(accounts))
            pair.check()
    pair.pay_all(accounts[0])
    assert house.evm.balance(house.market) == 0
    assert sum(map(house.evm.balance, [house.provider, *accounts])) == before
    entries = house.book.rounds.entries
    return house.book.rounds.number, sum(entry.kicked for entry in entries)


def out_of_place(pair: Pair, chance: Random, accounts: list[str]) -> None:
    """Some step that may or may not be due: both worlds say the same."""
    sender, piece = chance.choice(accounts), chance.randrange(len(pair.house.pieces))
    chance.choice(
        [
            lambda: pair.learn(sender, chance.choice(pair.given)),
            lambda: pair.evaluate(sender, piece, pair.house.pieces[piece]),
            lambda: pair.kick(sender),
            lambda: pair.collect(sender, 0),
            lambda: pair.reveal(piece, pair.house.pieces[piece]),
        ]
    )()
    pair.check()


def test_markets_played_to_their_ends_pay_everything_out() -> None:
    ends = [played(seed) for seed in range(MARKETS)]
    # The markets differ enough to mean something.
    assert max(passes for passes, _ in ends) >= 4
    assert max(kicked for _, kicked in ends) >= 3
    assert sum(kicked > 0 for _, kicked in ends) >= 8
