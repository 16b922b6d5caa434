"""The names of a run directory's files, and writing them so that no half of one is ever read."""

from __future__ import annotations

import os
import re
from pathlib import Path

from system.errors import UsageError

RUN_FILE = "run.json"
CELL_PREFIX, END_PREFIX = "cell-", "end-"
LIMITS_PREFIX = "limits-"
SUBMISSIONS_PREFIX, BLOCKS_PREFIX = "submissions-", "blocks-"
RESOURCES_PREFIX = "resources-"

_SAFE = re.compile(r"[A-Za-z0-9._+=,@-]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9._+=,@-]+")


def cell_path(run: Path, cell: str) -> Path:
    """Where a cell's facts lie."""
    return run / f"{CELL_PREFIX}{_safe(cell)}.json"


def end_path(run: Path, cell: str) -> Path:
    """Where it is written how a cell ended."""
    return run / f"{END_PREFIX}{_safe(cell)}.json"


def limits_path(run: Path, key: str) -> Path:
    """Where it is written what a chain's settings come to."""
    return run / f"{LIMITS_PREFIX}{_safe(key)}.json"


def resources_path(run: Path, cell: str) -> Path:
    """Where it is appended what a cell's validators used."""
    return run / f"{RESOURCES_PREFIX}{_safe(cell)}.jsonl"


def rows_path(run: Path, prefix: str, *, session: str, process: str) -> Path:
    """Where one process of a session appends its rows: the last hyphen parts the two names."""
    return run / f"{prefix}{_safe(session)}-{_safe(process).replace('-', '_')}.jsonl"


def session_of(rows: Path, prefix: str) -> str:
    """The session whose rows a file holds."""
    return rows.stem.removeprefix(prefix).rpartition("-")[0]


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whole or not at all; raises UsageError where that can't be done."""
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> UsageError:
    """The one line for a path that can't be written."""
    why = os.strerror(error.errno) if error.errno else str(error)
    return UsageError(f"{path}: {why}; give a directory that can be written and has space left")


def safe_name(text: str) -> str:
    """A name for files made of `text`: what can't be part of one becomes a hyphen."""
    return _UNSAFE.sub("-", text).lstrip(".") or "-"


def _safe(name: str) -> str:
    if not _SAFE.fullmatch(name) or name.startswith("."):
        raise UsageError(
            f"{name!r} can't be part of a file's name: use letters, digits and ._+=,@-"
        )
    return name
