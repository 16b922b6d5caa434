"""Who waits for what: every transaction in flight, and the one outcome of each submission."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bench.load.endpoint import Refusal
from bench.load.submission import Submission
from bench.record.schema import Outcome
from system.chain.transaction import SignedTransaction

# The node's words for "not now": the same bytes may be accepted a moment later.
_TRANSIENT = ("txpool is full", "transaction underpriced", "request timed out")
_HELD = ("already known", "known transaction")


@dataclass(slots=True)
class Ledger:
    """Transactions in flight by hash; `settle` is called once for every submission that ended.

    `advance` is called when all transactions of a submission are in blocks and a stage is to come.
    """

    settle: Callable[[Submission], None]
    advance: Callable[[Submission], None] | None = None
    _by_hash: dict[str, tuple[Submission, int]] = field(default_factory=dict)
    _open: dict[str, Submission] = field(default_factory=dict)

    def begin(self, submission: Submission) -> None:
        """Watch for all transactions of a submission, from before the first one is sent.

        A block may hold a transaction before the answer to its sending was read.
        """
        self._open[submission.name] = submission
        submission.account.in_flight += 1
        self._watch(submission, 0)

    def extend(self, submission: Submission, signed: Sequence[SignedTransaction]) -> int:
        """Watch for a further stage, too, from before it is sent; the index of its first one."""
        first = len(submission.transactions)
        submission.transactions += signed
        submission.accepted_s = submission.seen_s = None
        self._watch(submission, first)
        return first

    def _watch(self, submission: Submission, first: int) -> None:
        for index in range(first, len(submission.transactions)):
            hash_ = submission.transactions[index].hash
            self._by_hash["0x" + hash_.hex()] = (submission, index)

    @property
    def waiting(self) -> int:
        """How many submissions have no outcome yet."""
        return len(self._open)

    def open(self) -> list[Submission]:
        """The submissions without an outcome, oldest first."""
        return list(self._open.values())

    def accepted(self, submission: Submission, at_s: float) -> None:
        """The node took one more transaction; the submission is accepted with its last."""
        submission.accepted += 1
        if submission.accepted == len(submission.transactions):
            submission.accepted_s = at_s

    def mined(
        self, hashes: Iterable[str], *, proven: set[str], block: int, seen_s: float
    ) -> tuple[int, list[str]]:
        """How many of a block's transactions are ours, and those whose success has no proof yet.

        `proven` holds the hashes that emitted the contract's own event: a reverted transaction
        leaves no event, so these need no receipt.
        """
        ours, unproven = 0, []
        for transaction_hash in hashes:
            if transaction_hash not in self._by_hash:
                continue
            ours += 1
            if transaction_hash in proven:
                self.included(transaction_hash, block=block, seen_s=seen_s)
            else:
                unproven.append(transaction_hash)
        return ours, unproven

    def included(
        self, transaction_hash: str, *, block: int, seen_s: float, reverted: str = ""
    ) -> None:
        """One transaction is in a block; `reverted` says why it failed there, if it did."""
        found = self._by_hash.pop(transaction_hash, None)
        if found is None:
            return
        submission, _ = found
        submission.mined += 1
        if reverted:
            submission.reverted += 1
            submission.reason = submission.reason or reverted
        if submission.first_block is None:
            submission.first_block = block
        submission.last_block = block
        if submission.mined == len(submission.transactions):
            submission.seen_s = seen_s
            if submission.later and not submission.reverted and self.advance is not None:
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
            self._by_hash.pop("0x" + transaction.hash.hex(), None)
        self._open.pop(submission.name, None)
        submission.account.in_flight -= 1
        if outcome != "included":
            submission.account.broken = True
        self.settle(submission)
        submission.done.set()


def is_held(refusal: Refusal) -> bool:
    """The node has this very transaction already: as good as accepted."""
    return any(words in refusal.message for words in _HELD)


def is_transient(refusal: Refusal) -> bool:
    """Worth sending the same bytes once more: a full pool, or no valid answer at all."""
    return refusal.code == 0 or any(words in refusal.message for words in _TRANSIENT)
