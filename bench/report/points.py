"""Cells that are repeats of the same point, found together."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import TypeVar

from bench.report.frame import CellData

Number = TypeVar("Number", int, float)


def points(cells: Iterable[CellData]) -> list[list[CellData]]:
    """The cells, repeats of one point together in repeat order, points in order of appearance."""
    found: dict[tuple[object, ...], list[CellData]] = {}
    for cell in cells:
        found.setdefault(_key(cell), []).append(cell)
    return [sorted(group, key=lambda cell: cell.facts.repeat) for group in found.values()]


def _key(cell: CellData) -> tuple[object, ...]:
    facts = cell.facts
    return (
        cell.run,
        *(facts.system, facts.weights, facts.weights_name),
        *(facts.encoding, facts.store, facts.privacy),
        *(facts.loop, facts.offered_per_s, facts.users, facts.schedule),
        *(facts.topology, facts.validators, facts.transaction_size_limit_bytes),
        *(facts.job_size, facts.evil, tuple(facts.evil_behaviour or ())),
        tuple((facts.settings or {}).items()),
        # Both are read off the chain, where they waver a little around what was set.
        round(facts.gas_limit / 1e6),
        None if facts.period_s is None else round(facts.period_s, 1),
    )


def total(cells: Sequence[CellData], outcome: str | None = None) -> int:
    """How many submissions all cells together hold, of one outcome or of all."""
    if outcome is None:
        return sum(len(cell.rows) for cell in cells)
    return sum(int((cell.rows["outcome"] == outcome).sum()) for cell in cells)


def middle(values: Iterable[float | None]) -> float | None:
    """The median of the values that are known; None if none is."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def largest(values: Iterable[Number | None]) -> Number | None:
    """The largest of the values that are known; None if none is."""
    return max((value for value in values if value is not None), default=None)
