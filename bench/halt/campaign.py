"""A plan carried out: a row for each trial, written as it ends, so that a kill loses none."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import orjson

from bench.halt.largest import Found, largest
from bench.halt.plan import Plan
from bench.halt.result import TrialResult
from bench.halt.run import run_trial
from bench.record.files import unwritable
from bench.record.jsonform import from_json, to_json
from system.errors import UsageError

_TRIALS, _SEARCHES = "trials.jsonl", "searches.jsonl"
Row = TypeVar("Row", TrialResult, Found)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a plan came to: its trials and its searches, in the plan's order."""

    title: str
    trials: tuple[TrialResult, ...]
    searches: tuple[Found, ...]


def carried_out(
    plan: Plan,
    *,
    only: Collection[str] | None = None,
    out: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Campaign:
    """Runs what has no row in `out` yet, one line a trial to `say`; everything that has one.

    Raises UsageError where `out` can't be written or holds something else.
    """
    kept_trials = {row.trial: row for row in _rows(out, _TRIALS, TrialResult)}
    kept_searches = {row.search: row for row in _rows(out, _SEARCHES, Found)}
    trials, searches = [], []
    for trial in plan.trials:
        if only and trial.name not in only:
            continue
        row = kept_trials.get(trial.name) or _append(out, _TRIALS, run_trial(trial))
        say(f"{row.trial}: {row.outcome} ({row.note}), {row.seconds:.0f} s")
        trials.append(row)
    for search in plan.searches:
        if only and search.name not in only:
            continue
        found = kept_searches.get(search.name) or _append(
            out, _SEARCHES, largest(search, seen=lambda row: say(f"{row.trial}: {row.outcome}"))
        )
        say(f"{found.search}: {found.passed_bytes:,} bytes pass, {found.failed_bytes:,} do not")
        searches.append(found)
    return Campaign(plan.title, tuple(trials), tuple(searches))


def read_campaign(path: Path) -> Campaign:
    """A campaign's JSON; raises UsageError where the file is none."""
    try:
        return from_json(Campaign, orjson.loads(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} holds no trials: {error}") from error


def _append(out: Path | None, name: str, row: Row) -> Row:
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
            with (out / name).open("ab+") as file:
                file.seek(max(0, file.tell() - 1))
                torn = file.read() not in (b"", b"\n")
                file.write(b"\n" * torn + to_json(row) + b"\n")
        except OSError as error:
            raise unwritable(out, error) from error
    return row


def _rows(out: Path | None, name: str, kind: type[Row]) -> list[Row]:
    if out is None or not (out / name).is_file():
        return []
    rows = []
    for line in (out / name).read_bytes().splitlines():
        try:
            rows.append(from_json(kind, orjson.loads(line)))
        except orjson.JSONDecodeError:
            continue  # torn by a kill: that trial runs again
        except ValueError as error:
            raise UsageError(
                f"{out / name} holds other rows ({error}); give a new folder"
            ) from error
    return rows
