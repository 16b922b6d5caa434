"""One worker's result on its way to the chain: the unit that is counted, once."""

from __future__ import annotations

from gevent.event import Event

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.load.account import Account
from bench.load.workloads import Call
from bench.record.schema import Outcome, SubmissionRow
from system.chain.transaction import SignedTransaction


@dataclass(slots=True, eq=False)
class Submission:
    """A submission and what became of each of its transactions (`transactions`, in nonce order).

    `later` are the stages that follow when all transactions so far are in blocks; a stage is signed
    when it starts, so that its nonces come behind those of whatever was sent meanwhile. Of an
    `open_ended` one its workload says what comes next. `behaviour` is its worker's, `job` the one
    it has a seat in; "" and 0 where there is no such thing.
    """

    name: str
    cell: str
    account: Account
    transactions: list[SignedTransaction]
    payload_bytes: int
    encode_s: float
    sign_s: float
    later: Sequence[Sequence[Call]] = ()
    open_ended: bool = False
    may_fail: bool = False  # whoever sent it counts with that: nobody else need be told
    behaviour: str = ""
    job: int = 0
    intended_s: float = 0.0
    sent_s: float = 0.0
    accepted_s: float | None = None
    seen_s: float | None = None
    first_block: int | None = None
    last_block: int | None = None
    accepted: int = 0
    mined: int = 0
    reverted: int = 0
    retries: int = 0
    outcome: Outcome | None = None
    reason: str = ""
    done: Event = field(default_factory=Event)

    @property
    def wire_bytes(self) -> int:
        """Bytes of the signed transactions together."""
        return sum(len(transaction.raw) for transaction in self.transactions)

    def row(self) -> SubmissionRow:
        """What is written when the outcome is known."""
        assert self.outcome is not None
        return SubmissionRow(
            submission=self.name,
            cell=self.cell,
            worker=self.account.address,
            outcome=self.outcome,
            reason=self.reason,
            intended_s=self.intended_s,
            sent_s=self.sent_s,
            accepted_s=self.accepted_s,
            seen_s=self.seen_s,
            transactions=len(self.transactions),
            hashes=[transaction.id for transaction in self.transactions],
            first_block=self.first_block,
            last_block=self.last_block,
            payload_bytes=self.payload_bytes,
            wire_bytes=self.wire_bytes,
            encode_s=self.encode_s,
            sign_s=self.sign_s,
            gas_used=None,
            behaviour=self.behaviour,
            job=self.job,
        )
