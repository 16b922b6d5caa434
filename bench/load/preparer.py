"""Submissions encoded and signed ahead of the clock, as far as memory allows."""

from __future__ import annotations

import gevent

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.load.account import Account
from bench.load.submission import Submission
from bench.load.workloads import Call, Workload
from system.chain.private import Manager, sign_private
from system.chain.transaction import SignedTransaction, sign_legacy

BUFFER_BYTES = 256 * 2**20


@dataclass(slots=True)
class Preparer:
    """Makes submissions of one process: names, nonces and sequences each have one owner, here.

    Without `ahead` nothing is signed before it is sent: a stage that follows takes its account's
    next nonce, and would wait behind everything that was signed but not sent. With a `manager`
    everything is private; to sign then means to wait for the manager, so nothing is ahead either.
    """

    workload: Workload
    chain_id: int
    process: str
    ahead: bool = True
    manager: Manager | None = None
    buffer_bytes: int = BUFFER_BYTES
    ready: dict[int, deque[Submission]] = field(default_factory=dict)
    ready_bytes: int = 0
    made: int = 0

    def make(self, account: Account) -> Submission:
        """Encode and sign the account's next submission now."""
        started_s = time.perf_counter()
        name = f"{self.process}-{self.made}"
        self.made += 1
        draft = self.workload.draft(account)
        encoded_s = time.perf_counter()
        submission = Submission(
            name=name,
            cell=draft.cell,
            account=account,
            transactions=self.sign(account, draft.calls),
            payload_bytes=draft.payload_bytes,
            encode_s=encoded_s - started_s,
            sign_s=time.perf_counter() - encoded_s,
            later=draft.then,
            open_ended=draft.open_ended,
        )
        account.sequence += 1
        return submission

    def sign(self, account: Account, calls: Sequence[Call]) -> list[SignedTransaction]:
        """The signed transactions of `calls`, with the account's next nonces.

        Private ones where there is a manager; raises ManagerFailed where it takes no payload.
        """
        if self.manager is not None:
            return self._sign_private(self.manager, account, calls)
        signed = [
            sign_legacy(
                key=account.key,
                nonce=account.nonce + index,
                gas=call.gas,
                to=call.to,
                data=call.data,
                chain_id=self.chain_id,
                value=call.value,
            )
            for index, call in enumerate(calls)
        ]
        account.nonce += len(calls)
        return signed

    def _sign_private(
        self, manager: Manager, account: Account, calls: Sequence[Call]
    ) -> list[SignedTransaction]:
        # Storing waits for the manager, and others may sign for the account meanwhile.
        stored = [manager.store(call.data) for call in calls]
        first = account.nonce
        account.nonce += len(calls)
        return [
            sign_private(key=account.key, nonce=first + i, gas=call.gas, to=call.to, stored=hash_)
            for i, (call, hash_) in enumerate(zip(calls, stored, strict=True))
        ]

    def sign_next(self, submission: Submission) -> list[SignedTransaction]:
        """The signed transactions of the submission's next stage."""
        started_s = time.perf_counter()
        calls, *submission.later = submission.later
        signed = self.sign(submission.account, calls)
        submission.sign_s += time.perf_counter() - started_s
        return signed

    def take(self, account: Account) -> Submission:
        """The account's oldest prepared submission, or one made now."""
        waiting = self.ready.get(account.index)
        if not waiting:
            return self.make(account)
        submission = waiting.popleft()
        self.ready_bytes -= submission.wire_bytes
        return submission

    def discard(self, account: Account) -> None:
        """Drop what was signed ahead: after a lost transaction its nonces are wrong."""
        for submission in self.ready.pop(account.index, ()):
            self.ready_bytes -= submission.wire_bytes

    @property
    def waiting(self) -> int:
        """How many prepared submissions are not taken yet."""
        return sum(map(len, self.ready.values()))

    def fill(self, order: Iterator[Account]) -> int:
        """Prepare submissions for the accounts in `order` until the buffer is full; how many."""
        before = self.made
        for account in order if self.ahead else ():
            if self.ready_bytes >= self.buffer_bytes:
                break
            submission = self.make(account)
            self.ready.setdefault(account.index, deque()).append(submission)
            self.ready_bytes += submission.wire_bytes
            gevent.sleep(0)  # the senders come first
        return self.made - before
