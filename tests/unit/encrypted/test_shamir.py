"""Shared secrets over the curve's scalars, and the commitments that tell a wrong part."""

from __future__ import annotations

from itertools import combinations

import pytest
from coincurve import PublicKey
from coincurve.utils import GROUP_ORDER_INT
from hypothesis import given, settings
from hypothesis import strategies as st

from system.encrypted.shamir import (
    commitments,
    is_part,
    part,
    polynomial,
    public_of,
    recover,
    scalar_bytes,
)

scalars = st.integers(1, GROUP_ORDER_INT - 1)


@settings(deadline=None, max_examples=40)
@given(st.lists(scalars, min_size=1, max_size=6), st.integers(0, 3))
def test_any_t_parts_give_the_secret_back(coefficients, more):
    parties = len(coefficients) + more
    parts = {party: part(coefficients, party) for party in range(parties)}
    for chosen in combinations(parts, len(coefficients)):
        assert recover({party: parts[party] for party in chosen}) == coefficients[0]


def test_a_polynomial_over_small_numbers():
    assert [part([5, 3, 2], party) for party in range(3)] == [10, 19, 32]
    assert recover({0: 10, 1: 19, 2: 32}) == 5
    assert recover({4: 70, 1: 19, 2: 32}) == 5


def test_fewer_parts_fit_every_secret():
    drawn = polynomial(3)
    for secret in (1, 2, GROUP_ORDER_INT - 1):
        # One third part makes the first two parts those of that secret.
        first, second = part(drawn, 0), part(drawn, 1)
        third = (secret - 3 * first + 3 * second) % GROUP_ORDER_INT
        assert recover({0: first, 1: second, 2: third}) == secret
    assert recover({0: part(drawn, 0), 1: part(drawn, 1)}) != drawn[0]


@pytest.mark.parametrize("threshold", [1, 2, 4])
def test_commitments_tell_right_parts_from_wrong_ones(threshold):
    drawn = polynomial(threshold)
    points = [PublicKey(point) for point in commitments(drawn)]
    assert points[0].format() == public_of(drawn[0])
    for party in range(6):
        right = part(drawn, party)
        assert is_part(points, party, right)
        assert not is_part(points, party, right % (GROUP_ORDER_INT - 1) + 1)
        assert not is_part(points, party, right + GROUP_ORDER_INT)
        assert is_part(points, party + 1, right) is (threshold == 1)


@pytest.mark.parametrize("value", [0, GROUP_ORDER_INT, -1, 1 << 256])
def test_what_is_no_scalar_is_no_part(value):
    points = [PublicKey(point) for point in commitments(polynomial(2))]
    assert not is_part(points, 0, value)


def test_drawn_coefficients_are_scalars_and_differ():
    drawn = polynomial(50)
    assert len(set(drawn)) == 50
    assert all(0 < one < GROUP_ORDER_INT and len(scalar_bytes(one)) == 32 for one in drawn)
