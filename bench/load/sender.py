"""Lanes: keep-alive connections that hand transactions to the node in each account's order."""

from __future__ import annotations

import gevent
from gevent.queue import Queue

from collections.abc import Sequence
from dataclasses import dataclass

from bench.load.clock import now_s
from bench.load.endpoint import Endpoint, Refusal
from bench.load.ledger import Ledger, is_held, is_past, is_transient
from bench.load.submission import Submission

# A JSON-RPC body may hold 5 MiB; hexadecimal doubles the bytes of a transaction.
_BATCH_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a transiently refused transaction is sent again, and after how long."""

    times: int = 3
    pause_s: float = 0.5


class Sender:
    """`lanes` greenlets, each with a connection; an account always uses the same one.

    One account's transactions so reach the node in nonce order, and chunks of a submission follow
    each other without waiting for blocks. What waits in a lane may share one body (`batch`).
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        ledger: Ledger,
        *,
        lanes: int,
        batch: int = 1,
        retry: Retry = Retry(),
    ) -> None:
        self._endpoints = endpoints
        self._ledger = ledger
        self._batch = batch
        self._retry = retry
        self._lanes: list[Queue] = [Queue() for _ in range(lanes)]
        self._greenlets = [gevent.spawn(self._run, index) for index in range(lanes)]

    def send(self, submission: Submission, *, first: int = 0) -> None:
        """Queue the transactions of a submission from index `first` on; returns at once."""
        for index in range(first, len(submission.transactions)):
            self.send_one(submission, index)

    def send_one(self, submission: Submission, index: int) -> None:
        """Queue one transaction of a submission, perhaps once more; returns at once."""
        self._lanes[submission.account.index % len(self._lanes)].put((submission, index))

    @property
    def queued(self) -> int:
        """Transactions not yet handed to a node."""
        return sum(lane.qsize() for lane in self._lanes)

    def stop(self) -> None:
        """End the lanes; what is still queued is not sent."""
        gevent.killall(self._greenlets)

    def _run(self, index: int) -> None:
        lane, endpoint = self._lanes[index], self._endpoints[index % len(self._endpoints)]
        while True:
            work = [item for item in self._take(lane) if item[0].outcome is None]
            if work:
                self._hand_over(endpoint, work)

    def _take(self, lane: Queue) -> list[tuple[Submission, int]]:
        work = [lane.get()]
        size_bytes = len(work[0][0].transactions[work[0][1]].raw)
        while len(work) < self._batch and size_bytes < _BATCH_BYTES and not lane.empty():
            work.append(lane.get())
            size_bytes += len(work[-1][0].transactions[work[-1][1]].raw)
        return work

    def _hand_over(self, endpoint: Endpoint, work: list[tuple[Submission, int]]) -> None:
        sent_s = now_s()
        for submission, index in work:
            if index == 0:
                submission.sent_s = sent_s
        answers = endpoint.send_raw([one.transactions[index].raw for one, index in work])
        accepted_s = now_s()
        for (submission, index), answer in zip(work, answers, strict=True):
            if isinstance(answer, str):
                submission.transactions[index].known_id = answer
                self._ledger.accepted(submission, index, accepted_s)
            elif submission.outcome is None:
                self._refused(endpoint, submission, index, answer)

    def _refused(
        self, endpoint: Endpoint, submission: Submission, index: int, refusal: Refusal
    ) -> None:
        """Send the same bytes again while that can help; else the submission is rejected.

        Later chunks wait in this lane behind the retries, so their order stands.
        """
        uncertain = False  # an answer was lost: the node may have the transaction all the same
        for _ in range(self._retry.times):
            if is_held(refusal) or (uncertain and is_past(refusal)) or not is_transient(refusal):
                break
            if refusal.code == 0:
                uncertain = True
                self._ledger.watch(submission, index)
            gevent.sleep(self._retry.pause_s)
            if submission.outcome is not None:
                return
            submission.retries += 1
            [answer] = endpoint.send_raw([submission.transactions[index].raw])
            if isinstance(answer, str):
                self._ledger.accepted(submission, index, now_s())
                return
            refusal = answer
        if is_held(refusal) or (uncertain and is_past(refusal)):
            self._ledger.accepted(submission, index, now_s())
        else:
            self._ledger.end(submission, "rejected", refusal.message)
