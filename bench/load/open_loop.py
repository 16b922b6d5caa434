"""The open loop: send times are fixed beforehand and nothing the chain does moves them."""

from __future__ import annotations

import gevent

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bench.load.account import Account
from bench.load.clock import now_s
from bench.load.preparer import Preparer
from bench.load.submission import Submission

# Signed ahead before the start: the whole schedule, or this much of an endless one.
_AHEAD_S = 30.0
# While sending, the buffer is kept at this much when memory did not hold all.
_KEPT_S = 5.0


class OpenLoop:
    """Sends for `accounts` in turn; `begin` takes a submission and its intended send time.

    `lags_s` gathers how late each one was handed over: the generator's own slowness, nobody
    else's.
    """

    def __init__(
        self,
        preparer: Preparer,
        accounts: Sequence[Account],
        begin: Callable[[Submission, float], None],
    ) -> None:
        self._preparer = preparer
        self._begin = begin
        self._senders = rotation(accounts)
        self._prepared_for = rotation(accounts)
        self._left: int | None = None
        self.lags_s: list[float] = []

    def prepare(self, rate_per_s: float, duration_s: float | None) -> None:
        """Encode and sign ahead of the clock what memory holds."""
        count = int(rate_per_s * (duration_s or _AHEAD_S)) + 1
        self._left = None if duration_s is None else count
        self._fill(count)

    def run(self, times: Iterator[float], start_s: float, rate_per_s: float) -> None:
        """Send at `start_s` plus each offset; returns after the last one."""
        filler = gevent.spawn(self._keep_filled, int(rate_per_s * _KEPT_S))
        try:
            for offset_s in times:
                intended_s = start_s + offset_s
                gevent.sleep(max(0.0, intended_s - now_s()))
                self.lags_s.append(now_s() - intended_s)
                self._begin(self._preparer.take(next(self._senders)), intended_s)
        finally:
            filler.kill()

    def _keep_filled(self, target: int) -> None:
        while self._left is None or self._left > 0:
            self._fill(target - self._preparer.waiting)
            gevent.sleep(0.2)

    def _fill(self, count: int) -> None:
        wanted = count if self._left is None else min(count, self._left)
        made = self._preparer.fill(itertools.islice(self._prepared_for, max(0, wanted)))
        if self._left is not None:
            self._left -= made


def rotation(accounts: Sequence[Account]) -> Iterator[Account]:
    """The accounts in turn for ever, passing over those that can't send now."""
    position = 0
    while True:
        places = ((position + step) % len(accounts) for step in range(len(accounts)))
        position = next(
            (place for place in places if not (accounts[place].broken or accounts[place].busy)),
            position % len(accounts),
        )
        yield accounts[position]
        position += 1


def lag_figures(lags_s: Sequence[float]) -> dict[str, float] | None:
    """How far a generator ran behind its schedule, in seconds; None in a closed loop."""
    if not lags_s:
        return None
    p50, p99 = np.percentile(lags_s, [50, 99])
    return {"p50": float(p50), "p99": float(p99), "max": float(max(lags_s))}
