"""Rows of units in as many transactions as they take: whole chunks in each."""

from __future__ import annotations

from collections.abc import Iterator

from system.errors import UsageError
from system.weights.checks import Payload


class ChunkTooLarge(UsageError):
    """A chunk does not fit a transaction."""


def parts(row: Payload, *, chunk_bytes: int, room_bytes: int) -> Iterator[tuple[int, memoryview]]:
    """The first chunk's index and the bytes of each part: as many whole chunks as there is room.

    `room_bytes` of a part's transaction are left for units. Raises ChunkTooLarge.
    """
    per_part = room_bytes // chunk_bytes
    if per_part < 1:
        raise ChunkTooLarge(
            f"a chunk of {chunk_bytes} bytes does not fit the {max(room_bytes, 0)} bytes that a "
            "transaction leaves for it: agree on fewer units a chunk"
        )
    view = memoryview(row).cast("B")
    for start in range(0, view.nbytes, per_part * chunk_bytes):
        yield start // chunk_bytes, view[start : start + per_part * chunk_bytes]


def proved_parts(
    row: Payload, proof: bytes, *, chunk_bytes: int, room_bytes: int
) -> list[tuple[int, bytes, bytes]]:
    """Parts as `parts`, each with its proof: empty but for the last one's.

    `room_bytes` are for units and proof together. Raises ChunkTooLarge.
    """
    room = room_bytes - (len(proof) + 31) // 32 * 32  # the ABI pads to whole words
    found = list(parts(row, chunk_bytes=chunk_bytes, room_bytes=room))
    last = len(found) - 1
    return [
        (chunk, bytes(part), proof if index == last else b"")
        for index, (chunk, part) in enumerate(found)
    ]
