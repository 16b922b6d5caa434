"""Packed bytes as `int256[]`, for the store that takes nothing else.

One word goes in front: 24 bytes that mark it and the payload's length in 8; the payload follows,
filled up with zeros to whole words. The mark is far beyond 64 bits, which the elements of the
encoding `int256` fit, so an array is told from packed bytes by its first word alone and whoever
reads the chain needs to know nothing else.
"""

from __future__ import annotations

from system.weights.checks import Payload
from system.weights.errors import MalformedPayload
from system.weights.fixed import INT256, WORD_BYTES

_MARK = b"weighbridge packed bytes"
_LENGTH_BYTES = WORD_BYTES - len(_MARK)


def goes_as_words(encoding: str) -> bool:
    """Whether payloads of that encoding are `int256` elements, so go by `submitArray` as they are.

    All others, `int256+zstd` among them, are packed bytes.
    """
    return encoding == INT256.name


def packed_bytes(payload_bytes: int) -> int:
    """How many bytes a payload of that size has as words: a word more, rounded up to whole ones."""
    return WORD_BYTES + -(-payload_bytes // WORD_BYTES) * WORD_BYTES


def packed(payload: Payload) -> bytes:
    """The payload as `int256` words, whatever its length."""
    view = memoryview(payload).cast("B")
    length = view.nbytes.to_bytes(_LENGTH_BYTES, "big")
    return b"".join((_MARK, length, view, bytes(-view.nbytes % WORD_BYTES)))


def unpacked(words: bytes) -> bytes:
    """The payload that was packed into these words; they themselves where they bear no mark.

    Raises MalformedPayload where a length is marked that the words do not have.
    """
    if not words.startswith(_MARK):
        return words
    length = int.from_bytes(words[len(_MARK) : WORD_BYTES], "big")
    if packed_bytes(length) != len(words) or any(words[WORD_BYTES + length :]):
        raise MalformedPayload(f"{len(words)} bytes of words do not hold {length} packed bytes")
    return words[WORD_BYTES : WORD_BYTES + length]
