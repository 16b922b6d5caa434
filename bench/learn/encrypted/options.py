"""What a training of encrypted updates is asked to be, checked in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from system.encrypted.contracts.agreement import MOST_SEATS
from system.encrypted.paillier import SIZES, TEST_SIZES
from system.encrypted.sizes import NAMES
from system.errors import UsageError, suggestion
from system.learning.nets import NETS

NOBODY: Final = "none"
# The shortest that the contract takes; shorter ones are for tests without a chain.
_TEST_BITS: Final = max(TEST_SIZES)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedOptions:
    """A training by parties with examples of their own.

    `dropped` are the parties that drop out in a round: parties count from 0, rounds from 1.
    `threshold` None is the least majority; `steps` None a few passes over a party's examples.
    `compare`: the other schemes carry the updates of round 1 as well. `train_only`: no newcomer,
    enricher and customer, whose contracts take Paillier's ciphertexts.
    """

    parties: int = 5
    rounds: int = 3
    scheme: str = "paillier"
    key_bits: int = 2048
    threshold: int | None = None
    dropped: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    model: str = "digits-64-32-10"
    data: Path | None = None
    steps: int | None = None
    seed: int = 0
    compare: bool = False
    train_only: bool = False

    def __post_init__(self) -> None:
        """Raises UsageError for what does not go together."""
        _choose("model", self.model, tuple(NETS))
        _choose("scheme", self.scheme, NAMES)
        if not 2 <= self.parties <= MOST_SEATS:
            raise UsageError(f"--parties {self.parties}: give 2 to {MOST_SEATS}")
        for name in ("rounds", "steps"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"--{name} {value}: give 1 or more")
        if self.key_bits not in (*SIZES, _TEST_BITS):
            raise UsageError(
                f"--key-bits {self.key_bits}: give {' or '.join(map(str, SIZES))}, "
                f"or {_TEST_BITS} for tests"
            )
        if not max(2, self.parties // 2 + 1) <= self.needed <= self.parties:
            raise UsageError(
                f"--threshold {self.threshold} of {self.parties} parties: "
                f"give {self.parties // 2 + 1} to {self.parties}"
            )
        for number, parties in self.dropped.items():
            if not 1 <= number <= self.rounds or not set(parties) <= set(range(self.parties)):
                raise UsageError(
                    f"--drop {parties[0]}:{number}: give party:round, parties from 0 to "
                    f"{self.parties - 1} and rounds from 1 to {self.rounds}"
                )

    @property
    def needed(self) -> int:
        """How many parties open a sum, and how many updates a sum has at least."""
        return self.parties // 2 + 1 if self.threshold is None else self.threshold

    @property
    def has_sequel(self) -> bool:
        """Whether a newcomer, an enricher and a customer follow the training."""
        return self.scheme == "paillier" and not self.train_only

    @property
    def for_tests(self) -> bool:
        """Whether the key protects nothing."""
        return self.scheme == "paillier" and self.key_bits == _TEST_BITS

    def as_record(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            **asdict(self),
            "threshold": self.needed,
            "dropped": {str(number): list(who) for number, who in self.dropped.items()},
            "data": str(self.data) if self.data else None,
        }


def dropping(text: str, *, parties: int, rounds: int) -> dict[int, tuple[int, ...]]:
    """Who drops out in which round, from "party:round" with commas.

    "" is the last party in round 2, if there are three parties and as many rounds; "none" nobody.
    Raises UsageError for other text.
    """
    if not text:
        return {2: (parties - 1,)} if parties >= 3 and rounds >= 2 else {}
    found: dict[int, tuple[int, ...]] = {}
    for part in () if text == NOBODY else text.split(","):
        party, _, number = part.strip().partition(":")
        if not (party.isdecimal() and number.isdecimal()):
            raise UsageError(f"--drop {text!r}: give party:round, with commas, or {NOBODY}")
        found[int(number)] = (*found.get(int(number), ()), int(party))
    return found


def _choose(name: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise UsageError(f"no --{name} {given!r}: {suggestion(given, allowed)}")
