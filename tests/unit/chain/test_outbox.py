"""Transactions on their way, and what becomes of those that no block takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from system.chain.keys import derive_key
from system.chain.outbox import Outbox
from system.chain.receipts import NotMined
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call

KEY = derive_key("outbox", "worker", 0)
CALL = Call("0x" + "11" * 20, b"", 21_000)


class Node(Rpc):
    """A node that takes every transaction but the third one it sees, and mines what it is told."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.seen = 0
        self.mined: set[str] = set()

    def call(self, method: str, *params: Any) -> Any:
        assert method == "eth_getTransactionCount"
        return hex(self.seen)

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        return [self._answer(method, params) for method, params in requests]

    def _answer(self, method: str, params: Sequence[Any]) -> Any:
        if method == "eth_getTransactionReceipt":
            found = {"status": "0x1", "blockNumber": "0x7", "gasUsed": "0x5208"}
            found["transactionIndex"] = "0x2"
            return found if params[0] in self.mined else None
        self.seen += 1
        return RpcError(-32000, "txpool is full") if self.seen == 3 else f"0x{self.seen}"


def test_what_is_mined_is_settled_once() -> None:
    node = Node()
    outbox = Outbox(node, 1337)
    outbox.send(KEY, [CALL, CALL], "pick")
    assert (outbox.waiting("pick"), outbox.waiting("commit"), outbox.waiting()) == (2, 0, 2)
    assert outbox.settled() == []
    node.mined.add("0x1")
    [done] = outbox.settled()
    assert (done.label, done.reason, done.block, done.gas_used) == ("pick", "", 7, 21_000)
    assert done.wire_bytes > 90
    assert outbox.waiting() == 1
    assert outbox.settled() == []


def test_a_refusal_is_settled_at_once() -> None:
    outbox = Outbox(Node(), 1337)
    outbox.send(KEY, [CALL, CALL, CALL], "pick")
    [refused] = outbox.settled()
    assert "txpool is full" in refused.reason
    assert (refused.block, refused.gas_used) == (None, 0)
    assert outbox.waiting() == 2


def test_what_no_block_takes_is_waited_for_so_long() -> None:
    outbox = Outbox(Node(), 1337)
    outbox.send(KEY, [CALL], "close")
    with pytest.raises(NotMined, match="1 transactions are in no block after"):
        outbox.drained(timeout_s=0.01)
