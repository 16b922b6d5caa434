"""Chunks: every byte once, in order, none larger than asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.weights.chunks import chunk_count, join, split
from system.weights.errors import BadChunkSize, MalformedPayload


@given(st.binary(min_size=1, max_size=300), st.integers(1, 400))
def test_split_and_join(payload, chunk_bytes):
    chunks = split(payload, chunk_bytes)
    assert join(chunks) == payload
    assert len(chunks) == chunk_count(len(payload), chunk_bytes)
    assert all(len(chunk) == chunk_bytes for chunk in chunks[:-1])
    assert 1 <= len(chunks[-1]) <= chunk_bytes


@pytest.mark.parametrize(
    ("payload_bytes", "chunk_bytes", "expected"),
    [(1, 1, 1), (31_400, 126_976, 1), (126_976, 126_976, 1), (126_977, 126_976, 2), (10, 3, 4)],
)
def test_counts(payload_bytes, chunk_bytes, expected):
    assert chunk_count(payload_bytes, chunk_bytes) == expected


@pytest.mark.parametrize("chunk_bytes", [0, -1])
def test_chunks_that_carry_nothing(chunk_bytes):
    with pytest.raises(BadChunkSize, match="at least 1"):
        split(b"abc", chunk_bytes)
    with pytest.raises(BadChunkSize):
        chunk_count(3, chunk_bytes)


def test_an_empty_payload():
    with pytest.raises(MalformedPayload):
        split(b"", 32)
    with pytest.raises(MalformedPayload):
        chunk_count(-1, 32)
