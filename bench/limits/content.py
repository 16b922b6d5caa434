"""What gas depends on in bytes: how many there are, and how many are not zero."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from system.jobs.packing import goes_as_words, packed_bytes
from system.jobs.stores import WORD_BYTES, StoreSpec
from system.learning.models import WeightSpec, weights
from system.weights import codec
from system.weights.chunks import chunk_count

# Weights that a sample holds at most: 8 MB drawn in 20 ms. Beyond it bytes are alike, but for the
# upper byte of topk's indices, which is zero up to 16 million weights.
SAMPLE_WEIGHTS = 2**20
_SEED = 0


@dataclass(frozen=True, slots=True)
class Content:
    """A chunk as gas sees it: `nonzero_words` counts its 32-byte words that hold a non-zero byte,
    the last one filled up with zeros."""

    size_bytes: int
    nonzero_bytes: int
    nonzero_words: int

    @property
    def words(self) -> int:
        """Its words of 32 bytes, a last one cut short included."""
        return -(-self.size_bytes // WORD_BYTES)


def content(data: bytes | memoryview) -> Content:
    """The counts of these bytes."""
    values = np.frombuffer(data, dtype=np.uint8)
    whole = values.size // WORD_BYTES * WORD_BYTES
    # Four numbers a word are looked at in a seventh of the time that 32 bytes take.
    quarters = values[:whole].view(np.uint64).reshape(-1, WORD_BYTES // 8)
    words = int(np.count_nonzero(quarters.any(axis=1)))
    words += int(values[whole:].any())
    return Content(values.size, int(np.count_nonzero(values)), words)


def contents(
    spec: StoreSpec, payload: bytes | memoryview, *, chunk_bytes: int, words: bool
) -> tuple[Content, ...]:
    """A payload's chunks on their way to a store, counted exactly."""
    return tuple(map(content, spec.chunks(payload, chunk_bytes=chunk_bytes, words=words)))


def expected_contents(
    spec: StoreSpec, encoding: str, count: int, *, chunk_bytes: int
) -> tuple[Content, ...]:
    """The chunks to expect of `count` weights from N(0, 0.05²) in that encoding.

    Up to 2^20 weights a sample of as many is drawn and encoded; above, one of 2^20 is scaled.
    Another draw costs the same to 1 % from some 25,000 weights on, but for int32+zstd (3 %), and
    for int8+zstd (4 %) and int4+zstd (7 %), whose levels are shares of the largest weight.
    """
    words = goes_as_words(encoding)
    if count <= SAMPLE_WEIGHTS:
        payload = sample(encoding, count)
        return contents(spec, payload, chunk_bytes=chunk_bytes, words=words)
    whole, size = sampled(encoding, SAMPLE_WEIGHTS), expected_bytes(encoding, count)
    if not (words or spec.takes_bytes):
        size = packed_bytes(size)
    chunks = chunk_count(size, chunk_bytes)
    full, last = scaled(whole, chunk_bytes), scaled(whole, size - (chunks - 1) * chunk_bytes)
    return (*(full,) * (chunks - 1), last)


def expected_bytes(encoding: str, count: int) -> int:
    """The payload's bytes to expect of `count` weights from N(0, 0.05²) in that encoding.

    Exact where the size depends on the count alone; else as `expected_contents` samples.
    """
    size = codec(encoding).size
    if size is not None:
        return size(count)
    drawn = min(count, SAMPLE_WEIGHTS)
    return round(sampled(encoding, drawn).size_bytes * count / drawn)


def scaled(of: Content, size_bytes: int) -> Content:
    """Another number of bytes with the same share of zeros."""
    share = size_bytes / of.size_bytes
    return Content(size_bytes, round(of.nonzero_bytes * share), round(of.nonzero_words * share))


@lru_cache(maxsize=1_024)
def sampled(encoding: str, count: int) -> Content:
    """The counts of `sample`'s payload: 24 bytes to keep where the payload has up to 32 MB."""
    return content(sample(encoding, count))


@lru_cache(maxsize=2)  # up to 33 MB each
def sample(encoding: str, count: int) -> bytes:
    """The payload of `count` seeded weights from N(0, 0.05²); the same at every call."""
    return codec(encoding).encode(weights(WeightSpec(str(count), count, "drawn"), _SEED))
