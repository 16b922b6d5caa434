"""What a run's plan asks for, by name: its cells, and which others are trials of its searches."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from bench.record.files import safe_name
from bench.record.schema import CellFacts

SATURATION = "saturation"
_DEFAULTS = ("float32", "calldata")


def point_name(point: Mapping[str, Any]) -> str:
    """A name of a plan's point fit for files, the same in every run of the plan."""
    parts = [PurePath(str(point["weights"])).stem, *_carried(point)]
    parts += [_rate(point), PurePath(point["topology"]).stem]
    if point["privacy"] != "plain":
        parts.append(point["privacy"])
    if point["schedule"] != "constant":
        parts.append(point["schedule"])
    if point["period_s"] is not None:
        parts.append(f"{point['period_s']:g}s")
    if point["gas_limit"] is not None:
        parts.append(f"{point['gas_limit'] / 1e6:g}M")
    if (limit_kb := point.get("transaction_size_limit_kb")) is not None:
        parts.append(f"{limit_kb}KB")
    if point["users"] is not None:
        parts.append(f"{point['users']}users")
    parts += _paid(point)
    parts += [str(value) for _, value in point.get("settings", ())]
    return safe_name("_".join(parts).replace("+", "-"))


def cell_name(point: Mapping[str, Any], repeat: int) -> str:
    """The name of a point's `repeat`-th run."""
    return f"{point_name(point)}_r{repeat}"


def search_of(plan: Mapping[str, Any], cell: CellFacts) -> str:
    """The name of the search that chose the cell's rate; "" where the plan itself asks for it."""
    asked = {point_name(point) for point in _points(plan) if not point[SATURATION]}
    if cell.cell.removesuffix(f"_r{cell.repeat}") in asked:
        return ""
    found = (point_name(point) for point in _points(plan) if _searches(point, cell))
    return next(found, "")


def unrun(plan: Mapping[str, Any], cells: Iterable[CellFacts], walled: Container[str] = ()) -> str:
    """One line that says how much of its plan a run did not begin; "" if it began all of it.

    A search that knows from a cell in `walled` that no rate passes makes no trial.
    """
    begun = list(cells)
    names = {cell.cell for cell in begun}
    repeats = range(1, plan.get("repeats", 1) + 1)
    points = _points(plan)
    asked = [cell_name(point, r) for point in points if not point[SATURATION] for r in repeats]
    searches = [point for point in points if point[SATURATION]]
    tried = [cell for cell in begun if cell.cell in walled or search_of(plan, cell)]
    missing = sum(name not in names for name in asked)
    missing += sum(not any(_searches(point, cell) for cell in tried) for point in searches)
    if not missing:
        return ""
    what = f"{missing} of the plan's {len(asked) + len(searches)} cells and searches"
    return f"{what} were not begun: `weighbridge sweep --resume` goes on with them"


def _points(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The points of a sweep's plan; other runs have none."""
    points = plan.get("points", ())
    return [{SATURATION: False} | dict(point) for point in points]


def _searches(point: Mapping[str, Any], cell: CellFacts) -> bool:
    """Whether the cell offers a search's load at a rate."""
    at_rate = {**point, SATURATION: False, "rate_per_s": cell.offered_per_s}
    return bool(point[SATURATION]) and cell_name(at_rate, cell.repeat) == cell.cell


def _carried(point: Mapping[str, Any]) -> list[str]:
    """How the weights travel; other systems than the jobs have ways of their own."""
    chosen = [point["encoding"], point["store"]]
    if (system := point.get("system", "jobs")) == "jobs":
        return chosen
    return [system, *(one for one in chosen if one not in _DEFAULTS)]


def _paid(point: Mapping[str, Any]) -> list[str]:
    parts = []
    if point.get("job_size") is not None:
        parts.append(f"jobs-of-{point['job_size']}")
    if point.get("evil"):
        parts.append(f"{point['evil']:g}-{point['evil_behaviour'].replace(',', '-')}")
    if point.get("duration_s") is not None:
        parts.append(f"for-{point['duration_s']:g}s")
    return parts


def _rate(point: Mapping[str, Any]) -> str:
    if point[SATURATION]:
        return SATURATION
    return "closed" if point["rate_per_s"] is None else f"{point['rate_per_s']:g}ps"
