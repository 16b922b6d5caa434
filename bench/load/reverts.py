"""Why a mined transaction failed, by the error's name, at the price of one call."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from bench.load.watcher import failure
from system.chain.abi import error_signatures, error_text
from system.chain.compiler import compile_all
from system.chain.rpc import Rpc, RpcError, Unreachable


def namer(rpc: Rpc) -> Callable[[dict[str, Any]], str]:
    """`named_failure` for receipts of that node; the errors' names are read now, off the clock."""
    _signatures()
    return partial(named_failure, rpc)


def named_failure(rpc: Rpc, receipt: dict[str, Any]) -> str:
    """As `failure` says it, with the custom error's name and values where the chain tells them.

    The transaction is called again on its own block's state: the tracer, which is sure, would run
    the whole block anew while the node is being measured.
    """
    said = failure(receipt)
    if not said:
        return ""
    given = receipt.get("revertReason")
    try:
        data = bytes.fromhex(given[2:]) if given else _called_again(rpc, receipt)
    except (RpcError, Unreachable):
        return said
    return f"reverted: {error_text(data, _signatures())}" if data else said


def _called_again(rpc: Rpc, receipt: dict[str, Any]) -> bytes:
    sent = rpc.call("eth_getTransactionByHash", receipt["transactionHash"])
    call = {"from": sent["from"], "to": sent["to"], "data": sent["input"], "value": sent["value"]}
    try:
        rpc.call("eth_call", {**call, "gas": sent["gas"]}, receipt["blockNumber"])
    except RpcError as error:
        return error.data
    return b""


@cache
def _signatures() -> dict[bytes, str]:
    return error_signatures(one.abi for one in compile_all().values())
