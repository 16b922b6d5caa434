"""Rounds of ciphertexts: what is out of range is refused, and costs nobody else anything."""

from __future__ import annotations

import pytest

from system.chain.abi import decoded
from system.encrypted.contracts import rounds
from system.encrypted.contracts.folding import folding, steps
from system.encrypted.contracts.rounds import Phase
from tests.evm import Refused
from tests.unit.encrypted.arithmetic import KEYS, multiplied, paillier, units
from tests.unit.encrypted.house import Group, House

KEY = KEYS[1024][0]
UNIT_BYTES = 256


@pytest.fixture
def group() -> Group:
    house = House.built()
    made = house.learning(aggregation=paillier(house.evm, KEY))
    made.unit_bytes = UNIT_BYTES
    return made


def ciphertexts(group: Group, member: int) -> bytes:
    """Five numbers below n² that differ from member to member."""
    return units([KEY**2 - 1 - 7 ** (member + place) for place in range(5)], UNIT_BYTES)


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("bad", [0, KEY**2, KEY**2 + 1, 2**2048 - 1])
def test_a_ciphertext_out_of_range_is_named_and_the_round_goes_on(group, place, bad):
    place_in = group.begun()
    row = ciphertexts(group, 0)
    spoilt = row[: place * UNIT_BYTES] + units([bad], UNIT_BYTES) + row[(place + 1) * UNIT_BYTES :]
    calls = group.submitting(place_in, spoilt, 2 * UNIT_BYTES + 164)
    group.send(0, *calls[: place // 2])
    with pytest.raises(Refused, match=rf"UnitOutOfRange\({place}\)"):
        group.send(0, calls[place // 2])
    for member in (1, 2):
        group.send(member, *group.submitting(place_in, ciphertexts(group, member)))
    group.wait_out(place_in, Phase.SUBMITTING)
    assert group.state(place_in).counted == 2


def test_sums_are_products(group):
    place = group.begun()
    rows = [ciphertexts(group, member) for member in range(3)]
    for member, row in enumerate(rows):
        group.send(member, *group.submitting(place, row))
    found = {}
    for chunk in range(3):
        cut = [row[2 * chunk * UNIT_BYTES : 2 * (chunk + 1) * UNIT_BYTES] for row in rows]
        add = lambda *two: multiplied(KEY**2, UNIT_BYTES, *two)  # noqa: E731
        for step in steps(chunk, cut, add=add, limit_bytes=1_600):
            [receipt] = group.send(0, folding(place, step, unit_bytes=UNIT_BYTES))
            for log in receipt.named(rounds.AGGREGATE_GRADIENTS_OUTPUT):
                found[chunk] = decoded(log.data, ["bytes"])[0]
    assert b"".join(found[c] for c in range(3)) == multiplied(KEY**2, UNIT_BYTES, *rows)


def test_shares_out_of_range_are_named(group):
    place = group.begun()
    for member in (0, 1, 2):
        group.send(member, *group.submitting(place, ciphertexts(group, member)))
    for chunk in range(3):
        size = 2 * UNIT_BYTES
        cut = [ciphertexts(group, m)[chunk * size : (chunk + 1) * size] for m in range(3)]
        [step] = steps(chunk, cut, add=multiplied, limit_bytes=60_000)
        group.send(0, folding(place, step, unit_bytes=UNIT_BYTES))
    good = ciphertexts(group, 0)
    for at, bad in ((0, 0), (4, KEY**2)):
        spoilt = good[: at * UNIT_BYTES] + units([bad], UNIT_BYTES) + good[(at + 1) * UNIT_BYTES :]
        [call] = posting(group, place, spoilt)
        with pytest.raises(Refused, match=rf"UnitOutOfRange\({at}\)"):
            group.send(0, call)
    group.send(0, *posting(group, place, good))
    assert group.state(place).opened == 1


def posting(group: Group, place: rounds.Place, shares: bytes) -> list:
    return rounds.posting_shares(
        place,
        shares,
        proof=b"",
        terms=group.terms,
        unit_bytes=UNIT_BYTES,
        limit_bytes=60_000,
    )
