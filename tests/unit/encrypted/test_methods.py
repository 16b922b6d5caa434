"""Schemes as a group uses them: terms that the contract takes, each member's part of a round."""

from __future__ import annotations

import secrets

import numpy as np
import pytest

from system.chain.sender import Call
from system.encrypted.contracts import agreement, rounds
from system.encrypted.contracts.agreement import Agreed
from system.encrypted.contracts.terms import terms_digest
from system.encrypted.errors import WeakKey
from system.encrypted.forming import terms_of
from system.encrypted.methods import ByPaillier, InPlainSight, Method, UnderMasks, dealt
from system.encrypted.packing import largest
from system.encrypted.scheme import Scheme
from tests.evm import CHAIN_ID
from tests.unit.encrypted import groups
from tests.unit.encrypted.arithmetic import paillier
from tests.unit.encrypted.house import MODEL, House

PARTIES, THRESHOLD, WEIGHTS, LIMIT_BYTES = 3, 2, 97, 4_000
NAMES = ("plain", "masked", "paillier")


def method(name: str) -> Method:
    if name == "plain":
        return InPlainSight(WEIGHTS, PARTIES)
    if name == "masked":
        return UnderMasks(WEIGHTS, THRESHOLD, tuple(secrets.token_bytes(32) for _ in range(3)))
    return ByPaillier(WEIGHTS, *groups.dealt(PARTIES, THRESHOLD))


@pytest.mark.parametrize("period_s", [1.0, None])
@pytest.mark.parametrize("name", NAMES)
def test_the_contract_takes_the_terms(name, period_s):
    made, house = method(name), House.built()
    aggregation = house.lanes
    if name == "paillier":  # a key of 512 bits is none for the contract; its size is what matters
        aggregation = paillier(house.evm, 1 << 1023 | 1)
    terms = terms_of(
        made,
        aggregation,
        parties=PARTIES,
        quorum=THRESHOLD,
        period_s=period_s,
        limit_bytes=LIMIT_BYTES,
    )
    assert terms.units == made.size.units
    assert terms.chunks >= 2
    group, joined = house.formed(PARTIES)
    digest = terms_digest(terms, chain_id=CHAIN_ID, rounds=house.rounds)
    for member in joined[:2]:
        ballot: Call = agreement.voting(house.agreement, group, Agreed(MODEL, digest))
        house.evm.send(member, ballot)
    house.evm.send(joined[0], rounds.opening(house.rounds, group, terms))
    assert rounds.terms_of(house.evm, house.rounds, group) == terms


@pytest.mark.parametrize("name", NAMES)
def test_members_open_the_sum_of_those_who_count(name):
    made, counted = method(name), (0, 2)
    schemes = met(made)
    given = groups.updates(PARTIES, WEIGHTS, limit=largest(32, PARTIES))
    sent = {at: schemes[at].encode(given[at]) for at in counted}
    assert all(len(one) == made.size.update_bytes for one in sent.values())
    shares = {at: schemes[at].share(sent) for at in counted} if name != "plain" else {}
    total = schemes[1].add(list(sent.values()))
    found = schemes[1].open(total, counted=counted, shares=shares)
    np.testing.assert_array_equal(found, groups.total(given, counted))


def met(made: Method) -> list[Scheme]:
    """Each member's scheme, after all heard what was announced."""
    seats = [made.seat(at, b"round 1") for at in range(PARTIES)]
    announced = {at: seat.announcement for at, seat in enumerate(seats)}
    return [seat.hear(announced) for seat in seats]


def test_who_announced_nothing_readable_is_wrong():
    made = method("masked")
    seats = [made.seat(at, b"round 1") for at in range(PARTIES)]
    announced = {at: seat.announcement for at, seat in enumerate(seats)}
    announced[1] = bytes(len(announced[1]))
    scheme = seats[0].hear(announced)
    updates = {at: bytes(made.size.update_bytes) for at in range(PARTIES)}
    assert scheme.wrong(updates) == (1,)


def test_keys_are_of_known_sizes():
    with pytest.raises(WeakKey):
        dealt(WEIGHTS, parties=PARTIES, threshold=THRESHOLD, key_bits=1536)
    found = dealt(WEIGHTS, parties=PARTIES, threshold=THRESHOLD, key_bits=512)
    assert found.key.public.for_tests
