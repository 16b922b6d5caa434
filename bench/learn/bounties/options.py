"""What a try of the bounty market is asked to be, checked in one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from system.bounties.behaviours import HONEST, LIAR, SILENT
from system.bounties.terms import TURNS
from system.errors import UsageError

# One wins, and another one solves the job that the winner then pays for.
FEWEST_HONEST: Final = 2
_MOST_CLIENTS: Final = 50
_MOST_JOBS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BountiesOptions:
    """How many clients there are, how many of them lie or keep silent, and jobs that owners post.

    Beside these jobs one is posted that pays too little, and one that a client pays by what it
    earned. Raises UsageError for numbers that can't be met.
    """

    clients: int = 6
    jobs: int = 2
    liars: int = 1
    silent: int = 1
    seed: int = 0
    unsafe: bool = False

    def __post_init__(self) -> None:
        _within("clients", self.clients, FEWEST_HONEST, _MOST_CLIENTS)
        _within("jobs", self.jobs, 1, _MOST_JOBS)
        _within("liars", self.liars, 0, _MOST_CLIENTS)
        _within("silent", self.silent, 0, _MOST_CLIENTS)
        if self.dishonest >= TURNS:
            raise UsageError(
                f"--liars {self.liars} and --silent {self.silent}: a job has {TURNS} turns, and "
                f"an honest client needs one of them; give at most {TURNS - 1} in all"
            )
        if self.honest < FEWEST_HONEST:
            raise UsageError(
                f"--liars {self.liars} and --silent {self.silent} of {self.clients} clients leave "
                f"{self.honest} honest, and there have to be {FEWEST_HONEST}: lower them, or give "
                "more --clients"
            )

    @property
    def honest(self) -> int:
        """How many clients are honest."""
        return self.clients - self.dishonest

    @property
    def dishonest(self) -> int:
        """How many clients lie or keep silent."""
        return self.liars + self.silent

    def behaviours(self) -> tuple[str, ...]:
        """Each client's behaviour, the honest ones first."""
        return (HONEST,) * self.honest + (LIAR,) * self.liars + (SILENT,) * self.silent

    def as_record(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise UsageError(f"--{name} {value}: give a number from {least} to {most}")
