"""Writing a run: its facts as whole files, its rows one by one as they happen."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.record.files import (
    BLOCKS_PREFIX,
    RUN_FILE,
    SUBMISSIONS_PREFIX,
    cell_path,
    end_path,
    limits_path,
    resources_path,
    rows_path,
    unwritable,
    write_atomically,
)
from bench.record.jsonform import to_json
from bench.record.schema import (
    BlockRow,
    CellEnd,
    CellFacts,
    ChainLimits,
    ResourceRow,
    RunMeta,
    SubmissionRow,
)
from system.errors import UsageError


@dataclass(frozen=True, slots=True)
class RunWriter:
    """A run directory that facts are written to; made by `create_run` or `open_run`."""

    path: Path

    def begin_cell(self, facts: CellFacts) -> None:
        """Write what a cell is, before it starts."""
        write_atomically(cell_path(self.path, facts.cell), to_json(facts, indent=True))

    def end_cell(self, end: CellEnd) -> None:
        """Write how a cell ended."""
        write_atomically(end_path(self.path, end.cell), to_json(end, indent=True))

    def forget_cell(self, cell: str) -> None:
        """Drop an unfinished cell's facts, so that it can run again in a new session.

        Its old rows stay on disk; the reader leaves rows of another session than the facts' out.
        """
        for path in (cell_path, end_path, resources_path):
            path(self.path, cell).unlink(missing_ok=True)

    def write_limits(self, limits: ChainLimits) -> None:
        """Write what a chain's settings come to, under their key."""
        write_atomically(limits_path(self.path, limits.key), to_json(limits, indent=True))

    def write_meta(self, meta: RunMeta) -> None:
        """Write (or write anew, once more is known) where the run comes from."""
        write_atomically(self.path / RUN_FILE, to_json(meta, indent=True))


def create_run(path: Path, meta: RunMeta) -> RunWriter:
    """A new run in a directory that is missing or empty; else UsageError."""
    require_new(path)
    run = RunWriter(path)
    run.write_meta(meta)
    return run


def require_new(path: Path) -> None:
    """Make the directory where it is missing; raises UsageError unless it is empty."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        taken = any(path.iterdir())
    except OSError as error:
        raise unwritable(path, error) from error
    if taken:
        holds = "holds a run" if (path / RUN_FILE).exists() else "is not empty"
        raise UsageError(f"{path} {holds} already; give a new or empty directory")


def open_run(path: Path) -> RunWriter:
    """The run that a directory holds, to write more of it; UsageError where there is none."""
    if not (path / RUN_FILE).is_file():
        raise UsageError(
            f"{path} holds no {RUN_FILE}; give a directory made by `weighbridge sweep`"
        )
    return RunWriter(path)


class RowFile:
    """One process's rows, appended as they happen.

    A row is one write to the operating system (2 µs), nothing is held back: a killed process loses
    at most the line it was writing, however quiet the chain was before. Raises UsageError when the
    disk is full.
    """

    def __init__(self, run: Path, *, session: str, process: str) -> None:
        names = {"session": session, "process": process}
        self._submissions = _Appended(rows_path(run, SUBMISSIONS_PREFIX, **names))
        self._blocks = _Appended(rows_path(run, BLOCKS_PREFIX, **names))

    def begun(self, submission: str, *, cell: str, intended_s: float) -> None:
        """A submission's first transaction is about to be handed to the node."""
        row = {"event": "begun", "submission": submission, "cell": cell, "intended_s": intended_s}
        self._submissions.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def ended(self, row: SubmissionRow) -> None:
        """A submission's outcome is known."""
        self._submissions.write(b'{"event":"ended",' + orjson.dumps(row)[1:] + b"\n")

    def block(self, row: BlockRow) -> None:
        """A block was seen."""
        self._blocks.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Close the files; a second call changes nothing."""
        self._submissions.close()
        self._blocks.close()


class ResourceFile:
    """What a cell's validators used, appended as it is sampled; raises UsageError as rows do."""

    def __init__(self, run: Path, cell: str) -> None:
        self.cell = cell
        self._rows = _Appended(resources_path(run, cell))

    def write(self, row: ResourceRow) -> None:
        """A validator was sampled."""
        self._rows.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Close the file; a second call changes nothing."""
        self._rows.close()


class _Appended:
    """A file that lines are appended to, each whole before `write` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise unwritable(path, error) from error

    def write(self, line: bytes) -> None:
        try:
            written = os.write(self._descriptor, line)
            while written < len(line):
                line = line[written:]
                written = os.write(self._descriptor, line)
        except OSError as error:
            raise unwritable(self._path, error) from error

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
