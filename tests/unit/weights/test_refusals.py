"""What is no array of weights, or no payload, is refused by name in one line."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from system.errors import UsageError
from system.weights import codec
from system.weights.compressed import LARGEST_BYTES, compress, decompress
from system.weights.errors import (
    EmptyWeights,
    FixedPointOverflow,
    FloatOverflow,
    InexactInteger,
    MalformedPayload,
    NotFinite,
    NotNumeric,
    NotOneDimensional,
    PayloadTooLarge,
    UnknownCodec,
)

every = pytest.mark.parametrize("name", codec.names())
FIXED = ("int256", "int64", "int32")
NARROW = {"float32": 3.4028236e38, "float16": 65_520.0, "bfloat16": 3.3962e38, "topk": 3.41e38}


def refused(kind: type[UsageError], name: str, array: object) -> str:
    with pytest.raises(kind) as caught:
        codec(name).encode(array)
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value.exit_code == 2
    return message


@every
@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ([np.nan], "1 of 1 weights are not finite (1 NaN, 0 infinite)"),
        ([1.0, np.inf], "1 of 2 weights are not finite (0 NaN, 1 infinite)"),
        ([-np.inf, np.nan, 0.5, np.inf], "3 of 4 weights are not finite (1 NaN, 2 infinite)"),
        ([np.nan, 1e308], "1 of 2 weights are not finite (1 NaN, 0 infinite)"),
    ],
)
def test_not_finite(name, values, counts):
    assert counts in refused(NotFinite, name, np.array(values))


@every
@pytest.mark.parametrize("at", [0, 3, 19])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_not_finite_wherever_it_stands(name, at, bad, dtype):
    values = np.linspace(-1, 1, 20).astype(dtype)
    values[at] = bad
    refused(NotFinite, name, values)


@every
@pytest.mark.parametrize(
    "array", [np.array([]), np.array([], dtype="f4"), np.array([], dtype="i8"), []]
)
def test_empty(name, array):
    refused(EmptyWeights, name, array)


@every
@pytest.mark.parametrize(
    "array",
    [
        np.array([True, False]),
        np.array([1 + 2j]),
        np.array(["0.5"]),
        np.array([b"0.5"]),
        np.array([0.5, None]),
        np.array([2**70]),
        np.array([0.5], dtype=np.longdouble),
        np.array([1], dtype="M8[s]"),
        np.array([(1.0,)], dtype=[("a", "f8")]),
        [[1.0], [1.0, 2.0]],
        "0.5",
        None,
    ],
)
def test_not_numeric(name, array):
    refused(NotNumeric, name, array)


@every
@pytest.mark.parametrize("array", [np.zeros((2, 3)), np.zeros((0, 4)), np.float64(1.0), 1.0])
def test_other_than_one_dimension(name, array):
    assert "flatten" in refused(NotOneDimensional, name, array)


@every
@pytest.mark.parametrize(
    "array", [np.array([2**53]), np.array([-(2**63)]), np.array([2**64 - 1], dtype="u8")]
)
def test_integers_that_float64_would_round(name, array):
    assert "1 of 1 integers" in refused(InexactInteger, name, array)


@pytest.mark.parametrize("name", [*FIXED, *(f"{name}+zstd" for name in FIXED)])
@pytest.mark.parametrize("value", [9.223372037e9, -9.2233720369e9, 1e300, -1.7e308])
def test_fixed_point_overflow(name, value):
    message = refused(FixedPointOverflow, name, np.array([0.5, value, value]))
    assert "2 of 3 weights do not fit" in message


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (32767.99999, True),
        (32767.999995, False),
        (-32768.0, True),
        (-32768.000007, True),
        (-32768.00001, False),
    ],
)
def test_the_edges_of_int32(value, fits):
    if fits:
        assert codec("int32").error(np.array([value])) <= 2**-17
    else:
        refused(FixedPointOverflow, "int32", np.array([value]))


@pytest.mark.parametrize("name", [*NARROW, *(f"{name}+zstd" for name in NARROW)])
@pytest.mark.parametrize("sign", [1, -1])
def test_float_overflow(name, sign):
    value = sign * NARROW[name.removesuffix("+zstd")]
    message = refused(FloatOverflow, name, np.array([value, 0.5]))
    assert "do not fit" in message
    assert codec("float64").error(np.array([value])) == 0.0


@pytest.mark.parametrize(
    ("name", "largest"),
    [("float16", 65_519.99), ("bfloat16", 3.3961e38), ("float32", 3.40282350e38)],
)
def test_just_below_float_overflow(name, largest):
    decoded = codec(name).decode(codec(name).encode(np.array([largest, -largest])))
    assert np.isfinite(decoded).all()


# --- decoding ---------------------------------------------------------------------------------


def malformed(name: str, data: object) -> str:
    with pytest.raises(MalformedPayload) as caught:
        codec(name).decode(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@every
@pytest.mark.parametrize("data", [b"", bytearray(), "text", None, 7, [1, 2]])
def test_nothing_and_not_bytes(name, data):
    malformed(name, data)


@every
@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=200))
def test_any_bytes_decode_to_finite_weights_or_are_malformed(name, data):
    try:
        decoded = codec(name).decode(data)
    except MalformedPayload:
        return
    assert decoded.size
    assert np.isfinite(decoded).all()


@pytest.mark.parametrize("name", ["int256", "int64", "int32", "float64", "float32", "float16"])
@pytest.mark.parametrize("cut", [1, -1])
def test_torn_words(name, cut):
    payload = codec(name).encode(np.array([0.5, -0.25]))
    torn = payload + b"\x00" if cut > 0 else payload[:-1]
    assert "left over" in malformed(name, torn)


@pytest.mark.parametrize("name", [name for name in codec.names() if name.endswith("+zstd")])
def test_torn_and_trailed_zstd(name):
    payload = codec(name).encode(np.linspace(-1, 1, 333))
    for data in (payload[:-1], payload[: len(payload) // 2], payload[:3], payload + b"\x00"):
        malformed(name, data)
    malformed(name, payload + payload)
    malformed(name, codec(name.removesuffix("+zstd")).encode(np.linspace(-1, 1, 333)))


@pytest.mark.parametrize(
    ("name", "form", "bad"),
    [
        ("float64", ">d", np.nan),
        ("float64", ">d", np.inf),
        ("float32", ">f", np.nan),
        ("float32", ">f", -np.inf),
        ("float16", ">e", np.inf),
    ],
)
def test_floats_that_are_not_finite(name, form, bad):
    assert "1 of 2" in malformed(name, struct.pack(form, 1.0) + struct.pack(form, bad))


@pytest.mark.parametrize("bits", [0x7F80, 0xFF80, 0x7FC0, 0x7F81])
def test_bfloat16_that_is_not_finite(bits):
    malformed("bfloat16", struct.pack(">H", bits))


@pytest.mark.parametrize("integer", [2**63, -(2**63) - 1, 2**255 - 1, -(2**255), 1 << 192])
def test_int256_words_beyond_64_bits(integer):
    malformed("int256", bytes(32) + integer.to_bytes(32, "big", signed=True))


@pytest.mark.parametrize(
    ("name", "largest", "body"),
    [
        ("int8", 1.0, b""),
        ("int8", 1.0, b"\x80"),
        ("int8", 1.0, b"\x7e"),
        ("int8", 0.0, b"\x7f"),
        ("int8", np.nan, b"\x7f"),
        ("int8", np.inf, b"\x7f"),
        ("int8", -1.0, b"\x7f"),
        ("int4", 1.0, b"\x87"),
        ("int4", 1.0, b"\x88"),
        ("int4", 1.0, b"\x78\x77"),
        ("int4", 1.0, b"\x61"),
        ("int4", 0.0, b"\x70"),
    ],
)
def test_bad_quantised_payloads(name, largest, body):
    malformed(name, struct.pack(">d", largest) + body)


@pytest.mark.parametrize(
    ("count", "indices", "values"),
    [
        (0, [], []),
        (0, [0], [1.0]),
        (1, [1], [1.0]),
        (10, [10], [1.0]),
        (9, [0, 1], [1.0, 1.0]),
        (11, [3], [1.0]),
        (11, [3, 3], [1.0, 1.0]),
        (11, [4, 3], [1.0, 1.0]),
        (11, [4, 11], [1.0, 1.0]),
        (2**32 - 1, [0], [1.0]),
        (10, [0], [np.nan]),
        (10, [0], [np.inf]),
    ],
)
def test_bad_topk_payloads(count, indices, values):
    k = len(indices)
    malformed("topk", struct.pack(f">I{k}I{k}f", count, *indices, *values))


@pytest.mark.parametrize("left_over", range(1, 8))
def test_topk_torn_between_pairs(left_over):
    malformed("topk", codec("topk").encode(np.ones(10)) + bytes(left_over))


def test_zstd_bombs_are_not_unpacked():
    # 256 MiB and a byte of zeros compress to a few kilobytes; the stream form names no size.
    compressor = zstandard.ZstdCompressor().compressobj(size=LARGEST_BYTES + 1)
    block = bytes(1 << 20)
    bomb = b"".join(compressor.compress(block) for _ in range(LARGEST_BYTES >> 20))
    bomb += compressor.compress(b"\x00") + compressor.flush()
    assert len(bomb) < 50_000
    assert str(LARGEST_BYTES) in malformed("float32+zstd", bomb)
    unnamed = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(64))
    malformed("float32+zstd", unnamed)


def test_what_a_reader_would_not_unpack_is_not_sent():
    with pytest.raises(PayloadTooLarge):
        compress(bytes(LARGEST_BYTES + 1))
    assert decompress(compress(b"\x00")) == b"\x00"


# --- names ------------------------------------------------------------------------------------


def test_names():
    plain = ("int256", "int64", "int32", "float64", "float32", "float16", "bfloat16")
    plain += ("int8", "int4", "topk")
    assert codec.names() == (*plain, *(f"{name}+zstd" for name in plain))
    assert all(codec(name).name == name for name in codec.names())


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("int23", "did you mean 'int32'?"),
        ("float23", "did you mean"),
        ("zzz", "choose one of int256"),
    ],
)
def test_unknown_names_get_a_hint(name, hint):
    with pytest.raises(UnknownCodec, match="no encoding") as caught:
        codec(name)
    assert hint in str(caught.value)
