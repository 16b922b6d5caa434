"""The name of the error that turned a mined transaction down."""

from __future__ import annotations

from typing import Any

import pytest

from bench.load.reverts import named_failure
from system.chain.abi import call_data
from system.chain.rpc import RpcError, Unreachable

RECEIPT = {"status": "0x0", "gasUsed": "0x5208", "transactionHash": "0xaa", "blockNumber": "0x7"}


class Node:
    """Answers a transaction's question, and reverts when it is called again."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.called: list[Any] = []

    def call(self, method: str, *params: Any) -> Any:
        if method == "eth_getTransactionByHash":
            return {"from": "0x1", "to": "0x2", "input": "0x33", "value": "0x4", "gas": "0x5"}
        self.called = [method, *params]
        if self.error is not None:
            raise self.error
        return "0x"


def test_the_error_has_its_name_and_values():
    node = Node(RpcError(3, "execution reverted", call_data("NoSeatLeft(uint32)", 5)))
    assert named_failure(node, RECEIPT) == "reverted: NoSeatLeft(5)"  # type: ignore[arg-type]
    sent = {"from": "0x1", "to": "0x2", "data": "0x33", "value": "0x4", "gas": "0x5"}
    assert node.called == ["eth_call", sent, "0x7"]


@pytest.mark.parametrize(
    "error", [None, RpcError(3, "gone"), Unreachable("http://127.0.0.1:1", "no answer")]
)
def test_what_the_node_can_not_tell_is_said_by_its_gas(error):
    assert named_failure(Node(error), RECEIPT) == "reverted after 21000 gas"  # type: ignore[arg-type]


def test_success_and_a_nodes_own_words_need_no_question():
    node = Node(AssertionError("asked"))
    assert named_failure(node, {**RECEIPT, "status": "0x1"}) == ""  # type: ignore[arg-type]
    data = call_data("NoSeatLeft(uint32)", 5)
    words = {**RECEIPT, "revertReason": "0x" + data.hex()}
    assert named_failure(node, words) == "reverted: NoSeatLeft(5)"  # type: ignore[arg-type]
