"""Large numbers on the wire, and their products of powers."""

from __future__ import annotations

import math

import pytest
from gmpy2 import gcd, mpz
from hypothesis import given
from hypothesis import strategies as st

from system.encrypted.bigints import (
    below,
    from_bytes,
    invertible,
    powers,
    product,
    product_of_powers,
    to_bytes,
)
from system.encrypted.errors import MalformedUnits

MODULUS = mpz(2**127 - 1)
numbers = st.integers(0, int(MODULUS) - 1).map(mpz)


@given(st.lists(numbers, min_size=1, max_size=5))
def test_numbers_come_back_from_their_bytes(values):
    data = to_bytes(values, 16)
    assert len(data) == 16 * len(values)
    assert from_bytes(data, 16, count=len(values)) == values


def test_numbers_are_big_endian():
    assert to_bytes([mpz(1), mpz(258)], 3) == bytes.fromhex("000001 000102")


@pytest.mark.parametrize(("data", "count"), [(b"", None), (b"1234567", None), (b"12345678", 3)])
def test_bytes_that_are_no_such_units_are_refused(data, count):
    with pytest.raises(MalformedUnits):
        from_bytes(data, 4, count=count)


@given(st.lists(st.tuples(numbers, st.integers(0, 2**130)), max_size=12))
def test_a_product_of_powers_is_one(pairs):
    bases, exponents = [one for one, _ in pairs], [one for _, one in pairs]
    expected = math.prod(pow(base, exponent, MODULUS) for base, exponent in pairs) % MODULUS
    assert product_of_powers(bases, exponents, MODULUS) == expected


@given(st.lists(numbers, max_size=7), st.integers(0, 2**64), st.integers(1, 3))
def test_threads_change_no_power(bases, exponent, threads):
    expected = [pow(base, exponent, MODULUS) for base in bases]
    assert powers(bases, mpz(exponent), MODULUS, threads=threads) == expected


@given(st.lists(numbers, max_size=7))
def test_a_product_is_reduced(values):
    assert product(values, MODULUS) == math.prod(values) % MODULUS


def test_random_numbers_stay_below_and_differ():
    drawn = [below(MODULUS) for _ in range(20)]
    assert len(set(drawn)) == 20
    assert all(0 <= one < MODULUS for one in drawn)


def test_invertible_numbers_have_inverses():
    assert {int(invertible(mpz(6))) for _ in range(200)} == {1, 5}
    assert gcd(invertible(MODULUS - 1), MODULUS - 1) == 1
