"""One clock for a run: seconds since the epoch that never step back, alike in every process."""

from __future__ import annotations

import time

# The wall clock is read once; later readings advance by the monotonic clock, which no time
# daemon can turn back. Processes of one machine share that clock, so their rows agree.
_EPOCH_S = time.time() - time.monotonic()


def now_s() -> float:
    """Seconds since the epoch, monotonic."""
    return _EPOCH_S + time.monotonic()
