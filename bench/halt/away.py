"""A validator that was away while large blocks were made, and has to fetch them from its peers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

from bench.halt.calldata import signed_of_size
from bench.halt.trial import Trial
from bench.halt.view import LOGGING, ask, head
from bench.halt.watch import best, until
from bench.network.running import Network
from system.chain.keys import derive_key
from system.chain.rpc import Rpc
from system.errors import NetworkError

_BLOCK_S = 10.0
_BLOCKS_LIMIT_S = 120.0
_SMALL_BYTES = 300


def come_back(network: Network, trial: Trial, others: Sequence[Rpc]) -> float | None:
    """Seconds that the last validator needs to be level with the others once it is started.

    None: it was not after `trial.limit_s`. Before that the others make `trial.away_blocks` more
    blocks, each with a small transaction; Raft makes none without, and forgets its entries once 250
    more have come, so that a node has to ask for blocks as those of other consensuses do.
    """
    rpc = best(others)
    _more_blocks(rpc, trial.away_blocks, chain_id=network.topology.chain_id)
    wanted = _height(rpc)
    started_s = time.monotonic()
    with suppress(NetworkError):  # it may still come; what counts is whether it does in time
        network.restart(len(network.nodes) - 1)
    back = Rpc(network.endpoints[-1], timeout_s=_BLOCK_S)
    ask(back, "debug_vmodule", LOGGING)
    level = until(lambda: _height(back) >= wanted, limit_s=trial.limit_s)
    return round(time.monotonic() - started_s, 1) if level else None


def _more_blocks(rpc: Rpc, count: int, *, chain_id: int) -> None:
    key = derive_key("halt", "passer-by", 0)
    deadline_s = time.monotonic() + _BLOCKS_LIMIT_S
    for nonce in range(count):
        before = _height(rpc)
        raw = signed_of_size(_SMALL_BYTES, bytes, key=key, nonce=nonce, chain_id=chain_id)
        ask(rpc, "eth_sendRawTransaction", "0x" + raw.hex())
        while _height(rpc) == before and time.monotonic() < deadline_s:
            time.sleep(0.02)


def _height(rpc: Rpc) -> int:
    newest = head(rpc)
    return -1 if newest is None else newest.number
