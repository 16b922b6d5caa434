"""Transactions that probes send, and waiting for them in bounded time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.probe.deadline import Deadline
from system.chain.rpc import Rpc, RpcError


def receipts_of(rpc: Rpc, hashes: Sequence[str], *, timeout_s: float) -> list[dict[str, Any]]:
    """The receipts of these transactions, failed ones too; raises OutOfTime."""
    requests = [("eth_getTransactionReceipt", [one]) for one in hashes]

    def ask() -> list[dict[str, Any]] | None:
        found = rpc.batch(requests)
        return found if all(isinstance(one, dict) for one in found) else None

    return Deadline(timeout_s).until(ask, f"the receipts of {len(hashes)} transactions")


def hand_over_all(rpc: Rpc, transactions: Sequence[bytes]) -> list[str]:
    """The hashes of transactions handed over in one batch; raises the first RpcError in it."""
    answers = rpc.batch([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in transactions])
    for answer in answers:
        if isinstance(answer, RpcError):
            raise answer
    return [str(answer) for answer in answers]
