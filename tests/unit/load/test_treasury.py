"""Whose ether paid jobs are paid with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.load.workloads.paid.treasury import fund
from system.chain.keys import address_of, derive_key
from system.chain.rpc import RpcError
from system.errors import UsageError

TO = "0x" + "11" * 20
OWN = derive_key("weighbridge", "treasury", 0)


class Node:
    """A chain on which some accounts have ether; the first `refusals` transfers find their nonce
    taken."""

    url = "http://127.0.0.1:1"

    def __init__(self, held: dict[str, int], refusals: int = 0, words: str = "") -> None:
        self.held, self.refusals, self.words = held, refusals, words
        self.sent = 0

    def call(self, method: str, *params: Any) -> Any:
        if method == "eth_getBalance":
            return hex(self.held.get(params[0], 0))
        if method == "eth_getTransactionCount":
            return "0x0"
        if method == "eth_sendRawTransaction":
            if self.refusals:
                self.refusals -= 1
                raise RpcError(-32000, self.words)
            self.sent += 1
            return "0xaa"
        assert method == "eth_getTransactionReceipt"
        return {"status": "0x1", "blockNumber": "0x1", "transactionHash": "0xaa"}


def pay(node: Node, funder: Path | None = None) -> None:
    fund(node, TO, 50, chain_id=7, topology="", funder=funder)  # type: ignore[arg-type]


def test_the_test_account_of_a_network_of_ours_pays():
    node = Node({address_of(OWN): 50})
    pay(node)
    assert node.sent == 1


def test_a_file_names_another_account(tmp_path):
    key = derive_key("mine", "funder", 0)
    (tmp_path / "key").write_text("0x" + key.hex() + "\n")
    node = Node({address_of(key): 60})
    pay(node, tmp_path / "key")
    assert node.sent == 1


@pytest.mark.parametrize("held", [0, 49])
def test_who_can_not_pay_is_told_what_to_give(held):
    with pytest.raises(UsageError, match="give --funder"):
        pay(Node({address_of(OWN): held}))


@pytest.mark.parametrize("content", ["", "12", "zz" * 32])
def test_a_file_without_a_key_is_refused_and_not_repeated(tmp_path, content):
    (tmp_path / "key").write_text(content)
    with pytest.raises(UsageError, match="holds no key") as raised:
        pay(Node({}), tmp_path / "key")
    assert "zz" not in str(raised.value)
    with pytest.raises(UsageError, match="holds no key"):
        pay(Node({}), tmp_path / "missing")


def test_a_nonce_that_another_swarm_took_is_not_the_end():
    node = Node({address_of(OWN): 50}, 2, "replacement transaction underpriced")
    pay(node)
    assert node.sent == 1
    with pytest.raises(RpcError, match="pool is full"):
        pay(Node({address_of(OWN): 50}, 1, "txpool is full"))
