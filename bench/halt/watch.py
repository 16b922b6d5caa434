"""Waiting with a deadline: for a chain to work through what it was sent, or to fall silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

from bench.halt.result import BlockFact
from bench.halt.view import head, pool
from system.chain.rpc import Rpc

_POLL_S = 0.5
# Blocks after the last waiting transaction: consensus goes on without a load.
_QUIET_BLOCKS = 2

End = Literal["settled", "silent", "late"]


def watch(rpcs: Sequence[Rpc], *, raft: bool, halt_after_s: float, limit_s: float) -> End:
    """How the watch ended: nothing waits any more and blocks come; no block for `halt_after_s`;
    neither within `limit_s`. A Raft chain makes no blocks while nothing waits."""
    now_s = time.monotonic()
    deadline_s, moved_s, height, emptied = now_s + limit_s, now_s, -1, None
    while now_s < deadline_s:
        newest = best_head(rpcs)
        if newest is not None and newest.number > height:
            height, moved_s = newest.number, now_s
        emptied = (height if emptied is None else emptied) if _empty(rpcs) else None
        if emptied is not None and (raft or height >= emptied + _QUIET_BLOCKS):
            return "settled"
        if now_s - moved_s > halt_after_s:
            return "silent"
        time.sleep(_POLL_S)
        now_s = time.monotonic()
    return "late"


def until(condition: Callable[[], bool], *, limit_s: float) -> bool:
    """Whether the condition came true within `limit_s`."""
    deadline_s = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(_POLL_S)
    return True


def best_head(rpcs: Sequence[Rpc]) -> BlockFact | None:
    """The newest block that any validator has, None if none answers."""
    heads = [found for found in map(head, rpcs) if found is not None]
    return max(heads, key=lambda block: block.number, default=None)


def best(rpcs: Sequence[Rpc]) -> Rpc:
    """The validator that is ahead, the first one if none answers."""
    return max(rpcs, key=lambda rpc: found.number if (found := head(rpc)) else -1)


def _empty(rpcs: Sequence[Rpc]) -> bool:
    pending = [pool(rpc)[0] for rpc in rpcs]
    return all(not waiting for waiting in pending) and any(one == 0 for one in pending)
