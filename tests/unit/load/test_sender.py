"""Lanes keep each account's order, share requests, and know what is worth a second try."""

from __future__ import annotations

import gevent

import pytest

from bench.load.account import account
from bench.load.endpoint import Refusal
from bench.load.ledger import Ledger
from bench.load.sender import Retry, Sender
from bench.load.submission import Submission
from system.chain.transaction import SignedTransaction

FULL = Refusal(-32000, "txpool is full")
LOST = Refusal(0, "ConnectionResetError: reset by peer")
PAST = Refusal(-32000, "nonce too low")
TOO_LARGE = Refusal(-32000, "oversized data")


class Node:
    """Takes what it is sent, or answers from a script; remembers the order and the bodies."""

    def __init__(self, script: list[Refusal | None] | None = None) -> None:
        self.script = list(script or [])
        self.bodies: list[list[bytes]] = []

    @property
    def order(self) -> list[bytes]:
        return [raw for body in self.bodies for raw in body]

    def send_raw(self, raws):
        self.bodies.append(list(raws))
        gevent.sleep(0.001)
        return [self._answer(raw) for raw in raws]

    def _answer(self, raw: bytes) -> str | Refusal:
        scripted = self.script.pop(0) if self.script else None
        return SignedTransaction(raw).id if scripted is None else scripted


def submission(number: int, chunks: int) -> Submission:
    return Submission(
        name=f"s{number}",
        cell="cell",
        account=account("test", process=0, number=number),
        transactions=[SignedTransaction(f"{number}/{index}".encode()) for index in range(chunks)],
        payload_bytes=0,
        encode_s=0.0,
        sign_s=0.0,
    )


@pytest.fixture
def ended() -> list[Submission]:
    return []


def run(node: Node, ones: list[Submission], ended: list[Submission], **settings) -> Ledger:
    ledger = Ledger(settle=ended.append)
    sender = Sender([node], ledger, retry=Retry(times=2, pause_s=0.001), **settings)
    for one in ones:
        ledger.begin(one)
        sender.send(one)
    gevent.sleep(0.1)
    assert sender.queued == 0
    sender.stop()
    return ledger


@pytest.mark.parametrize(("lanes", "batch"), [(1, 1), (3, 1), (2, 4), (1, 50)])
def test_chunks_of_an_account_arrive_in_order(ended, lanes, batch):
    ones = [submission(number, chunks=4) for number in range(5)]
    node = Node()
    run(node, ones, ended, lanes=lanes, batch=batch)
    for number in range(5):
        mine = [raw for raw in node.order if raw.startswith(f"{number}/".encode())]
        assert mine == [f"{number}/{index}".encode() for index in range(4)]
    assert all(one.accepted_s is not None for one in ones)
    assert max(map(len, node.bodies)) <= batch


def test_a_full_pool_is_asked_again_and_the_rest_waits(ended):
    one = submission(0, chunks=3)
    node = Node([None, FULL, None])
    run(node, [one], ended, lanes=1)
    assert node.order == [b"0/0", b"0/1", b"0/1", b"0/2"]
    assert (one.retries, one.accepted, ended) == (1, 3, [])


def test_what_stays_refused_is_rejected_once_and_not_sent_further(ended):
    one = submission(0, chunks=3)
    node = Node([None, FULL, FULL, FULL])
    run(node, [one], ended, lanes=1)
    assert ended == [one]
    assert (one.outcome, one.reason, one.retries) == ("rejected", "txpool is full", 2)
    assert b"0/2" not in node.order


def test_a_refusal_for_good_is_not_tried_again(ended):
    one = submission(0, chunks=2)
    node = Node([TOO_LARGE])
    run(node, [one], ended, lanes=1)
    assert (one.outcome, one.reason, one.retries) == ("rejected", "oversized data", 0)
    assert node.order == [b"0/0"]


def test_a_lost_answer_is_no_lost_transaction(ended):
    one = submission(0, chunks=1)
    ledger = run(Node([LOST, PAST]), [one], ended, lanes=1)
    assert (one.accepted, one.outcome, ledger.waiting) == (1, None, 1)
    ledger.mined([one.transactions[0].id], proven={one.transactions[0].id}, block=3, seen_s=1.0)
    assert one.outcome == "included"
