"""Clients that read whole blocks: what each says of one, "" where it reads it."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections.abc import Callable

from web3 import AsyncWeb3
from web3.middleware import ExtraDataToPOAMiddleware
from web3.providers import WebSocketProvider

from bench.network.build import environment, geth_binary
from system.chain.rpc import Rpc

# Of an address, a block's number and how many transactions it holds.
Client = Callable[[str, int, int], str]
_LIMIT_S = 60


def clients() -> dict[str, Client]:
    """The clients by name."""
    return {"go-ethereum over a WebSocket": _go, "web3.py over a WebSocket": _web3}


def json_bytes(url: str, number: int) -> int:
    """The size of the JSON that a node answers for a whole block."""
    block = Rpc(url).call("eth_getBlockByNumber", hex(number), True)
    return len(json.dumps(block, separators=(",", ":")))


def _go(socket: str, number: int, count: int) -> str:
    """The node's own console: its RPC client is the library that Go programs use."""
    script = f"eth.getBlock({number}, true).transactions.length"
    done = subprocess.run(
        [str(geth_binary()), "attach", "--exec", script, socket],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
    )
    said = done.stdout.strip() or done.stderr.strip()
    return "" if said == str(count) else _first_line(said)


def _web3(socket: str, number: int, count: int) -> str:
    """web3.py with what it is given by default."""
    try:
        return "" if asyncio.run(_length(socket, number)) == count else "another number"
    except Exception as error:  # whatever a client raises is what it says
        return _first_line(f"{type(error).__name__}: {error}")


async def _length(socket: str, number: int) -> int:
    async with AsyncWeb3(WebSocketProvider(socket)) as w3:
        # QBFT's extra data is longer than Ethereum's: web3 asks to be told.
        w3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        block = await w3.eth.get_block(number, full_transactions=True)
        return len(block["transactions"])


def _first_line(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip().splitlines()[0])[:160] if text.strip() else "nothing"
