"""A payload cut into the chunks that go into one transaction each, and put together again."""

from __future__ import annotations

from collections.abc import Iterable

from system.weights.errors import BadChunkSize, MalformedPayload


def split(payload: bytes | memoryview, chunk_bytes: int) -> list[memoryview]:
    """The payload in order, as views of `chunk_bytes` each, the last one shorter; no copies.

    Raises BadChunkSize for a size that is not positive, MalformedPayload for an empty payload.
    An `int256` payload needs a multiple of 32.
    """
    view = memoryview(payload).cast("B")
    count = chunk_count(view.nbytes, chunk_bytes)
    return [view[i * chunk_bytes : (i + 1) * chunk_bytes] for i in range(count)]


def chunk_count(payload_bytes: int, chunk_bytes: int) -> int:
    """How many chunks, so transactions, a payload of that size takes: at least one."""
    if chunk_bytes <= 0:
        raise BadChunkSize(f"a chunk of {chunk_bytes} bytes carries nothing: give at least 1")
    if payload_bytes <= 0:
        raise MalformedPayload(f"a payload of {payload_bytes} bytes can't be sent")
    return -(-payload_bytes // chunk_bytes)


def join(chunks: Iterable[bytes | memoryview]) -> bytes:
    """The payload those chunks were cut from, in the order given."""
    return b"".join(chunks)
