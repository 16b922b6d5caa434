"""Every encoding gives the weights back within the error it states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from system.weights import codec
from system.weights.topk import kept

PLAIN = tuple(name for name in codec.names() if not name.endswith("+zstd"))
# The magnitude up to which each encoding takes weights.
LIMITS = {
    "int256": 9.2e9,
    "int64": 9.2e9,
    "int32": 32_767.9,
    "float32": 3.4e38,
    "float16": 65_504.0,
    "bfloat16": 3.38e38,
    "topk": 3.4e38,
}
LARGEST = float(np.finfo(np.float64).max)


def bound(name: str, values: np.ndarray) -> np.ndarray:
    """The error the table in system/weights/catalogue.py allows each weight."""
    x, largest = np.abs(values), float(np.abs(values).max())
    rounding = largest * 2.0**-50 + 2.0**-1074
    if name == "topk":
        left_out = np.sort(x)[: x.size - kept(x.size)]
        allowed = left_out[-1] if left_out.size else 0.0
        return np.maximum(allowed, np.maximum(x * 2.0**-24, 2.0**-150))
    return {
        "int256": 0.5e-9 + x * 2.0**-51,
        "int64": 0.5e-9 + x * 2.0**-51,
        "int32": np.full(x.size, 2.0**-17),
        "float64": np.zeros(x.size),
        "float32": np.maximum(x * 2.0**-24, 2.0**-150),
        "float16": np.maximum(x * 2.0**-11, 2.0**-25),
        "bfloat16": np.maximum(x * 2.0**-8, 2.0**-134),
        "int8": np.full(x.size, largest / 254 + rounding),
        "int4": np.full(x.size, largest / 14 + rounding),
    }[name]


def weights_for(name: str) -> st.SearchStrategy[np.ndarray]:
    limit = LIMITS.get(name.removesuffix("+zstd"), LARGEST)
    wide = st.floats(-limit, limit, allow_subnormal=True)
    usual = st.floats(-2.0, 2.0, allow_subnormal=True)
    shape = array_shapes(max_dims=1, max_side=70)
    return st.one_of(*(arrays(np.float64, shape, elements=each) for each in (wide, usual)))


@pytest.mark.parametrize("name", codec.names())
@settings(deadline=None, max_examples=120)
@given(data=st.data())
def test_decoding_stays_within_the_stated_error(name, data):
    values = data.draw(weights_for(name))
    each = codec(name)
    payload = each.encode(values)
    decoded = each.decode(payload)
    assert decoded.dtype == np.float64
    assert decoded.shape == values.shape
    errors = np.abs(values - decoded)
    assert (errors <= bound(name.removesuffix("+zstd"), values)).all()
    assert each.error(values) == errors.max()


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("count", [1, 2, 3, 9, 10, 11, 31, 32, 33, 650, 7_850])
def test_payload_size_is_the_one_foretold(name, count):
    each = codec(name)
    payload = each.encode(np.random.default_rng(count).normal(0, 0.05, count))
    assert type(payload) is bytes
    assert len(payload) == each.size(count)
    assert each.element_bytes is None or len(payload) == count * each.element_bytes
    assert len(each.decode(payload)) == count


@pytest.mark.parametrize("name", [name for name in codec.names() if name.endswith("+zstd")])
def test_compressed_size_is_not_foretold(name):
    assert codec(name).size is None
    assert codec(name).element_bytes is None


@pytest.mark.parametrize("name", codec.names())
@pytest.mark.parametrize("value", [0.0, -0.0])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_zeros_stay_zeros(name, value, count):
    values = np.full(count, value)
    assert codec(name).error(values) == 0.0
    assert not codec(name).decode(codec(name).encode(values)).any()


@pytest.mark.parametrize("name", ["float64", "float32", "float16", "bfloat16"])
def test_floats_keep_the_sign_of_zero(name):
    decoded = codec(name).decode(codec(name).encode(np.array([-0.0, 0.0])))
    assert np.signbit(decoded).tolist() == [True, False]


@pytest.mark.parametrize("name", ["int8", "int4"])
@pytest.mark.parametrize("largest", [5e-324, 1e-310, 2.3e-308, 1e-30, 1.0, 1e308, LARGEST])
def test_quantised_scales_from_the_smallest_subnormal_to_the_largest_float(name, largest):
    values = np.array([largest, -largest, 0.0, largest / 2])
    decoded = codec(name).decode(codec(name).encode(values))
    assert decoded[:3].tolist() == [largest, -largest, 0.0]
    assert np.abs(values - decoded).max() <= bound(name, values).max()


@pytest.mark.parametrize(
    "dtype", ["f2", "f4", "f8", ">f8", ">f4", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i8"]
)
@pytest.mark.parametrize("name", codec.names())
def test_any_real_dtype_encodes_as_its_values(name, dtype):
    values = np.array([0, 1, 2, 100, 3], dtype=dtype)
    assert codec(name).encode(values) == codec(name).encode(values.astype(np.float64))


@pytest.mark.parametrize("name", codec.names())
def test_strided_and_read_only_arrays_and_lists(name):
    values = np.arange(40, dtype=np.float64) / 8
    strided = values[::-2]
    strided.flags.writeable = False
    before = strided.copy()
    payload = codec(name).encode(strided)
    assert payload == codec(name).encode(before)
    assert payload == codec(name).encode(before.tolist())
    assert (strided == before).all()


@pytest.mark.parametrize("name", codec.names())
@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_decoding_takes_any_buffer_and_owns_its_result(name, wrap):
    payload = codec(name).encode(np.linspace(-1, 1, 25))
    decoded = codec(name).decode(wrap(payload))
    assert (decoded == codec(name).decode(payload)).all()
    assert decoded.flags.writeable
