"""What a swarm does for a workload beside the submissions that it begins."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.load.account import Account
from bench.load.clock import now_s
from bench.load.endpoint import Endpoint
from bench.load.ledger import Ledger
from bench.load.preparer import Preparer
from bench.load.sender import Sender
from bench.load.submission import Submission
from bench.load.workloads import Call
from bench.record.schema import Outcome

UNCOUNTED = ""  # the cell of what is no submission: registrations, and a server's transactions


@dataclass(frozen=True, slots=True)
class SwarmHands:
    """One process's; see `Hands`."""

    preparer: Preparer
    ledger: Ledger
    sender: Sender
    endpoint: Endpoint

    def nonce(self, account: Account) -> int:
        """The account's next nonce, asked of the chain; raises OSError or ValueError."""
        [count] = self.endpoint.call(("eth_getTransactionCount", [account.address, "latest"]))
        return int(count, 16)

    def send(
        self, account: Account, calls: Sequence[Call], *, may_fail: bool = False
    ) -> Submission:
        """Transactions on their way that belong to no submission and get no row."""
        sent = Submission(
            name=f"{account.address}-{account.nonce}",
            cell=UNCOUNTED,
            account=account,
            transactions=self.preparer.sign(account, calls),
            payload_bytes=0,
            encode_s=0.0,
            sign_s=0.0,
            may_fail=may_fail,
            intended_s=now_s(),
        )
        self.ledger.begin(sent)
        self.sender.send(sent)
        return sent

    def go_on(self, submission: Submission, calls: Sequence[Call]) -> None:
        """Send a submission's next transactions."""
        started_s = time.perf_counter()
        signed = self.preparer.sign(submission.account, calls)
        submission.sign_s += time.perf_counter() - started_s
        self.sender.send(submission, first=self.ledger.extend(submission, signed))

    def end(self, submission: Submission, outcome: Outcome, reason: str) -> None:
        """Give a submission its outcome."""
        self.ledger.end(submission, outcome, reason)
