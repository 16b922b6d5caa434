"""What came of a simulation, as plain records: for a page, or for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Moment:
    """How things stand at `time_s` seconds since the beginning.

    `accuracy` is the share of test samples that the model gets right. Balances are the sum over a
    role's accounts of what they have and are owed, in wei; `at_stake_by_role` is what is left of
    their deposits and may come back to them.
    """

    time_s: int
    contributions: int
    accuracy: float
    balances_by_role: dict[str, int]
    at_stake_by_role: dict[str, int]


@dataclass(frozen=True, slots=True)
class History:
    """All moments in order, and how often each thing happened.

    `done` counts actions by their name ("Add", "Refund", …), `refused` refusals by theirs, and
    `stopped` the accounts of each role that could not pay any more.
    """

    moments: tuple[Moment, ...]
    done: dict[str, int]
    refused: dict[str, int]
    stopped: dict[str, int]

    def gain_wei(self, role: str) -> int:
        """By how much the role's accounts are richer together at the end than at the beginning."""
        return self.moments[-1].balances_by_role[role] - self.moments[0].balances_by_role[role]

    def record(self) -> dict[str, Any]:
        """The same as JSON takes it: `time_s`, `accuracy` and `contributions` are lists, one entry
        a moment; `balances_by_role` and `at_stake_by_role` are such lists of wei by role."""
        rows = [asdict(moment) for moment in self.moments]
        plain = {name: [row[name] for row in rows] for name in ("time_s", "accuracy")}
        return {
            **plain,
            "contributions": [row["contributions"] for row in rows],
            "balances_by_role": _columns(rows, "balances_by_role"),
            "at_stake_by_role": _columns(rows, "at_stake_by_role"),
            "done": self.done,
            "refused": self.refused,
            "stopped": self.stopped,
        }


def _columns(rows: list[dict[str, Any]], name: str) -> dict[str, list[int]]:
    return {role: [row[name][role] for row in rows] for role in rows[0][name]}
