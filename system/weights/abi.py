"""ABI arguments put together from payloads that are words already, in one copy.

Source: Solidity's contract ABI specification: static words and offsets first, then each dynamic
argument as its length and its content, padded to whole words of 32 bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from system.weights.checks import Payload, one_dimensional, require_multiple
from system.weights.fixed import INT256, WORD_BYTES, to_integers, words


def int256_array(array: ArrayLike) -> bytes:
    """The ABI body of one `int256[]`: offset, length, elements.

    Floats become fixed point as the codec `int256` does it (scale 1e9); integers of any numpy type
    stay what they are. Raises what that codec raises.
    """
    values = one_dimensional(array)
    integers: NDArray[np.generic] = (
        values if values.dtype.kind in "iu" else to_integers(values, INT256)
    )
    return words(integers, head=_word(WORD_BYTES) + _word(integers.size))


def words_argument(
    elements: Payload, *, selector: bytes = b"", before: Sequence[int] = ()
) -> bytes:
    """Call data whose last argument is an `int256[]` that already is 32-byte words.

    `selector` is the function's, `before` the static arguments in front, as unsigned integers.
    """
    view = memoryview(elements)
    require_multiple(view, WORD_BYTES, "int256[]")
    return b"".join((_head(selector, before), _word(view.nbytes // WORD_BYTES), view))


def bytes_argument(payload: Payload, *, selector: bytes = b"", before: Sequence[int] = ()) -> bytes:
    """Call data whose last argument is `bytes`; `selector` and `before` as in `words_argument`."""
    view = memoryview(payload)
    padding = bytes(-view.nbytes % WORD_BYTES)
    return b"".join((_head(selector, before), _word(view.nbytes), view, padding))


def _head(selector: bytes, before: Sequence[int]) -> bytes:
    offset = WORD_BYTES * (len(before) + 1)
    return b"".join((selector, *map(_word, before), _word(offset)))


def _word(value: int) -> bytes:
    return value.to_bytes(WORD_BYTES, "big")
