"""Transactions of a load that are no submissions, such as claims of deposits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """All calls of one function that are in blocks: `reverted` counts by the error's name.

    `gas_mean` is that of the ones that succeeded; None where none did.
    """

    sent: int
    succeeded: int
    reverted: dict[str, int]
    gas_mean: float | None
