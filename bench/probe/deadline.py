"""Bounded time: a chain that stopped must not hold up whoever measures it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from system.errors import WeighbridgeError

Value = TypeVar("Value")
_POLL_S = 0.05


class OutOfTime(WeighbridgeError):
    """What was waited for did not come in time."""


class Deadline:
    """A moment, `seconds` from now, by which something has to be done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at_s = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds until then, 0 once it has passed."""
        return max(0.0, self._at_s - time.monotonic())

    def check(self, what: str) -> None:
        """Raise OutOfTime, naming what did not come, once the moment has passed."""
        if not self.left_s:
            raise OutOfTime(f"{what} did not come within {self.seconds:g} s")

    def until(self, ask: Callable[[], Value | None], what: str) -> Value:
        """The first answer that is not None, asked for 20 times a second; raises OutOfTime."""
        while (found := ask()) is None:
            self.check(what)
            time.sleep(_POLL_S)
        return found
