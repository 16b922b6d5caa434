"""What no block holds in the end is named, and what a pool dropped is sent again."""

from __future__ import annotations

import pytest

from bench.load.account import account
from bench.load.clock import now_s
from bench.load.ledger import Ledger
from bench.load.leftovers import classify, resend_lost
from bench.load.submission import Submission
from system.chain.transaction import SignedTransaction


def submission(name: str, *, accepted: int, chunks: int = 2) -> Submission:
    one = Submission(
        name=name,
        cell="cell",
        account=account("test", process=0, number=0),
        transactions=[SignedTransaction(f"{name}/{index}".encode()) for index in range(chunks)],
        payload_bytes=0,
        encode_s=0.0,
        sign_s=0.0,
    )
    one.sent_s = 1.0
    one.accepted = accepted
    one.accepted_s = 1.0 if accepted == chunks else None
    return one


class Node:
    """Knows some transactions; None means that it does not answer at all."""

    def __init__(self, known: set[str] | None) -> None:
        self.known = known

    def call(self, *requests):
        if self.known is None:
            raise OSError("no route")
        return [{} if params[0] in self.known else None for _, params in requests]


class Lanes:
    """Remembers what is sent once more."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int]] = []

    def send_one(self, one: Submission, index: int) -> None:
        self.sent.append((one.name, index))


def ids(one: Submission) -> set[str]:
    return {transaction.id for transaction in one.transactions}


@pytest.mark.parametrize(
    ("accepted", "known", "halted", "outcome", "reason"),
    [
        (2, "all", "", "timed_out", "still in the pool when the drain ended"),
        (2, "none", "", "evicted", "gone from the pool"),
        (2, "first", "", "evicted", "gone from the pool"),
        (2, "silent", "", "timed_out", "still in the pool when the drain ended"),
        (1, "all", "", "timed_out", "the node did not answer"),
        (2, "none", "no block for 12 s", "timed_out", "no block for 12 s"),
    ],
)
def test_every_leftover_gets_its_outcome(accepted, known, halted, outcome, reason):
    ledger = Ledger(settle=lambda _: None)
    one = submission("a", accepted=accepted)
    ledger.begin(one)
    holds = {"all": ids(one), "none": set(), "first": {one.transactions[0].id}, "silent": None}
    classify(ledger, Node(holds[known]), halted)
    assert (one.outcome, one.reason, ledger.waiting) == (outcome, reason, 0)


def test_what_was_never_handed_over_is_aborted():
    ledger = Ledger(settle=lambda _: None)
    one = submission("a", accepted=0)
    one.sent_s = 0.0
    ledger.begin(one)
    classify(ledger, Node(set()), "")
    assert one.outcome == "aborted"


def test_a_dropped_transaction_is_sent_again_until_it_is_enough():
    ledger, lanes = Ledger(settle=lambda _: None), Lanes()
    one = submission("a", accepted=2)
    ledger.begin(one)
    node = Node({one.transactions[0].id})
    for _ in range(3):
        resend_lost(ledger, node, lanes, older_than_s=10.0)
        assert one.accepted_s is None
        ledger.accepted(one, 1, 1.0)
    assert lanes.sent == [("a", 1)] * 3
    resend_lost(ledger, node, lanes, older_than_s=10.0)
    assert (one.outcome, one.retries) == ("evicted", 3)


def test_what_is_not_overdue_is_left_alone():
    ledger, lanes = Ledger(settle=lambda _: None), Lanes()
    one = submission("a", accepted=2)
    one.accepted_s = now_s()
    ledger.begin(one)
    resend_lost(ledger, Node(set()), lanes, older_than_s=10.0)
    assert (lanes.sent, one.outcome) == ([], None)
