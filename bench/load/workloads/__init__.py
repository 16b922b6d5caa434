"""What a swarm submits: one workload a system, found by the system's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bench.load.account import Account


@dataclass(frozen=True, slots=True)
class Call:
    """One transaction before it is signed: `to` has 20 bytes, `gas` is its limit."""

    to: bytes
    data: bytes
    gas: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A submission before it is signed: its cell, its transactions and its payload's bytes.

    `then` holds the transactions that can't be sent at once with `calls`: each part follows when
    all before it are in blocks.
    """

    cell: str
    calls: Sequence[Call]
    payload_bytes: int
    then: Sequence[Sequence[Call]] = ()

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
