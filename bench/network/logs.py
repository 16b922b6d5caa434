"""What nodes wrote to their logs."""

from __future__ import annotations

from collections import deque
from pathlib import Path

_ERROR_MARKS = ("ERROR", "CRIT", "Fatal:", "panic:", "fatal error:")


def last_lines(log: Path, count: int) -> list[str]:
    """The last `count` lines of a log, oldest first; none if it is not there."""
    try:
        with log.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except FileNotFoundError:
        return []


def last_errors(log: Path, count: int = 2) -> str:
    """The last lines of a log that tell of an error, or else its very last lines, as one line."""
    lines = last_lines(log, 500)
    errors = [line for line in lines if line.startswith(_ERROR_MARKS)]
    said = errors[-count:] or [line for line in lines if line][-count:]
    return " / ".join(" ".join(line.split()) for line in said) or "it is empty"


class Tail:
    """A log that is being written: `more` gives the whole lines that came since the last call."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._offset = log.stat().st_size if log.exists() else 0

    def more(self) -> list[str]:
        """New whole lines; none if the log is gone."""
        try:
            with self._log.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except FileNotFoundError:
            return []
        whole, newline, _ = new.rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        return whole.decode(errors="replace").splitlines()
