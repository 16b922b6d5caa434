"""The bytes themselves, against struct, exact fractions and plain sorting."""

from __future__ import annotations

import bisect
import math
import struct
from fractions import Fraction

import numpy as np
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from system.weights import codec
from system.weights.topk import kept

lists = st.lists(st.floats(-4.0, 4.0, allow_subnormal=True), min_size=1, max_size=40)


def nearest(value: float, scale: float) -> int:
    """floor(value × scale + 1/2), the product rounded once as float64 does it."""
    return math.floor(Fraction(value * scale) + Fraction(1, 2))


@settings(deadline=None)
@given(lists)
@example([0.5 / 65536, -0.5 / 65536, 1.5 / 65536, -1.5 / 65536])  # ties go up
@example([float.fromhex("0x1.fffffffffffffp-18"), -float.fromhex("0x1.0000000000001p-17")])
@example([5e-324, -5e-324, 32767.0, -32768.0])
def test_int32_is_q16_rounded_half_up(values):
    expected = [nearest(value, 65536.0) for value in values]
    assert codec("int32").encode(np.array(values)) == struct.pack(f">{len(values)}i", *expected)
    assert codec("int32").decode(struct.pack(f">{len(values)}i", *expected)).tolist() == [
        integer / 65536 for integer in expected
    ]


@given(st.integers(-(2**31), 2**31 - 1), st.integers(0, 20))
def test_q16_rounding_is_the_integer_shift(numerator, extra_bits):
    # A weight with more fraction bits than Q16 rounds as the integer SGD's shifts do.
    value = math.ldexp(numerator, -16 - extra_bits)
    half = 1 << (extra_bits - 1) if extra_bits else 0
    expected = (numerator + half) >> extra_bits
    assert codec("int32").encode(np.array([value])) == struct.pack(">i", expected)


@given(lists)
@example([9.2e9, -9.2e9, -(2.0**63) / 1e9])
def test_int64_and_int256_hold_the_same_integers(values):
    expected = [nearest(value, 1e9) for value in values]
    array = np.array(values)
    assert codec("int64").encode(array) == struct.pack(f">{len(values)}q", *expected)
    assert codec("int256").encode(array) == b"".join(
        integer.to_bytes(32, "big", signed=True) for integer in expected
    )


@pytest.mark.parametrize(("name", "form"), [("float64", "d"), ("float32", "f"), ("float16", "e")])
@given(values=lists)
@example(values=[65504.0, -65504.0, 6e-8, 2.98e-8, 5e-324])
def test_floats_are_ieee_754(name, form, values):
    assert codec(name).encode(np.array(values)) == struct.pack(f">{len(values)}{form}", *values)


FINITE_BFLOAT16 = sorted(
    (Fraction(struct.unpack(">f", struct.pack(">HH", bits, 0))[0]), bits) for bits in range(0x7F80)
)


def nearest_bfloat16(value: float) -> int:
    """The bits of the nearest bfloat16, ties to even, found by exact comparison."""
    magnitude = Fraction(abs(value))
    at = bisect.bisect_left(FINITE_BFLOAT16, (magnitude, 0))
    around = FINITE_BFLOAT16[max(at - 1, 0) : at + 1]
    best = min(around, key=lambda pair: (abs(pair[0] - magnitude), pair[1] & 1))
    return best[1] | (0x8000 if math.copysign(1, value) < 0 else 0)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.floats(-3.3e38, 3.3e38, allow_subnormal=True), min_size=1, max_size=20))
@example([1 + 2.0**-8, 1 + 3 * 2.0**-8, -1 - 2.0**-8])  # true ties
@example([1 + 2.0**-8 + 2.0**-40, 1 + 3 * 2.0**-8 - 2.0**-40])  # ties only in float32
@example([-1 - 2.0**-8 - 2.0**-40, 2.0**-134, 2.0**-134 * (1 + 2.0**-40), 3 * 2.0**-134])
def test_bfloat16_is_the_nearest_one(values):
    expected = [nearest_bfloat16(value) for value in values]
    assert codec("bfloat16").encode(np.array(values)) == struct.pack(f">{len(values)}H", *expected)


def levels_of(values: list[float], top: int) -> tuple[float, list[int]]:
    largest = max(abs(value) for value in values)
    return largest, [round(value / (largest or 1.0) * top) for value in values]


@given(lists)
@example([127.0, 0.5, 1.5, -0.5, -2.5])  # ties to even
def test_int8_layout(values):
    largest, levels = levels_of(values, 127)
    assert codec("int8").encode(np.array(values)) == struct.pack(
        f">d{len(values)}b", largest, *levels
    )


@given(lists)
@example([7.0, 0.5, 1.5, -0.5])
@example([7.0, -1.0, 1.0])
def test_int4_layout(values):
    largest, levels = levels_of(values, 7)
    nibbles = [level & 15 for level in levels] + ([8] if len(levels) % 2 else [])
    body = bytes(16 * nibbles[i] + nibbles[i + 1] for i in range(0, len(nibbles), 2))
    assert codec("int4").encode(np.array(values)) == struct.pack(">d", largest) + body


@given(st.lists(st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, -0.0, 1e-300]), min_size=1, max_size=60))
def test_topk_layout_and_ties(values):
    order = sorted(range(len(values)), key=lambda i: (-abs(values[i]), i))
    indices = sorted(order[: kept(len(values))])
    expected = struct.pack(
        f">I{len(indices)}I{len(indices)}f",
        len(values),
        *indices,
        *(values[i] for i in indices),
    )
    assert codec("topk").encode(np.array(values)) == expected


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (10, 1), (11, 2), (100, 10), (7850, 785)])
def test_topk_keeps_a_tenth_rounded_up(count, expected):
    assert kept(count) == expected


@pytest.mark.parametrize("name", [name for name in codec.names() if name.endswith("+zstd")])
def test_zstd_wraps_the_plain_payload(name):
    values = np.random.default_rng(1).normal(0, 0.05, 650)
    inner = codec(name.removesuffix("+zstd")).encode(values)
    assert zstandard.ZstdDecompressor().decompress(codec(name).encode(values)) == inner
