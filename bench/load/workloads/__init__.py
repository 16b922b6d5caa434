"""What a swarm submits: one workload a system, found by the system's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bench.load.account import Account

if TYPE_CHECKING:  # a submission is made of calls
    from bench.load.submission import Submission
    from bench.record.schema import Outcome


@dataclass(frozen=True, slots=True)
class Call:
    """One transaction before it is signed: `to` has 20 bytes, `gas` is its limit."""

    to: bytes
    data: bytes
    gas: int
    value: int = 0  # wei


@dataclass(frozen=True, slots=True)
class Draft:
    """A submission before it is signed: its cell, its transactions and its payload's bytes.

    `then` holds the transactions that can't be sent at once with `calls`: each part follows when
    all before it are in blocks. `open_ended`: what follows depends on what others do, and the
    workload, a `Live` one, says when it has ended.
    """

    cell: str
    calls: Sequence[Call]
    payload_bytes: int
    then: Sequence[Sequence[Call]] = ()
    open_ended: bool = False

    @property
    def stages(self) -> list[Sequence[Call]]:
        """All transactions by the stage they are sent in."""
        return [self.calls, *self.then]


class Workload(Protocol):
    """One system's traffic, as one process makes it."""

    def enrolment(self, account: Account) -> Sequence[Call]:
        """The transactions that register an account as a worker; empty where none are needed."""

    def draft(self, account: Account) -> Draft:
        """The account's next submission: encoded, not signed."""

    def assignment(self, account: Account) -> Sequence[tuple[str, list[Any]]]:
        """The JSON-RPC requests that tell a worker its job; empty where there is no job."""

    def take(self, account: Account, answers: Sequence[Any]) -> bool:
        """Note what the answers of `assignment` say; False while there is no job to take."""


class Hands(Protocol):
    """What a live workload has done for it: the swarm's own ways to the chain."""

    def nonce(self, account: Account) -> int:
        """The account's next nonce, asked of the chain."""

    def send(
        self, account: Account, calls: Sequence[Call], *, may_fail: bool = False
    ) -> Submission:
        """Send transactions that belong to no submission of a cell; `may_fail`: no news then."""

    def go_on(self, submission: Submission, calls: Sequence[Call]) -> None:
        """Send a submission's next transactions."""

    def end(self, submission: Submission, outcome: Outcome, reason: str) -> None:
        """Give a submission its outcome."""


@runtime_checkable
class Live(Protocol):
    """A workload that acts on what the chain shows, block by block."""

    @property
    def ready(self) -> bool:
        """Whether what submissions need is on the chain."""

    @property
    def unfinished(self) -> bool:
        """Whether others still need this process."""

    def start(self, hands: Hands) -> None:
        """Begin to act."""

    def wind_down(self) -> None:
        """Submissions that have begun are the last ones."""

    def begun(self, submission: Submission) -> None:
        """A submission was begun that nothing has been sent of."""

    def mined(self, submission: Submission) -> None:
        """All that a submission has sent so far is in blocks and did not revert."""

    def hear(self, block: int, logs: Sequence[Mapping[str, Any]]) -> None:
        """A new block; what became of the transactions in it is known."""
