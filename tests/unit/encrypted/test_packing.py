"""Weights in lanes: sums of packed updates are packed sums, at every width."""

from __future__ import annotations

import numpy as np
import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from system.encrypted.errors import (
    LaneOverflow,
    MalformedUnits,
    NotIntegers,
    UnusableLanes,
)
from system.encrypted.packing import Lanes, pack, unpack


@st.composite
def groups(draw):
    """Lanes, and as many updates as they have room for, the ends of the range among them."""
    lanes = Lanes(
        parties=draw(st.sampled_from([1, 2, 5, 6, 255])),
        bits=draw(st.sampled_from([24, 32])),
        key_bits=draw(st.sampled_from([512, 1024, 2048, 3072])),
        spare_bits=draw(st.sampled_from([0, 131])),
    )
    count, weights = draw(st.integers(1, min(6, lanes.parties))), draw(st.integers(1, 200))
    values = st.integers(-lanes.limit, lanes.limit) | st.sampled_from([-lanes.limit, lanes.limit])
    return lanes, [draw(arrays(np.int64, weights, elements=values)) for _ in range(count)]


@given(groups())
def test_sums_of_packed_updates_are_packed_sums(group):
    lanes, given_updates = group
    packed = [pack(one, lanes) for one in given_updates]
    assert all(one < mpz(1) << lanes.used_bits for row in packed for one in row)
    sums = [sum(column) for column in zip(*packed, strict=True)]
    found = unpack(sums, lanes, weights=given_updates[0].size, summed=len(given_updates))
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, np.sum(given_updates, axis=0))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("bits", [24, 32])
@pytest.mark.parametrize("parties", [1, 2, 3, 5, 6, 100, 65535])
def test_all_parties_at_the_limit_fit(parties, bits, sign):
    lanes = Lanes(parties, bits)
    assert 2 * parties * lanes.limit < 1 << bits
    assert 2 * parties * (lanes.limit + 1) + parties >= 1 << bits  # and nothing larger would
    packed = pack(np.full(100, sign * lanes.limit), lanes)
    sums = [parties * one for one in packed]
    found = unpack(sums, lanes, weights=100, summed=parties)
    assert set(found.tolist()) == {sign * parties * lanes.limit}


@pytest.mark.parametrize(
    ("key_bits", "bits", "spare_bits", "per_unit", "units"),
    [
        (1024, 32, 0, 31, 821),
        (2048, 32, 0, 63, 404),
        (3072, 32, 0, 95, 268),
        (2048, 24, 0, 85, 300),
        (2048, 32, 131, 59, 432),
    ],
)
def test_how_many_units_the_large_model_takes(key_bits, bits, spare_bits, per_unit, units):
    lanes = Lanes(6, bits, key_bits, spare_bits)
    assert (lanes.per_unit, lanes.units(25_450)) == (per_unit, units)


def test_the_first_weight_stands_highest():
    lanes = Lanes(1, 32, 512)
    [plaintext] = pack(np.array([-lanes.limit, 1 - lanes.limit]), lanes)
    assert plaintext == mpz(1) << 32 * 13  # lanes 0 … 14: the second holds 1


def test_the_range_in_q16_is_what_the_page_says():
    assert Lanes(6, 32).limit // 65_536 == 5_461
    assert Lanes(6, 24).limit // 65_536 == 21


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("beyond", [1, -1])
def test_a_weight_beyond_the_limit_is_refused(dtype, beyond):
    lanes = Lanes(6)
    weights = np.zeros(10, dtype)
    weights[7] = beyond * (lanes.limit + 1)
    with pytest.raises(LaneOverflow, match=r"1 of 10 weights .* the first at 7"):
        pack(weights, lanes)


@pytest.mark.parametrize("extreme", [-(1 << 63), -(1 << 31), (1 << 31) - 1, (1 << 63) - 1])
def test_the_ends_of_integers_are_refused_too(extreme):
    with pytest.raises(LaneOverflow):
        pack(np.array([extreme]), Lanes(2))


@pytest.mark.parametrize(
    "update", [np.zeros(3), np.zeros(3, np.uint32), np.zeros((2, 3), np.int64), np.zeros(0, int)]
)
def test_updates_that_are_no_row_of_integers_are_refused(update):
    with pytest.raises(NotIntegers):
        pack(update, Lanes(2))


@pytest.mark.parametrize(
    "lanes",
    [
        {"parties": 0},
        {"parties": 1 << 16},
        {"parties": 2, "bits": 16},
        {"parties": 2, "spare_bits": -1},
        {"parties": 2, "spare_bits": 2040},
    ],
)
def test_lanes_that_hold_nothing_are_refused(lanes):
    with pytest.raises(UnusableLanes):
        Lanes(**lanes)


@pytest.mark.parametrize(("weights", "summed"), [(63, 1), (126, 1), (64, 0), (64, 3)])
def test_another_number_of_plaintexts_or_parties_is_refused(weights, summed):
    lanes = Lanes(2)
    plaintexts = pack(np.zeros(64, np.int64), lanes)
    with pytest.raises(MalformedUnits):
        unpack(
            [*plaintexts, mpz(0)][: 3 if weights == 126 else 2],
            lanes,
            weights=weights,
            summed=summed,
        )


def test_a_sum_that_was_not_packed_as_agreed_is_refused():
    lanes = Lanes(2)
    plaintexts = pack(np.zeros(64, np.int64), lanes)
    with pytest.raises(LaneOverflow, match="plaintext 1 is longer"):
        unpack([plaintexts[0], mpz(1) << lanes.used_bits], lanes, weights=64, summed=1)
    with pytest.raises(LaneOverflow, match="not empty"):
        unpack([plaintexts[0], plaintexts[1] + 1], lanes, weights=64, summed=1)
    with pytest.raises(LaneOverflow, match="the first at 0"):
        unpack([plaintexts[0] * 3, plaintexts[1]], lanes, weights=64, summed=1)
