"""What a training over the chain leaves on disk: its settings, a row for each job, its result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bench.record.files import write_atomically
from bench.record.jsonform import from_json
from system.errors import UsageError

Row = TypeVar("Row")

SETTINGS_FILE, ROWS_FILE, RESULT_FILE = "learning.json", "learning.jsonl", "learned.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningSettings:
    """What was asked for, and what was predicted of it before anything was sent."""

    system: str
    model: str
    weights: int
    asked: dict[str, Any]
    predicted: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """One worker in one job: `step` is the last it took, `digest` its result's once that is open.

    `owed_wei` is what the job owed it in the end, as text: it may be beyond JSON's whole numbers.
    """

    worker: str
    behaviour: str
    step: str
    digest: str
    owed_wei: str
    paid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One job of the market, closed. `accuracy` is that of the model held after it.

    `refused` counts transactions that the chain turned down, by the name of the error; the steps
    are deploy, pick, commit, open, deliver, close and claim.
    """

    job: int
    batch_index: int
    outcome: str
    digest: str
    votes: int
    counted: int
    accuracy: float
    accuracy_off_chain: float
    seats: list[SeatRow]
    transactions: int
    gas_used: int
    wire_bytes: int
    blocks: int
    seconds: float
    refused: dict[str, int] = field(default_factory=dict)
    gas_by_step: dict[str, int] = field(default_factory=dict)
    bytes_by_step: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learned:
    """A training as read back; `result` is None where it did not end."""

    settings: LearningSettings
    rows: tuple[JobRow, ...]
    result: dict[str, Any] | None


class LearningFile:
    """A training being written: settings at once, rows as they come, the result at the end."""

    def __init__(self, run: Path, settings: LearningSettings) -> None:
        self._run = run
        write_atomically(run / SETTINGS_FILE, _json(asdict(settings), indent=2))

    def row(self, row: JobRow | Mapping[str, Any]) -> None:
        """A job was closed; or another system took a step, whose row is plain values by name."""
        plain = asdict(row) if isinstance(row, JobRow) else dict(row)
        with (self._run / ROWS_FILE).open("ab") as file:
            file.write(_json(plain) + b"\n")

    def result(self, result: dict[str, Any]) -> None:
        """The training ended."""
        write_atomically(self._run / RESULT_FILE, _json(result, indent=2))


def holds_learning(run: Path) -> bool:
    """Whether the directory is a training's."""
    return (run / SETTINGS_FILE).is_file()


def read_settings(run: Path) -> LearningSettings:
    """What the training in a directory was asked to be.

    Raises UsageError where the directory holds none, or its settings can't be read.
    """
    try:
        return from_json(LearningSettings, json.loads((run / SETTINGS_FILE).read_bytes()))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{run} holds no training ({error}): name a directory of `weighbridge learn`"
        ) from error


def read_learning(run: Path) -> Learned:
    """The training over the jobs' market in a directory; a torn last row is left out.

    Raises what `read_settings` and `read_result` raise.
    """
    return Learned(
        read_settings(run),
        tuple(_rows(run, lambda raw: from_json(JobRow, raw))),
        read_result(run),
    )


def read_steps(run: Path) -> tuple[dict[str, Any], ...]:
    """The rows of another system's training, in order; a torn last one is left out."""
    return tuple(_rows(run, dict))


def read_result(run: Path) -> dict[str, Any] | None:
    """What a training ended with; None where it did not. Raises UsageError for what is no JSON."""
    path = run / RESULT_FILE
    try:
        return json.loads(path.read_bytes()) if path.is_file() else None
    except ValueError as error:
        raise UsageError(
            f"{path} is no JSON ({error}); restore it, or remove it to see the rows"
        ) from error


def torn_rows(run: Path, read: int) -> list[str]:
    """A line that says how many rows can't be read, where `read` could; none if all can."""
    path = run / ROWS_FILE
    lines = len(path.read_bytes().splitlines()) if path.is_file() else 0
    rows = "1 row" if lines - read == 1 else f"{lines - read} rows"
    return [f"{rows} of {ROWS_FILE} can't be read and was left out"] if lines > read else []


def _rows(run: Path, parse: Callable[[Any], Row]) -> list[Row]:
    path, rows = run / ROWS_FILE, []
    for line in path.read_bytes().splitlines() if path.is_file() else []:
        try:
            rows.append(parse(json.loads(line)))
        except (TypeError, ValueError):
            continue  # written halfway when the process was killed
    return rows


def _json(value: dict[str, Any], *, indent: int | None = None) -> bytes:
    # Sums of wei pass 64 bits, which is where orjson stops.
    return json.dumps(value, indent=indent).encode()
