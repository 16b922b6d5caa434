"""Every encoding of weights under its name: pairs of pure functions, array ↔ bytes.

All words are big-endian; decoding always gives float64. Every encoding takes a one-dimensional,
non-empty array of finite real numbers and refuses anything else by name (see `errors`).

| name     | bytes for n  | a weight is                          | largest decode error       |
|----------|--------------|--------------------------------------|----------------------------|
| int256   | 32 n         | integer at scale 1e9, as an ABI word | 0.5e-9 + x·2^-51           |
| int64    | 8 n          | integer at scale 1e9                 | 0.5e-9 + x·2^-51           |
| int32    | 4 n          | integer at scale 2^16 (Q16)          | 2^-17                      |
| float64  | 8 n          | IEEE 754 binary64                    | 0                          |
| float32  | 4 n          | IEEE 754 binary32                    | max(x·2^-24, 2^-150)       |
| float16  | 2 n          | IEEE 754 binary16                    | max(x·2^-11, 2^-25)        |
| bfloat16 | 2 n          | the upper half of a binary32         | max(x·2^-8, 2^-134)        |
| int8     | 8 + n        | a level: largest × i/127             | m/254 + m·2^-50 + 2^-1074  |
| int4     | 8 + ⌈n/2⌉    | a level: largest × i/7               | m/14 + m·2^-50 + 2^-1074   |
| topk     | 4 + 8 ⌈n/10⌉ | index and binary32, else zero        | largest magnitude left out |

x is the weight's magnitude, m the largest of the array. Ties: fixed point rounds up, all others to
even. `+zstd` after a name compresses the same payload; its size depends on the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from system.errors import suggestion
from system.weights import fixed, floats, quantised, topk
from system.weights.checks import Floats, Payload, as_floats
from system.weights.compressed import compress, decompress
from system.weights.errors import UnknownCodec

ZSTD = "+zstd"


@dataclass(frozen=True, slots=True)
class Codec:
    """One encoding: `encode(array) -> bytes` and `decode(data) -> float64 array`, both pure.

    `element_bytes` is the width of a weight where every weight has the same and there is no header,
    else None. `size` gives the payload's bytes for a count of weights, None if it depends on them.
    """

    name: str
    encode: Callable[[ArrayLike], bytes]
    decode: Callable[[Payload], Floats]
    element_bytes: int | None
    size: Callable[[int], int] | None

    def error(self, array: ArrayLike) -> float:
        """The largest absolute difference between the weights and what decoding gives back."""
        return float(np.abs(as_floats(array) - self.decode(self.encode(array))).max())


class Catalogue:
    """All encodings: `codec("int32")` is one of them, `codec.names()` lists them."""

    def __init__(self, codecs: Mapping[str, Codec]) -> None:
        self._codecs = MappingProxyType(dict(codecs))

    def __call__(self, name: str) -> Codec:
        """The encoding of that name; UnknownCodec names the nearest one."""
        found = self._codecs.get(name)
        if found is None:
            raise UnknownCodec(f"no encoding {name!r}: {suggestion(str(name), self.names())}")
        return found

    def names(self) -> tuple[str, ...]:
        """Every name, in the order of the table, the compressed ones last."""
        return tuple(self._codecs)


def _plain(
    name: str,
    encode: Callable[[ArrayLike], bytes],
    decode: Callable[[Payload], Floats],
    element_bytes: int,
) -> Codec:
    return Codec(name, encode, decode, element_bytes, lambda count: count * element_bytes)


def _compressed(inner: Codec) -> Codec:
    return replace(
        inner,
        name=inner.name + ZSTD,
        encode=lambda array: compress(inner.encode(array)),
        decode=lambda data: inner.decode(decompress(data)),
        element_bytes=None,
        size=None,
    )


def _int8_bytes(count: int) -> int:
    return quantised.HEADER_BYTES + count


def _int4_bytes(count: int) -> int:
    return quantised.HEADER_BYTES + (count + 1) // 2


def _topk_bytes(count: int) -> int:
    return topk.HEADER_BYTES + topk.PAIR_BYTES * topk.kept(count)


_PLAIN = (
    _plain("int256", fixed.encode_int256, fixed.decode_int256, fixed.WORD_BYTES),
    _plain("int64", fixed.encode_int64, fixed.decode_int64, 8),
    _plain("int32", fixed.encode_int32, fixed.decode_int32, 4),
    _plain("float64", floats.encode_float64, floats.decode_float64, 8),
    _plain("float32", floats.encode_float32, floats.decode_float32, 4),
    _plain("float16", floats.encode_float16, floats.decode_float16, 2),
    _plain("bfloat16", floats.encode_bfloat16, floats.decode_bfloat16, 2),
    Codec("int8", quantised.encode_int8, quantised.decode_int8, None, _int8_bytes),
    Codec("int4", quantised.encode_int4, quantised.decode_int4, None, _int4_bytes),
    Codec("topk", topk.encode_topk, topk.decode_topk, None, _topk_bytes),
)

codec = Catalogue({each.name: each for each in (*_PLAIN, *map(_compressed, _PLAIN))})
