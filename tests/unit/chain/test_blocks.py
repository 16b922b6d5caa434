"""Blocks are waited for, asked for where a chain idles, and not waited for in vain."""

from __future__ import annotations

from typing import Any

import pytest

from system.chain import blocks
from system.chain.blocks import Blocks, NoBlocks
from system.chain.outbox import Outbox
from system.chain.rpc import Rpc
from system.chain.sender import Sender


class Node(Rpc):
    """A node with a new block for each `asks` questions, or for each transaction."""

    def __init__(self, *, asks: int = 0) -> None:
        super().__init__("http://127.0.0.1:1")
        self.asks = asks
        self.asked = self.transactions = 0

    def call(self, method: str, *params: Any) -> Any:
        if method == "eth_getTransactionCount":
            return "0x0"
        self.asked += 1
        return hex(self.asked // self.asks if self.asks else self.transactions)

    def batch(self, requests: Any) -> list[Any]:
        self.transactions += len(requests)
        return [f"0x{self.transactions}" for _ in requests]


def followed(node: Node, *, idles: bool) -> Blocks:
    return Blocks(Sender(node, b"\1" * 32, 1337), Outbox(node, 1337), idles=idles)


def test_each_block_comes_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_POLL_S", 0.0)
    found = followed(Node(asks=3), idles=False)
    numbers = [number for number, _ in zip(found, range(4), strict=False)]
    assert numbers == [0, 1, 2, 3]


def test_an_idle_chain_is_nudged_once_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_NUDGE_AFTER_S", 0.0)
    node = Node()
    found = followed(node, idles=True)
    assert found.after(found.newest()) == node.transactions == 1


def test_a_chain_without_blocks_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_PATIENCE_S", 0.0)
    node = Node()
    with pytest.raises(NoBlocks, match="no block after 0"):
        followed(node, idles=False).after(0)
    assert node.transactions == 0
