"""Where a report goes: named runs, its directory, its files written whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.record.files import unwritable, write_atomically
from bench.record.provenance import without_credentials
from bench.record.reader import Run
from system.errors import UsageError

PAGE, SUMMARY, TABLE = "index.html", "summary.json", "summary.csv"


def distinct(run_dirs: Sequence[Path]) -> list[Path]:
    """The directories without repetition; raises UsageError where there is none."""
    if not run_dirs:
        raise UsageError("no run is named; give a directory made by `weighbridge sweep`")
    return list({path.resolve(): path for path in run_dirs}.values())


def run_labels(runs: Sequence[Run]) -> list[str]:
    """The runs' ids; where two runs carry the same one, with the directory's name."""
    seen = Counter(run.meta.run for run in runs)
    return [
        run.meta.run if seen[run.meta.run] == 1 else f"{run.meta.run} in {run.path.resolve().name}"
        for run in runs
    ]


def default_out(runs: Sequence[Run]) -> Path:
    """A run's own directory; for several, a new one beside the first."""
    first = runs[0].path
    if len(runs) == 1:
        return first
    names = "-and-".join(run.path.resolve().name for run in runs)
    return first.resolve().parent / f"comparison-{names[:120]}"


def write_files(texts: Mapping[Path, str]) -> None:
    """Write these files of one directory; raises UsageError where it can't be written to.

    A node's own error can quote the address it was asked at: no password gets out here.
    """
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path.parent, error) from error
        write_atomically(path, without_credentials(text).encode())
