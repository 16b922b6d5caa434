"""Whole-number arithmetic: rounding, tables and products against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.errors import UsageError
from system.learning import integer
from system.learning.arithmetic import arithmetic
from system.weights import codec


@given(st.integers(-(2**62), 2**62), st.integers(0, 40))
def test_shift_rounds_half_up(value, bits):
    expected = (Fraction(value, 2**bits) + Fraction(1, 2)).__floor__()
    assert integer.shift(np.array([value]), bits).tolist() == [expected]


def test_the_table_is_the_exponential():
    table = integer.exponentials()
    assert table.shape == (2049,)
    assert table[0] == 1 << 30
    assert np.abs(table / 2**30 - np.exp(-np.arange(2049) / 128)).max() < 2**-30


@given(st.integers(-(2**40), 0))
def test_exp_is_close_between_the_entries(q16):
    # Linear interpolation at steps of 1/128 is off by less than (1/128)^2 / 8.
    error = integer.exp(np.array([q16]))[0] / 2**30 - np.exp(q16 / 65536)
    assert abs(error) < 8e-6


def test_exp_is_monotone():
    assert (np.diff(integer.exp(np.arange(-1_100_000, 1))) >= 0).all()


@given(st.lists(st.integers(-(2**47), 2**47), min_size=1, max_size=10))
def test_shares_add_up(scores):
    shares = integer.shares(np.array([scores]))
    assert abs(int(shares.sum()) - integer.ONE) <= len(scores) / 2
    assert (shares >= 0).all()
    assert shares.argmax() in np.flatnonzero(np.array(scores) == max(scores))


@given(st.integers(0, 62), st.integers(1, 9), st.randoms(use_true_random=False))
def test_products_are_exact_or_refused(bits, inner, source):
    # Up to 2^53 they go through BLAS, up to 2^62 through int64, and no further.
    half = bits // 2
    left = [[source.randint(-(2**half), 2**half) for _ in range(inner)] for _ in range(3)]
    right = [[source.randint(-(2 ** (bits - half)), 2 ** (bits - half))] for _ in range(inner)]
    expected = [[sum(a * b[0] for a, b in zip(row, right, strict=True))] for row in left]
    largest = [max(abs(each) for row in matrix for each in row) for matrix in (left, right)]
    if inner * largest[0] * largest[1] > 2**62:
        with pytest.raises(integer.IntegerOverflow, match="beyond int64"):
            integer.product(np.array(left), np.array(right))
    else:
        assert integer.product(np.array(left), np.array(right)).tolist() == expected


@pytest.mark.parametrize("bits", [52, 53, 54, 62])
def test_products_at_the_edges_of_their_bounds(bits):
    # One odd number beyond 2^53 is no float64: the bound decides which way is taken.
    left, right = np.array([[1, 1]]), np.array([[2**bits - 1], [1 - 2**bits]])
    if bits == 62:
        with pytest.raises(integer.IntegerOverflow):
            integer.product(left, right)
    else:
        assert integer.product(left, right - 2).tolist() == [[-4]]


def test_products_of_nothing():
    empty = np.zeros((0, 3), dtype=np.int64)
    assert integer.product(empty, empty.T).shape == (0, 0)


def test_weights_and_inputs_out_of_range_are_refused():
    numbers = arithmetic("integer")
    edge = np.array([2**31 - 1, 1 - 2**31])
    assert numbers.moved(edge, np.array([0, 0])).tolist() == edge.tolist()
    for step in ([-1, 0], [0, 1]):
        with pytest.raises(integer.IntegerOverflow, match="learning rate"):
            numbers.moved(edge, np.array(step))
    with pytest.raises(integer.IntegerOverflow, match="scale them"):
        numbers.inputs(np.array([[1.001]], dtype=np.float32))
    with pytest.raises(integer.IntegerOverflow):
        numbers.to_bytes(edge + 1)


def test_bytes_are_what_the_codecs_send():
    floats = np.array([0.5, -1.25, 3.0], dtype=np.float32)
    q16 = integer.to_q16(floats)
    assert arithmetic("integer").to_bytes(q16) == codec("int32").encode(floats)
    assert np.frombuffer(arithmetic("float32").to_bytes(floats), ">f4").tolist() == floats.tolist()
    assert arithmetic("float32").weights(q16).tolist() == floats.tolist()


def test_unknown_arithmetics():
    with pytest.raises(UsageError, match="did you mean 'float32'"):
        arithmetic("float64")
