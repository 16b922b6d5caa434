"""Reading a run back, also one that was killed: what can't be read is left out and said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import orjson

from bench.record.files import CELL_PREFIX, LIMITS_PREFIX, RUN_FILE, cell_path, end_path
from bench.record.jsonform import from_json
from bench.record.planned import unrun
from bench.record.rows import RowReader
from bench.record.schema import (
    SCHEMA,
    BlockRow,
    CellEnd,
    CellFacts,
    ChainLimits,
    ResourceRow,
    RunMeta,
    SubmissionRow,
)
from system.errors import UsageError

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's facts and how it ended: `end` is None where the run was killed before that."""

    facts: CellFacts
    end: CellEnd | None


@dataclass(frozen=True, slots=True)
class Run:
    """A run as read: `warnings` says in one line each what was left out.

    `limits` holds what is known of the chains' limits by key; a run of old has none.
    """

    path: Path
    meta: RunMeta
    cells: dict[str, Cell]
    submissions: list[SubmissionRow]
    blocks: list[BlockRow]
    limits: dict[str, ChainLimits]
    resources: list[ResourceRow]
    warnings: list[str]


def read_run(path: Path) -> Run:
    """The run in a directory; raises UsageError in one line where it holds none or a later kind."""
    meta = _meta(path)
    reader = RowReader()
    cells = _cells(path, reader.warnings)
    facts = {name: cell.facts for name, cell in cells.items()}
    walled = {name for name, cell in cells.items() if cell.end and cell.end.outcome == "walled"}
    if missing := unrun(meta.plan, facts.values(), walled):
        reader.warnings.append(missing)
    return Run(
        path=path,
        meta=meta,
        cells=cells,
        submissions=reader.submissions(path, facts),
        blocks=reader.blocks(path),
        limits=_limits(path, reader.warnings),
        resources=reader.resources(path),
        warnings=reader.warnings,
    )


def read_cell(path: Path, cell: str) -> Run:
    """The run in a directory with one of its cells alone: no other cell's rows are read.

    Raises UsageError where it holds no run, or not that cell's facts.
    """
    meta = _meta(path)
    reader = RowReader()
    facts = _fact(CellFacts, cell_path(path, cell), reader.warnings)
    if facts is None:
        raise UsageError(f"{path} holds no facts of cell {cell}; run the sweep again")
    return Run(
        path=path,
        meta=meta,
        cells={cell: Cell(facts, _end(path, cell, reader.warnings))},
        submissions=reader.submissions(path, {cell: facts}, session=facts.session),
        blocks=reader.blocks(path, session=facts.session),
        limits={},
        resources=reader.resources(path, cell=cell),
        warnings=reader.warnings,
    )


def read_cell_end(path: Path, cell: str) -> CellEnd | None:
    """How a cell of the run in a directory ended; None while it has not, or can't be read."""
    return _end(path, cell, [])


def _meta(path: Path) -> RunMeta:
    file = path / RUN_FILE
    try:
        raw = orjson.loads(file.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path} holds no {RUN_FILE}; give a directory made by `weighbridge sweep`"
        ) from error
    except ValueError as error:
        raise UsageError(
            f"{file} is no JSON ({error}); restore it or run the sweep again"
        ) from error
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise UsageError(
            f"{path} was written in format {schema}, this version reads up to {SCHEMA}: "
            "update weighbridge"
        )
    try:
        return from_json(RunMeta, raw)
    except ValueError as error:
        raise UsageError(
            f"{file} is no run ({error}); restore it or run the sweep again"
        ) from error


def _cells(path: Path, warnings: list[str]) -> dict[str, Cell]:
    cells = {}
    for file in sorted(path.glob(f"{CELL_PREFIX}*.json")):
        facts = _fact(CellFacts, file, warnings)
        if facts is not None:
            cells[facts.cell] = Cell(facts, _end(path, facts.cell, warnings))
    return cells


def _limits(path: Path, warnings: list[str]) -> dict[str, ChainLimits]:
    files = sorted(path.glob(f"{LIMITS_PREFIX}*.json"))
    found = [_fact(ChainLimits, file, warnings) for file in files]
    return {limits.key: limits for limits in found if limits is not None}


def _end(path: Path, cell: str, warnings: list[str]) -> CellEnd | None:
    file = end_path(path, cell)
    return _fact(CellEnd, file, warnings) if file.is_file() else None


def _fact(kind: type[Fact], file: Path, warnings: list[str]) -> Fact | None:
    try:
        return from_json(kind, orjson.loads(file.read_bytes()))
    except (OSError, ValueError) as error:
        warnings.append(f"{file.name} can't be read and was left out ({error})")
        return None
