"""Weights as unsigned 32-bit lanes, eight in a word of 32 bytes, which contracts add lane by lane.

A sum modulo 2^32 is the sum itself, in two's complement, where it fits 32 bits with its sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from system.encrypted.errors import MalformedUnits
from system.encrypted.packing import Integers, largest, require_within

Lanes32: TypeAlias = NDArray[np.uint32]
WORD_BYTES: Final = 32
PER_WORD: Final = 8
_BITS: Final = 32


def words_of(weights: int) -> int:
    """How many words that many weights take."""
    return -(-weights // PER_WORD)


def to_lanes(weights: Integers, *, parties: int) -> Lanes32:
    """The weights in two's complement, with zeros behind up to a whole word.

    Raises LaneOverflow for a weight so large that the sum of all parties might not fit, and
    NotIntegers.
    """
    require_within(weights, largest(_BITS, parties))
    lanes = np.zeros(words_of(weights.size) * PER_WORD, dtype=np.uint32)
    lanes[: weights.size] = weights.astype(np.int32).view(np.uint32)
    return lanes


def from_lanes(lanes: Lanes32, *, weights: int) -> Integers:
    """The sums with their signs, int64, without what was filled up.

    Raises MalformedUnits where the lanes are not those of that many weights.
    """
    if lanes.size != words_of(weights) * PER_WORD or lanes[weights:].any():
        raise MalformedUnits(f"{lanes.size} lanes are no sum of {weights} weights filled up with 0")
    return lanes[:weights].view(np.int32).astype(np.int64)


def to_bytes(lanes: Lanes32) -> bytes:
    """The lanes big-endian, the first one in a word's highest bytes."""
    return lanes.astype(">u4").tobytes()


def from_bytes(data: bytes) -> Lanes32:
    """What `to_bytes` wrote; raises MalformedUnits for bytes that are no whole words."""
    if not data or len(data) % WORD_BYTES:
        raise MalformedUnits(f"{len(data)} bytes are no words of {WORD_BYTES} bytes")
    return np.frombuffer(data, dtype=">u4").astype(np.uint32)


def added(updates: Iterable[bytes]) -> bytes:
    """The updates' words added lane by lane modulo 2^32.

    Raises MalformedUnits where there is none, or where their lengths differ.
    """
    parts = [from_bytes(update) for update in updates]
    if len({part.size for part in parts}) != 1:
        raise MalformedUnits("the updates to add have no common length: leave out who sent another")
    return to_bytes(np.sum(parts, axis=0, dtype=np.uint32))


def misfits(updates: Mapping[int, bytes], *, weights: int) -> tuple[int, ...]:
    """The parties whose words are not those of that many weights."""
    length = words_of(weights) * WORD_BYTES
    return tuple(party for party in sorted(updates) if len(updates[party]) != length)
