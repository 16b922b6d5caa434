"""Runs a task's program and says by the exit code which limit an uncaught error was about.

The codes are the task's own word: it may end itself with any of them and gains nothing by it.
"""

from __future__ import annotations

import errno
import os
import runpy
import sys
import traceback

MEMORY, PROCESSES, FILE_SIZE, OUTPUT_SIZE = 201, 202, 203, 204
_ERRNO = {
    errno.ENOMEM: MEMORY,
    errno.EAGAIN: PROCESSES,
    errno.EFBIG: FILE_SIZE,
    errno.ENOSPC: OUTPUT_SIZE,
}


def main() -> None:
    """Run the program named first with the arguments after it."""
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(sys.argv[0])  # noqa: PTH120 (pathlib takes 10 ms to import)
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except (MemoryError, OSError, RuntimeError) as error:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(_code(error))


def _code(error: BaseException) -> int:
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, OSError):
        return _ERRNO.get(error.errno or 0, 1)
    return PROCESSES if "can't start new thread" in str(error) else 1


if __name__ == "__main__":
    main()
