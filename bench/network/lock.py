"""One process at a time: an advisory lock on a file."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, *, waiting_for: str) -> Iterator[None]:
    """Holds the lock on `path`; says on standard error what it waits for if another has it.

    The kernel lets go of the lock when its holder dies, so it can't be left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for {waiting_for} in another process …", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
