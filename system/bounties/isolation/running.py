"""Runs a task shut in, and reads what came of it as a stranger's word."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from system.bounties.isolation.cell import Cell, Isolation
from system.bounties.isolation.finished import Finished, Outcome, Result
from system.bounties.isolation.limits import Limits
from system.bounties.isolation.results import BadResult, parsed
from system.bounties.isolation.watch import REPORT_BYTES, Seen, watched
from system.errors import UsageError

Inputs = Mapping[str, NDArray[np.generic]]


def run_shut_in(
    mechanism: Isolation,
    files: Mapping[str, bytes],
    entry: str,
    *,
    limits: Limits,
    inputs: Inputs | None = None,
    seed: int = 0,
) -> Finished:
    """How the program `entry` among those files ended, and the results it left.

    It runs as `python entry INPUTS RESULTS SEED`: the first two are folders, of `<name>.npy` files
    to read and of `.npy` and `.json` files to write. Its own files are read-only.
    """
    if entry not in files:
        raise UsageError(f"the task has no file {entry!r} to start with")
    with _cell(files, entry, inputs or {}, seed, limits) as cell:
        try:
            seen = watched(mechanism.command(cell), limits, room=cell.room)
        finally:
            mechanism.end(cell)
    return _finished(seen, limits)


@contextmanager
def _cell(
    files: Mapping[str, bytes], entry: str, inputs: Inputs, seed: int, limits: Limits
) -> Iterator[Cell]:
    name = f"weighbridge-{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix="weighbridge-") as made:
        folders = [Path(made).resolve() / part for part in ("task", "inputs", "room")]
        for folder in (Path(made), *folders):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)  # nobody has to read it: tasks and inputs are public
        task, given, room = folders
        for path, content in files.items():
            _write(task, path, content)
        for key, array in inputs.items():
            np.save(given / f"{key}.npy", array, allow_pickle=False)
        yield Cell(name, task, entry, given, room, seed, limits)


def _write(folder: Path, path: str, content: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _finished(seen: Seen, limits: Limits) -> Finished:
    log = _readable(seen.log)
    line, _, body = seen.report.partition(b"\n")
    if seen.killed is not None:
        return Finished(seen.killed, None, seen.cpu_s, seen.time_s, log=log)
    try:
        report = _checked(line[: REPORT_BYTES + 1], len(body), limits)
    except (orjson.JSONDecodeError, BadResult, KeyError, TypeError, ValueError):
        return Finished(Outcome.CRASHED, None, seen.cpu_s, seen.time_s, log=log)
    results, refused = _results(report["files"], body)
    return Finished(
        Outcome(report["outcome"]),
        report["exit_code"],
        max(float(report["cpu_s"]), 0.0),
        seen.time_s,
        results,
        refused,
        log,
        report["filtered"] is True,
    )


def _checked(line: bytes, body_bytes: int, limits: Limits) -> dict[str, Any]:
    """The report, if it is one: the warden's word counts no more than the task's."""
    report = orjson.loads(line)
    Outcome(report["outcome"])
    sizes = [size for name, size in report["files"] if isinstance(name, str)]
    whole = all(type(size) is int and size >= 0 for size in [*sizes, abs(report["exit_code"])])
    if (
        not whole
        or len(sizes) != len(report["files"])
        or len(sizes) > limits.output_files
        or sum(sizes) != body_bytes
        or type(report["cpu_s"]) is not float
    ):
        raise BadResult("no report of a warden")
    return dict(report)


def _results(files: list[tuple[str, int]], body: bytes) -> tuple[dict[str, Result], dict[str, str]]:
    results: dict[str, Result] = {}
    refused: dict[str, str] = {}
    start = 0
    for name, size in files:
        try:
            results[name] = parsed(name, body[start : start + size])
        except BadResult as error:
            refused[_readable(name.encode(errors="replace"))] = str(error)
        start += size
    return results, refused


def _readable(log: bytes) -> str:
    """Text without the control characters by which a terminal can be made to lie."""
    text = log.decode(errors="replace")
    return "".join(char if char.isprintable() or char in "\n\t" else "�" for char in text)
