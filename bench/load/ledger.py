"""Who waits for what: every transaction in flight, and the one outcome of each submission."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.load.endpoint import Refusal
from bench.load.submission import Submission
from bench.record.schema import Outcome
from system.chain.transaction import SignedTransaction

# The node's words for "not now": the same bytes may be accepted a moment later.
_TRANSIENT = ("txpool is full", "transaction underpriced", "request timed out")
_HELD = ("already known", "known transaction")


_REMEMBERED = 8


class Mined(NamedTuple):
    """A transaction in a block; `proven`: its contract's own event says that it succeeded."""

    id: str
    block: int
    seen_s: float
    proven: bool


@dataclass(slots=True)
class Ledger:
    """Transactions in flight by hash; `settle` is called once for every submission that ended.

    `advance` is called when all transactions of a submission are in blocks and a stage is to come.
    """

    settle: Callable[[Submission], None]
    advance: Callable[[Submission], None] | None = None
    unproven: list[Mined] = field(default_factory=list)
    _by_hash: dict[str, Submission] = field(default_factory=dict)
    _open: dict[str, Submission] = field(default_factory=dict)
    # Transactions of the newest blocks that nobody claimed: a block can be seen before the node's
    # answer, which tells a transaction's hash, is read.
    _strangers: deque[dict[str, Mined]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def begin(self, submission: Submission) -> None:
        """Count a submission as open, from before its first transaction is sent."""
        self._open[submission.name] = submission
        submission.account.in_flight += 1

    def extend(self, submission: Submission, signed: Sequence[SignedTransaction]) -> int:
        """Add a further stage, before it is sent; the index of its first transaction."""
        first = len(submission.transactions)
        submission.transactions += signed
        submission.accepted_s = submission.seen_s = None
        return first

    @property
    def waiting(self) -> int:
        """How many submissions have no outcome yet."""
        return len(self._open)

    @property
    def oldest_s(self) -> float | None:
        """When the oldest open submission was meant to be sent; None where none is open."""
        return next((one.intended_s for one in self._open.values()), None)

    def open(self) -> list[Submission]:
        """The submissions without an outcome, oldest first."""
        return list(self._open.values())

    def accepted(self, submission: Submission, index: int, at_s: float) -> None:
        """The node took one more transaction; the submission is accepted with its last."""
        submission.accepted += 1
        if submission.accepted == len(submission.transactions):
            submission.accepted_s = at_s
        self.watch(submission, index)

    def watch(self, submission: Submission, index: int) -> None:
        """Look for a transaction in blocks from now on, and in the newest ones."""
        if submission.outcome is not None:
            return
        transaction_id = submission.transactions[index].id
        self._by_hash[transaction_id] = submission
        for block in self._strangers:
            if transaction_id in block:
                self._found(block.pop(transaction_id))

    def mined(self, hashes: Iterable[str], *, proven: set[str], block: int, seen_s: float) -> int:
        """Settle what a block holds; how many of its transactions are known to be ours.

        `proven` holds the hashes that emitted the contract's own event: a reverted transaction
        leaves no event. Ours without an event are added to `unproven`, for their receipts.
        """
        strangers: dict[str, Mined] = {}
        ours = 0
        for transaction_id in hashes:
            mined = Mined(transaction_id, block, seen_s, transaction_id in proven)
            if transaction_id in self._by_hash:
                ours += 1
                self._found(mined)
            else:
                strangers[transaction_id] = mined
        self._strangers.append(strangers)
        return ours

    def _found(self, mined: Mined) -> None:
        if mined.proven:
            self.included(mined)
        else:
            self.unproven.append(mined)

    def included(self, mined: Mined, *, reverted: str = "") -> None:
        """One transaction is in a block; `reverted` says why it failed there, if it did."""
        submission = self._by_hash.pop(mined.id, None)
        if submission is None:
            return
        submission.mined += 1
        if reverted:
            submission.reverted += 1
            submission.reason = submission.reason or reverted
        if submission.first_block is None:
            submission.first_block = mined.block
        submission.last_block = mined.block
        if submission.mined == len(submission.transactions):
            submission.seen_s = mined.seen_s
            more = submission.later or submission.open_ended
            if more and not submission.reverted and self.advance is not None:
                self.advance(submission)
            else:
                self.end(submission, "reverted" if submission.reverted else "included")

    def end(self, submission: Submission, outcome: Outcome, reason: str = "") -> None:
        """Give a submission its one outcome; a second call changes nothing."""
        if submission.outcome is not None:
            return
        submission.outcome = outcome
        submission.reason = submission.reason or reason
        for transaction in submission.transactions:
            if transaction.known_id is not None:
                self._by_hash.pop(transaction.known_id, None)
        self._open.pop(submission.name, None)
        submission.account.in_flight -= 1
        if outcome != "included":
            submission.account.broken = True
        self.settle(submission)
        submission.done.set()


def is_held(refusal: Refusal) -> bool:
    """The node has this very transaction already: as good as accepted."""
    return any(words in refusal.message for words in _HELD)


def is_past(refusal: Refusal) -> bool:
    """The nonce was used: by this very transaction, where an earlier answer to it was lost."""
    return "nonce too low" in refusal.message


def is_transient(refusal: Refusal) -> bool:
    """Worth sending the same bytes once more: a full pool, or no valid answer at all."""
    return refusal.code == 0 or any(words in refusal.message for words in _TRANSIENT)
