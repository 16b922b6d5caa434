"""What rounds left on validators' disks, as it was sampled while they ran."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.frame import CellData


def disk_per_wire_byte(cell: CellData) -> float | None:
    """Bytes that a validator's disk grew by for each byte of signed transactions in blocks.

    That of the validator which grew least: the one that takes the submissions keeps them in a
    journal as well. State that a node still held in memory is not in it. None where no disk of a
    second validator was sampled, or nothing got into a block.
    """
    samples, window = cell.resources, cell.window
    sent_bytes = float(cell.included["wire_bytes"].sum())
    if samples.empty or window is None or not sent_bytes:
        return None
    before = samples[samples["at_s"] < window.start_s].groupby("validator")["disk_bytes"].last()
    after = samples.groupby("validator")["disk_bytes"].last()
    growth = (after - before).dropna()
    return None if len(growth) < 2 else float(growth.min()) / sent_bytes


def by_store(found: Sequence[tuple[str, float, float | None]]) -> dict[str, float]:
    """The growth in each store, of its cell with the most bytes, which blocks' own bytes and the
    contracts blur least; `found` holds store, bytes and growth of each cell."""
    known = sorted((size, store, one) for store, size, one in found if one is not None)
    return {store: one for _, store, one in known}
