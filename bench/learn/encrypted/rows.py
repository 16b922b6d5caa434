"""What a training of encrypted updates leaves: a row for each step and round, and the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any, Final

from bench.learn.encrypted.options import EncryptedOptions
from bench.learn.odds import wilson
from system.encrypted.ledger import Entry
from system.encrypted.methods import Method

# The steps of a round that carry updates and add them; what else a round takes is in `all`.
_SUBMIT: Final = "submit"
_ADD: Final = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """A round that is over: how many of the test examples its model gets right, and who counted.

    `right_plain` and `bit_identical` compare with the same round in plain sight, off the chain.
    """

    round: int
    outcome: str
    counted: tuple[int, ...]
    dropped: tuple[int, ...]
    right: int
    right_plain: int
    examples: int
    digest: str
    bit_identical: bool
    encryption_s: float

    @property
    def accuracy(self) -> float:
        """The share of the test examples."""
        return self.right / self.examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What an update takes by a scheme: means over those that counted.

    Gas is that of submitting and adding; `gas_per_update_all` has every step of the rounds, what
    was refused or stopped half-way too. Seconds are those of one core.
    """

    scheme: str
    bytes_per_update: int
    wire_bytes_per_update: float
    transactions_per_update: float
    gas_per_update: float
    gas_per_update_all: float
    encryption_s_per_update: float


def cost_of(method: Method, entries: Sequence[Entry], *, updates: int, encryption_s: float) -> Cost:
    """The cost by the steps of so many updates that counted."""
    each = max(updates, 1)
    by_round = [entry for entry in entries if entry.round]
    submitted = [entry for entry in by_round if entry.step == _SUBMIT]
    carried = [entry for entry in by_round if entry.step in (_SUBMIT, _ADD)]
    return Cost(
        scheme=method.name,
        bytes_per_update=method.size.update_bytes,
        wire_bytes_per_update=sum(entry.wire_bytes for entry in submitted) / each,
        transactions_per_update=sum(entry.transactions for entry in submitted) / each,
        gas_per_update=sum(entry.gas_used for entry in carried) / each,
        gas_per_update_all=sum(entry.gas_used for entry in by_round) / each,
        encryption_s_per_update=encryption_s,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """All that was done, and the model in the end, over the chain and in plain sight."""

    entries: Sequence[Entry]
    rounds: Sequence[RoundRow]
    accuracy: float
    accuracy_plain: float
    bit_identical: bool


def result_of(
    options: EncryptedOptions,
    method: Method,
    entries: Sequence[Entry],
    rounds: Sequence[RoundRow],
    *,
    end: End,
    others: Sequence[Cost] = (),
) -> dict[str, Any]:
    """The whole training, ready for JSON; `others` are the schemes it was compared with.

    Costs are those of `entries` and `rounds`, by the group that began.
    """
    cost = cost_of(
        method,
        entries,
        updates=sum(len(row.counted) for row in rounds),
        encryption_s=mean(row.encryption_s for row in rounds),
    )
    return {
        "schema": 1,
        "system": "encrypted",
        "model": options.model,
        "key_bits": options.key_bits if method.name == "paillier" else None,
        "for_tests": options.for_tests,
        "parties": options.parties,
        "threshold": options.needed,
        "rounds": len(end.rounds),
        "rounds_opened": sum(row.outcome == "opened" for row in end.rounds),
        "accuracy": end.accuracy,
        "accuracy_plain": end.accuracy_plain,
        "accuracy_by_round": [accuracy_of(row) for row in end.rounds],
        "falls": falls(end.rounds),
        "bit_identical": end.bit_identical and all(row.bit_identical for row in end.rounds),
        **asdict(cost),
        "schemes": [asdict(one) for one in (cost, *others)],
        "gas_by_step": _by_step(end.entries, "gas_used"),
        "transactions_by_step": _by_step(end.entries, "transactions"),
        "refused": _refused(end.entries),
        "dropped": {str(row.round): list(row.dropped) for row in rounds if row.dropped},
    }


def accuracy_of(row: RoundRow) -> dict[str, Any]:
    """A round's accuracy with the Wilson interval of its test set."""
    low, high = wilson(row.accuracy, row.examples)
    plain = row.right_plain / row.examples
    return {"round": row.round, "accuracy": row.accuracy, "plain": plain, "ci95": [low, high]}


def falls(rounds: Sequence[RoundRow]) -> list[int]:
    """The rounds after which the accuracy is lower than noise explains.

    That is, their whole interval lies below the accuracy of some round before.
    """
    best, found = 0.0, []
    for row in rounds:
        if wilson(row.accuracy, row.examples)[1] < best:
            found.append(row.round)
        best = max(best, row.accuracy)
    return found


def _by_step(entries: Sequence[Entry], name: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for entry in entries:
        sums[entry.step] = sums.get(entry.step, 0) + int(getattr(entry, name))
    return sums


def _refused(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    return {entry.step: entry.refused for entry in entries if entry.refused}
