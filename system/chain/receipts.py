"""Waiting for transactions to be mined, and why one failed."""

from __future__ import annotations

import time
from typing import Any

from system.chain.abi import error_signatures, error_text
from system.chain.compiler import compile_all
from system.chain.rpc import Rpc, RpcError
from system.errors import NetworkError, WeighbridgeError

_POLL_S = 0.1


class Reverted(WeighbridgeError):
    """A mined transaction failed; `reason` is such as "NotStore(0x…)", `receipt` the node's."""

    def __init__(self, reason: str, receipt: dict[str, Any]) -> None:
        super().__init__(f"transaction {receipt['transactionHash']} failed: {reason}")
        self.reason = reason
        self.receipt = receipt

    @property
    def name(self) -> str:
        """The custom error's name alone."""
        return self.reason.partition("(")[0]


class NotMined(NetworkError):
    """A transaction was in no block when the time was up."""


def wait_for_receipt(
    rpc: Rpc, tx_hash: bytes | str, *, timeout_s: float = 60.0, poll_s: float = _POLL_S
) -> dict[str, Any]:
    """The receipt of a transaction that succeeded, asked for every `poll_s`.

    Raises Reverted with the custom error's name where it failed, NotMined after `timeout_s`.
    """
    wanted = _hex(tx_hash)
    deadline_s = time.monotonic() + timeout_s
    while True:
        receipt: dict[str, Any] | None = rpc.call("eth_getTransactionReceipt", wanted)
        if receipt is not None:
            break
        if time.monotonic() > deadline_s:
            raise NotMined(
                f"transaction {wanted} is in no block after {timeout_s:g} s; "
                "see whether the chain still makes blocks (`weighbridge network status`)"
            )
        time.sleep(poll_s)
    if int(receipt["status"], 16) != 1:
        raise Reverted(revert_reason(rpc, wanted), receipt)
    return receipt


def revert_reason(rpc: Rpc, tx_hash: bytes | str) -> str:
    """Why a mined transaction failed, in words: its custom error with values where there is one.

    Asks the node's tracer, which sees the very state the transaction saw; where the node has none,
    the transaction is run again on the block before, which may tell another reason.
    """
    data = _traced(rpc, _hex(tx_hash))
    if data is None:
        data = _replayed(rpc, _hex(tx_hash))
    if not data:
        return "no reason given (out of gas, or a call that Solidity refuses without one)"
    return error_text(data, error_signatures(a.abi for a in compile_all().values()))


def _traced(rpc: Rpc, tx_hash: str) -> bytes | None:
    try:
        trace = rpc.call("debug_traceTransaction", tx_hash, {"tracer": "callTracer"})
    except RpcError:
        return None
    return bytes.fromhex(trace.get("output", "0x")[2:])


def _replayed(rpc: Rpc, tx_hash: str) -> bytes:
    sent = rpc.call("eth_getTransactionByHash", tx_hash)
    call = {"from": sent["from"], "data": sent["input"], "gas": sent["gas"]}
    if sent["to"] is not None:
        call["to"] = sent["to"]
    try:
        rpc.call("eth_call", call, hex(int(sent["blockNumber"], 16) - 1))
    except RpcError as error:
        return error.data
    return b""


def _hex(tx_hash: bytes | str) -> str:
    return tx_hash if isinstance(tx_hash, str) else "0x" + tx_hash.hex()
