"""A submission in stages: each follows when all before it is in blocks, and it counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.load.account import Account, account
from bench.load.ledger import Ledger, Mined
from bench.load.preparer import Preparer
from bench.load.submission import Submission
from bench.load.workloads import Call, Draft

TO = bytes(20)


@dataclass
class Staged:
    """A workload whose submissions have one transaction, then two, then one."""

    def enrolment(self, account: Account) -> Sequence[Call]:
        return ()

    def draft(self, account: Account) -> Draft:
        commit, *rest = (Call(TO, bytes([index]), 21_000 + index) for index in range(4))
        return Draft("cell", [commit], 3, then=[rest[:2], rest[2:]])

    def assignment(self, account: Account) -> Sequence[tuple[str, list[Any]]]:
        return ()

    def take(self, account: Account, answers: Sequence[Any]) -> bool:
        return True


class Chain:
    """A ledger whose stages are signed at once and taken by the node at once."""

    def __init__(self) -> None:
        self.settled: list[Submission] = []
        self.worker = account("stages", process=0, number=0)
        self.preparer = Preparer(Staged(), 10, "p", ahead=False)
        self.ledger = Ledger(settle=self.settled.append, advance=self.advance)

    def begin(self) -> Submission:
        submission = self.preparer.make(self.worker)
        self.ledger.begin(submission)
        self.accept(submission, 0)
        return submission

    def advance(self, submission: Submission) -> None:
        self.accept(submission, self.ledger.extend(submission, self.preparer.sign_next(submission)))

    def accept(self, submission: Submission, first: int) -> None:
        for index in range(first, len(submission.transactions)):
            self.ledger.accepted(submission, index, 0.5)

    def mine(self, submission: Submission, *, block: int) -> None:
        ids = [transaction.id for transaction in submission.transactions]
        self.ledger.mined(ids, proven=set(ids), block=block, seen_s=float(block))


def test_stages_follow_one_another_and_the_submission_counts_once():
    chain = Chain()
    one = chain.begin()
    lengths = []
    for block in (7, 8, 9):
        lengths.append(len(one.transactions))
        assert chain.settled == []
        chain.mine(one, block=block)
    assert lengths == [1, 3, 4]
    assert chain.settled == [one]
    assert one.outcome == "included"
    row = one.row()
    assert (row.transactions, row.first_block, row.last_block, row.seen_s) == (4, 7, 9, 9.0)
    assert len(set(row.hashes)) == 4
    assert chain.ledger.waiting == chain.worker.in_flight == 0


def test_nonces_of_later_stages_come_behind_what_was_sent_meanwhile():
    chain = Chain()
    first, second = chain.begin(), chain.begin()
    assert chain.worker.nonce == 2
    chain.mine(first, block=1)
    chain.mine(second, block=1)
    assert chain.worker.nonce == 6
    assert len({one.id for each in (first, second) for one in each.transactions}) == 6


def test_a_reverted_stage_is_the_last_one():
    chain = Chain()
    one = chain.begin()
    [only] = one.transactions
    chain.ledger.included(Mined(only.id, 3, 3.0, False), reverted="NotRegistered(1)")
    assert (one.outcome, len(one.transactions)) == ("reverted", 1)
    assert chain.settled == [one]


def test_between_stages_nothing_is_accepted_or_seen():
    chain = Chain()
    one = chain.begin()
    assert one.accepted_s == 0.5

    def sign_only(submission: Submission) -> None:
        chain.ledger.extend(submission, chain.preparer.sign_next(submission))

    chain.ledger.advance = sign_only
    chain.mine(one, block=4)
    assert (one.accepted_s, one.seen_s) == (None, None)
    chain.ledger.end(one, "timed_out")
    assert one.row().seen_s is None


def test_nothing_is_signed_ahead_of_what_comes_in_stages():
    chain = Chain()
    chain.preparer.fill(iter([chain.worker] * 5))
    assert (chain.worker.nonce, chain.preparer.ready_bytes) == (0, 0)
