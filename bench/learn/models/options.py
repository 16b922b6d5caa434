"""What a training of a shared model is asked to be, checked in one place."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from system.errors import UsageError, suggestion
from system.models.names import INCENTIVES, KINDS, MARKET, STAKE

# The softmax regression over a fixed representation, beside the models as they are.
FINE_TUNED: Final = "fine-tuned"
MODELS: Final = (*KINDS, FINE_TUNED)
_NEED_A_START: Final = ("softmax", FINE_TUNED)
GOOD, BAD, MISTAKEN, LIMITED = "good", "bad", "mistaken", "limited"
ROLES: Final = (GOOD, BAD, MISTAKEN, LIMITED)

# A day: nobody waits longer for a training, and times stay far below what contracts keep.
_LONGEST_S: Final = 86_400
_MOST_CONTRIBUTORS: Final = 1_000
_MOST_CONTRIBUTIONS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsOptions:
    """A training of a shared model. Shares are of the contributors, amounts in wei.

    None is what goes with the others: see `known`, `contributed` and `open_wait_s`. No `classes`
    are all there are, or two digits for a perceptron.
    """

    model: str = "nearest-centroid"
    incentive: str = STAKE
    data: Path | None = None
    text: bool = False
    classes: tuple[str, ...] = ()
    initial: int | None = None
    contributors: int = 10
    bad: float = 0.2
    mistaken: float = 0.1
    limited: float = 0.1
    contributions: int | None = None
    deposit_wei: int = 36 * 10**15
    refund_wait_s: int = 4
    any_wait_s: int | None = None
    tested: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        _choose("model", self.model, MODELS)
        _choose("incentive", self.incentive, INCENTIVES)
        _within("initial", self.known, 1, 1_000)
        _within("contributors", self.contributors, 2, _MOST_CONTRIBUTORS)
        _within("contributions", self.contributed, 1, _MOST_CONTRIBUTIONS)
        _within("deposit-wei", self.deposit_wei, 10**6, 10**24)
        _within("refund-wait-s", self.refund_wait_s, 1, _LONGEST_S)
        _within("any-wait-s", self.open_wait_s, self.owner_wait_s, 4 * _LONGEST_S)
        _within("tested", self.tested, 10, 10_000)
        if self.text and self.data is None:
            raise UsageError("--text needs --data: a CSV file of texts and their classes")
        for name in (BAD, MISTAKEN, LIMITED):
            share = getattr(self, name)
            if not 0 <= share <= 1:  # so that NaN fails too
                raise UsageError(f"--{name} {share:g} is no share: give a number from 0 to 1")
        if self.counts()[GOOD] < 1:
            raise UsageError(
                f"--bad {self.bad:g}, --mistaken {self.mistaken:g} and --limited {self.limited:g} "
                "leave nobody who is good: lower them"
            )

    @property
    def contributed(self) -> int:
        """How many samples are contributed: a market scores each on its test set, so fewer."""
        if self.contributions is not None:
            return self.contributions
        return 40 if self.incentive == MARKET else 120

    @property
    def known(self) -> int:
        """How many samples of each class the model begins with: 4, or 1 where a few more have to
        show in the answers to a market's test set; from one a softmax finds no way."""
        if self.initial is not None:
            return self.initial
        return 1 if self.incentive == MARKET and self.model not in _NEED_A_START else 4

    @property
    def owner_wait_s(self) -> int:
        """After so many seconds the provider may take what is left of a deposit."""
        return 2 * self.refund_wait_s

    @property
    def open_wait_s(self) -> int:
        """After so many seconds anybody may: long enough for claims of a chain that crawls."""
        return max(60, 4 * self.refund_wait_s) if self.any_wait_s is None else self.any_wait_s

    def counts(self) -> dict[str, int]:
        """How many contributors are of each role, shares rounded to the nearest, halves up."""
        others = {
            name: math.floor(getattr(self, name) * self.contributors + 0.5)
            for name in (BAD, MISTAKEN, LIMITED)
        }
        return {GOOD: self.contributors - sum(others.values()), **others}

    def as_record(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            **asdict(self),
            "data": str(self.data) if self.data else None,
            "classes": list(self.classes),
            "initial": self.known,
            "contributions": self.contributed,
            "owner_wait_s": self.owner_wait_s,
            "any_wait_s": self.open_wait_s,
        }


def _choose(name: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise UsageError(f"no --{name} {given!r}: {suggestion(given, allowed)}")


def _within(name: str, given: int, least: int, most: int) -> None:
    if not least <= given <= most:
        raise UsageError(f"--{name} {given}: give {least:,} to {most:,}")
