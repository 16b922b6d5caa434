"""What a chain had committed, to be compared with what it has later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from system.chain.rpc import Rpc, RpcError, Unreachable

_REQUESTS_A_BODY = 50

Asked = tuple[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class History:
    """Hashes of blocks 0, 1, …, and of each transaction in them what its receipt says."""

    blocks: tuple[str, ...]
    receipts: dict[str, tuple[str, str, str]]


def history(rpc: Rpc, last: int) -> History:
    """The chain up to block `last` as one validator has it; raises RpcError, Unreachable."""
    found = _answers(rpc, [("eth_getBlockByNumber", [hex(n), False]) for n in range(last + 1)])
    hashes = [each for block in found for each in block["transactions"]]
    receipts = _answers(rpc, [("eth_getTransactionReceipt", [each]) for each in hashes])
    return History(
        tuple(block["hash"] for block in found),
        {each["transactionHash"]: _said(each) for each in receipts},
    )


def keeps(rpc: Rpc, before: History) -> bool:
    """Whether a validator still has every block and every receipt of that history."""
    try:
        return history(rpc, len(before.blocks) - 1) == before
    except (RpcError, Unreachable):
        return False


def _said(receipt: dict[str, Any]) -> tuple[str, str, str]:
    return receipt["blockHash"], receipt["status"], receipt["gasUsed"]


def _answers(rpc: Rpc, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(asked), _REQUESTS_A_BODY):
        for answer in rpc.batch(asked[start : start + _REQUESTS_A_BODY]):
            if not isinstance(answer, dict):
                raise answer if isinstance(answer, RpcError) else RpcError(0, "not there")
            found.append(answer)
    return found
