"""The in-process chain with what a node remembers of it: logs and transactions' input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from system.chain.sender import Call
from tests.evm import Evm, Receipt


@dataclass(slots=True)
class Recorder:
    """Sends as the Evm does, and answers `eth_getLogs` and `eth_getTransactionByHash` too."""

    evm: Evm
    inputs: dict[str, bytes] = field(default_factory=dict)
    logs: list[dict[str, Any]] = field(default_factory=list)

    def send(self, sender: str, call: Call) -> Receipt:
        """What a transaction left; raises Refused."""
        receipt = self.evm.send(sender, call)
        number = f"0x{len(self.inputs):064x}"
        self.inputs[number] = call.data
        self.logs += [
            {
                "address": log.address,
                "topics": log.topics,
                "data": log.data,
                "transactionHash": number,
                "blockNumber": hex(self.number),
            }
            for log in receipt.logs
        ]
        return receipt

    @property
    def number(self) -> int:
        """The block that transactions are in."""
        return self.evm.number

    def mine(self, blocks: int = 1) -> None:
        """Let that many blocks pass."""
        self.evm.mine(blocks)

    def call(self, method: str, *params: Any) -> Any:
        """What a node answers."""
        if method == "eth_getTransactionByHash":
            return {"input": "0x" + self.inputs[params[0]].hex(), "v": "0x25f0"}
        if method == "eth_getLogs":
            return [log for log in self.logs if _matches(log, params[0])]
        return self.evm.call(method, *params)


def _matches(log: dict[str, Any], filters: dict[str, Any]) -> bool:
    """Whether a node's filter lets the log through: None stands for all topics, a list for any."""
    if log["address"].lower() != filters["address"].lower():
        return False
    first, last = filters.get("fromBlock", "0x0"), filters.get("toBlock", log["blockNumber"])
    if not int(first, 16) <= int(log["blockNumber"], 16) <= int(last, 16):
        return False
    wanted = [one if isinstance(one, list) else [one] for one in filters.get("topics", [])]
    pairs = zip(wanted, log["topics"], strict=False)
    return len(wanted) <= len(log["topics"]) and all(
        None in any_of or topic in any_of for any_of, topic in pairs
    )
