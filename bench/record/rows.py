"""Lines of JSON back to rows: what is torn, damaged or told twice is left out and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from glob import escape
from pathlib import Path
from typing import Any

import orjson

from bench.record.files import BLOCKS_PREFIX, RESOURCES_PREFIX, SUBMISSIONS_PREFIX, session_of
from bench.record.jsonform import from_json
from bench.record.schema import BlockRow, CellFacts, ResourceRow, SubmissionRow

LOST = "the generator ended before the outcome was known"


@dataclass(slots=True)
class RowReader:
    """Reads a run's row files; `warnings` gathers what was left out, one line each."""

    warnings: list[str] = field(default_factory=list)

    def submissions(
        self, run: Path, cells: dict[str, CellFacts], *, session: str = ""
    ) -> list[SubmissionRow]:
        """One row for each submission of the cells given; begun without an end is "aborted".

        Given a `session`, only its files are read.
        """
        begun: dict[str, SubmissionRow] = {}
        ended: dict[str, SubmissionRow] = {}
        twice: Counter[str] = Counter()
        strangers: Counter[str] = Counter()
        for path in _files(run, SUBMISSIONS_PREFIX, session):
            own = session_of(path, SUBMISSIONS_PREFIX)
            for is_end, row in self._submission_lines(path, cells):
                if row.cell not in cells or cells[row.cell].session != own:
                    strangers[row.cell] += 1
                    continue
                if is_end and row.submission in ended:
                    twice[row.cell] += 1
                (ended if is_end else begun)[row.submission] = row
        self._say(strangers, "rows of an attempt at cell {} that did not end were left out")
        self._say(twice, "submissions of cell {} ended twice: the last row counts")
        return [ended.get(name, row) for name, row in (begun | ended).items()]

    def blocks(self, run: Path, *, session: str = "") -> list[BlockRow]:
        """One row for each block of a session, by number; `ours` is summed over its processes."""
        merged: dict[tuple[str, str], BlockRow] = {}
        for path in _files(run, BLOCKS_PREFIX, session):
            for row in self._parsed(path, lambda raw: from_json(BlockRow, raw)):
                key = (row.session, row.hash)
                merged[key] = _merged(merged[key], row) if key in merged else row
        return sorted(merged.values(), key=lambda row: (row.session, row.number))

    def resources(self, run: Path, *, cell: str = "") -> list[ResourceRow]:
        """What validators used, in the order in which it was sampled; of one cell or of all."""
        return [
            row
            for path in sorted(run.glob(f"{RESOURCES_PREFIX}{escape(cell) or '*'}.jsonl"))
            for row in self._parsed(path, lambda raw: from_json(ResourceRow, raw))
        ]

    def _submission_lines(
        self, path: Path, cells: dict[str, CellFacts]
    ) -> Iterator[tuple[bool, SubmissionRow]]:
        def parse(raw: Any) -> tuple[bool, SubmissionRow]:
            event = raw.get("event") if isinstance(raw, dict) else None
            if event == "ended":
                return True, from_json(SubmissionRow, raw)
            if event == "begun":
                return False, _aborted(raw, cells)
            raise ValueError("neither begun nor ended")

        return self._parsed(path, parse)

    def _parsed(self, path: Path, parse: Any) -> Iterator[Any]:
        damaged = 0
        for line, whole in _lines(path):
            try:
                yield parse(orjson.loads(line))
            except ValueError:  # orjson's own error is one too
                if whole:
                    damaged += 1
                else:
                    self.warnings.append(f"{path.name}: the torn last line was left out")
        if damaged:
            plural = "lines were" if damaged > 1 else "line was"
            self.warnings.append(f"{path.name}: {damaged} damaged {plural} left out")

    def _say(self, counts: Counter[str], text: str) -> None:
        self.warnings += [f"{count} {text.format(cell)}" for cell, count in sorted(counts.items())]


def _files(run: Path, prefix: str, session: str) -> list[Path]:
    """The row files of a session, or of all."""
    found = sorted(run.glob(f"{prefix}*.jsonl"))
    return [path for path in found if not session or session_of(path, prefix) == session]


def _lines(path: Path) -> Iterable[tuple[bytes, bool]]:
    """The lines of a file, each with whether a newline ends it; empty ones are passed over."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield line, line.endswith(b"\n")


def _aborted(raw: dict[str, Any], cells: dict[str, CellFacts]) -> SubmissionRow:
    facts = cells.get(str(raw.get("cell")))
    unknown = {"worker": "", "hashes": [], "transactions": 0, "encode_s": 0.0, "sign_s": 0.0}
    times = dict.fromkeys(("accepted_s", "seen_s", "first_block", "last_block", "gas_used"))
    sizes = {
        "payload_bytes": facts.payload_bytes if facts else 0,
        "wire_bytes": facts.wire_bytes if facts else 0,
    }
    ending = {"outcome": "aborted", "reason": LOST, "sent_s": raw.get("intended_s")}
    return from_json(SubmissionRow, {**unknown, **times, **sizes, **ending, **raw})


def _merged(one: BlockRow, other: BlockRow) -> BlockRow:
    return replace(one, ours=one.ours + other.ours, seen_s=min(one.seen_s, other.seen_s))
