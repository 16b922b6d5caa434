"""ABI bytes made by numpy equal eth-abi's, byte for byte."""

from __future__ import annotations

import tracemalloc

import eth_abi
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, integer_dtypes, unsigned_integer_dtypes

from system.weights import codec
from system.weights.abi import bytes_argument, int256_array, words_argument
from system.weights.errors import (
    EmptyWeights,
    FixedPointOverflow,
    MalformedPayload,
    NotFinite,
    NotNumeric,
    NotOneDimensional,
)
from system.weights.fixed import INT256, to_integers

I64 = np.iinfo(np.int64)
vectors = array_shapes(max_dims=1, max_side=80)


def reference(integers: np.ndarray) -> bytes:
    return eth_abi.encode(["int256[]"], [[int(each) for each in integers]])


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        arrays(integer_dtypes(endianness="?"), vectors),
        arrays(unsigned_integer_dtypes(endianness="?"), vectors),
    )
)
@example(np.array([I64.min, I64.max, 0, -1, 1]))
@example(np.array([2**64 - 1, 2**63, 0], dtype=np.uint64))
def test_integers_of_any_type_stay_what_they_are(integers):
    assert int256_array(integers) == reference(integers)


@settings(deadline=None, max_examples=200)
@given(arrays(np.float64, vectors, elements=st.floats(-9.2e9, 9.2e9, allow_subnormal=True)))
@example(np.array([-(2.0**63) / 1e9, 0.5e-9, -0.5e-9, -0.0]))
def test_floats_become_the_codecs_fixed_point(values):
    assert int256_array(values) == reference(to_integers(values, INT256))
    assert int256_array(values)[64:] == codec("int256").encode(values)


@pytest.mark.parametrize("count", [*range(1, 40), 100, 255, 256, 257, 650, 7_850])
def test_every_size(count):
    values = np.random.default_rng(count).normal(0, 0.05, count)
    assert int256_array(values) == reference(to_integers(values, INT256))
    assert int256_array(values.astype("f4")) == int256_array(values.astype("f4").astype("f8"))


def test_strided_integers():
    assert int256_array(np.arange(20)[::-3]) == reference(np.arange(20)[::-3])


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_bytes_argument(payload):
    assert bytes_argument(payload) == eth_abi.encode(["bytes"], [payload])
    assert bytes_argument(memoryview(payload)) == bytes_argument(payload)


@given(
    st.binary(max_size=200),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**32 - 1),
    st.binary(min_size=4, max_size=4),
)
def test_bytes_after_static_arguments(payload, sequence, index, selector):
    types = ["uint64", "uint32", "uint32", "bytes"]
    expected = selector + eth_abi.encode(types, [sequence, index, 7, payload])
    before = (sequence, index, 7)
    assert bytes_argument(payload, selector=selector, before=before) == expected


@given(arrays(np.int64, vectors), st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1))
def test_words_after_static_arguments(integers, sequence, index):
    elements = int256_array(integers)[64:]
    types = ["uint64", "uint32", "uint32", "int256[]"]
    expected = eth_abi.encode(types, [sequence, index, 7, [int(each) for each in integers]])
    assert words_argument(elements, before=(sequence, index, 7)) == expected
    assert words_argument(elements, selector=b"abcd") == b"abcd" + reference(integers)


def test_words_that_are_not_whole():
    with pytest.raises(MalformedPayload, match="left over"):
        words_argument(bytes(33))


@pytest.mark.parametrize(
    ("kind", "array"),
    [
        (EmptyWeights, np.array([], dtype=np.int64)),
        (EmptyWeights, np.array([])),
        (NotFinite, np.array([np.nan])),
        (FixedPointOverflow, np.array([1e300])),
        (NotNumeric, np.array([2**70])),
        (NotNumeric, np.array([True])),
        (NotOneDimensional, np.zeros((2, 2))),
    ],
)
def test_refusals(kind, array):
    with pytest.raises(kind):
        int256_array(array)


@pytest.mark.parametrize("encode", [int256_array, codec("int256").encode])
def test_peak_memory_is_under_three_payloads(encode):
    values = np.random.default_rng(0).normal(0, 0.05, 61_706)
    encode(values)
    tracemalloc.start()
    payload = encode(values)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(payload) <= peak_bytes < 3 * len(payload)
