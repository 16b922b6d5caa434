"""The largest block that still passes: bisected, each size in a block of just that size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.halt.result import TrialResult
from bench.halt.run import run_trial
from bench.halt.trial import Attack, Trial

# Transactions that fill a block up to the last, which brings it to the size wanted.
_FILLER_BYTES = 120_000
_SMALLEST_BYTES = 1_000
_OPENER_BYTES = 120
# A header, without the seals that are added once the validators agreed.
_HEADER_BYTES = 600


@dataclass(frozen=True, slots=True)
class Search:
    """Bisects between a block's size that is taken to pass and one that is not, to `tolerance`."""

    name: str
    passes_bytes: int
    fails_bytes: int
    tolerance: float = 0.01
    topology: str = "qbft-4"
    settings: dict[str, Any] = field(default_factory=dict)
    halt_after_s: float = 35.0
    limit_s: float = 60.0

    def trial(self, block_bytes: int) -> Trial:
        """The trial of one size: all of it waits behind a dam, and goes into one proposal."""
        return Trial(
            name=f"{self.name}-{block_bytes}",
            attack=Attack(
                transaction_bytes=sizes(block_bytes),
                transactions=len(sizes(block_bytes)),
                accounts=1,
                dammed=True,
            ),
            topology=self.topology,
            settings=self.settings,
            halt_after_s=self.halt_after_s,
            limit_s=self.limit_s,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """`passed_bytes` went through in one block, a proposal of `failed_bytes` did not."""

    search: str
    passed_bytes: int
    failed_bytes: int
    trials: tuple[TrialResult, ...]


def sizes(block_bytes: int) -> tuple[int, ...]:
    """The signed transactions that together with their opener make a block of that size."""
    room = block_bytes - _HEADER_BYTES - _OPENER_BYTES
    count = max(0, room - _SMALLEST_BYTES) // _FILLER_BYTES
    return (*(_FILLER_BYTES,) * count, room - count * _FILLER_BYTES)


def largest(
    search: Search,
    *,
    run: Callable[[Trial], TrialResult] = run_trial,
    seen: Callable[[TrialResult], None] = lambda _: None,
) -> Found:
    """Where blocks stop passing; `seen` is told each trial as it ends.

    A size counts as passed only if one block held all of it, and its real size is what is kept.
    """
    passed, failed = 0, search.fails_bytes
    wanted, results = search.passes_bytes, []
    while failed - max(passed, search.passes_bytes) > search.tolerance * failed or not passed:
        result = run(search.trial(wanted))
        seen(result)
        results.append(result)
        whole = result.largest_block.size_bytes if result.largest_block else 0
        if result.outcome != "halted" and whole >= wanted - _HEADER_BYTES:
            passed = max(passed, whole)
        elif passed:
            failed = wanted
        else:
            break  # not even the size that was taken to pass does
        wanted = (passed + failed) // 2
    return Found(search.name, passed, failed, tuple(results))
