"""Ether for a session's workers, before they send anything."""

from __future__ import annotations

from collections.abc import Iterator

from bench.load.account import account
from bench.load.session import Session
from bench.load.workloads import Call

_TRANSFER_GAS = 21_000
# Users join while a test runs, and Locust does not spread them evenly: so many more have ether.
_SPARE_WORKERS = 2


def loans(session: Session, processes: int, wei: int) -> list[Call]:
    """Transfers of so much to each worker that may join, process after process."""
    return [
        Call(bytes.fromhex(address[2:]), b"", _TRANSFER_GAS, value=wei)
        for process in range(processes)
        for address in borrowers(session, process, processes)
    ]


def borrowers(session: Session, process: int, processes: int) -> Iterator[str]:
    """The addresses of a process's workers that get a loan."""
    seed = f"{session.seed}|{session.id}"
    users = -(-session.users // processes) + _SPARE_WORKERS
    return (account(seed, process=process, number=number).address for number in range(users))
