"""Adding updates on the chain: which transactions bring the sum on, within what one may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from system.chain.abi import call_data
from system.chain.sender import Call
from system.encrypted.contracts.gas import folding_gas
from system.encrypted.contracts.rounds import ChunkTooLarge, Place

FOLD = "fold(uint64,uint64,uint32,uint16,bytes,bytes)"
# The selector, six words, and a length for each of the two byte arrays.
FOLD_HEAD_BYTES = 4 + 8 * 32

# With more rows in one transaction chunks would be so small that their digests, a slot each, cost
# more than handing a sum in again.
_MOST_ROWS = 8

Adding = Callable[[bytes, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction of a sum: `rows` are the next members' chunks, `start` are in it already."""

    chunk: int
    start: int
    total: bytes
    rows: tuple[bytes, ...]


def fitting_chunk_units(*, parties: int, unit_bytes: int, limit_bytes: int) -> int:
    """How many units a chunk may have so that one transaction adds it over all parties.

    Over eight parties at most: above, a chunk takes more than one. Raises ChunkTooLarge where not
    even a unit fits.
    """
    rows = max(min(parties, _MOST_ROWS), 2)
    units = (limit_bytes - FOLD_HEAD_BYTES) // (rows * unit_bytes)
    if units < 1:
        raise ChunkTooLarge(
            f"{rows} units of {unit_bytes} bytes do not fit a transaction of {limit_bytes} bytes"
        )
    return units


def steps(
    chunk: int, rows: Sequence[bytes], *, add: Adding, limit_bytes: int, start: int = 0
) -> Iterator[Step]:
    """What adds one chunk of all updates that count, in the group's order.

    `add` adds two rows of units as the group's scheme does: it is needed where one transaction of
    `limit_bytes` can't hold all rows. `start` rows are in the sum already. Raises ChunkTooLarge.
    """
    total = _added(rows[:start], add)
    while start < len(rows):
        room_bytes = limit_bytes - FOLD_HEAD_BYTES - len(total)
        taken = tuple(rows[start : start + room_bytes // len(rows[start])])
        if not taken or room_bytes < 0:
            raise ChunkTooLarge(
                f"a sum and a chunk of {len(rows[start])} bytes do not fit a transaction of "
                f"{limit_bytes} bytes: agree on fewer units a chunk"
            )
        yield Step(chunk, start, total, taken)
        start += len(taken)
        if start < len(rows):
            total = _added((total, *taken) if total else taken, add)


def _added(rows: Sequence[bytes], add: Adding) -> bytes:
    total = b""
    for row in rows:
        total = add(total, row) if total else row
    return total


def folding(place: Place, step: Step, *, unit_bytes: int) -> Call:
    """The transaction of a step; anybody's."""
    key = (place.group, place.number, step.chunk, step.start)
    data = call_data(FOLD, *key, step.total, b"".join(step.rows))
    gas = folding_gas(
        len(data), sum_bytes=len(step.rows[0]), unit_bytes=unit_bytes, rows=len(step.rows)
    )
    return Call(place.rounds, data, gas)
