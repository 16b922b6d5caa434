"""The counts of a run held against the chain: read anew from blocks and events, not from rows."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from bench.load.session import Session
from system.chain.rpc import Rpc, RpcError

_BLOCKS_A_QUERY = 20
_TRIES, _PAUSE_S = 20, 0.25


@dataclass(frozen=True, slots=True)
class OnChain:
    """What the chain holds of a session: transaction hashes, and completed results by worker."""

    hashes: frozenset[str]
    completed: dict[str, int]  # by checksummed-insensitive (lower case) address

    def transactions(self, sent: Collection[str]) -> int:
        """How many of the transactions that were sent are in blocks."""
        return sum(one in self.hashes for one in sent)

    def submissions(self, workers: Collection[str]) -> int:
        """How many results of these workers the contracts recorded."""
        return sum(self.completed.get(worker.lower(), 0) for worker in workers)


def read_chain(rpc: Rpc, session: Session, *, last_block: int) -> OnChain:
    """Recount blocks `session.first_block` to `last_block`; raises RpcError or Unreachable."""
    hashes: set[str] = set()
    completed: dict[str, int] = {}
    for first, last in spans(session.first_block, last_block):
        numbers = range(first, last + 1)
        blocks = present(rpc, [("eth_getBlockByNumber", [hex(n), False]) for n in numbers])
        hashes.update(one for block in blocks for one in block["transactions"])
        for log in present(rpc, [("eth_getLogs", [_filter(session, first, last)])])[0]:
            worker = "0x" + log["topics"][1][-40:]
            completed[worker] = completed.get(worker, 0) + 1
    return OnChain(frozenset(hashes), completed)


def _filter(session: Session, first: int, last: int) -> dict[str, Any]:
    topics = [list(session.completed_topics)]
    return {"fromBlock": hex(first), "toBlock": hex(last), "topics": topics}


def spans(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The blocks `first` to `last` in parts that one request takes, as (first, last) of each."""
    for start in range(first, last + 1, _BLOCKS_A_QUERY):
        yield start, min(last, start + _BLOCKS_A_QUERY - 1)


def present(rpc: Rpc, requests: list[tuple[str, list[Any]]]) -> list[Any]:
    """The answers, asked for again while the node, busy writing a block, answers null."""
    for _ in range(_TRIES):
        answers = rpc.batch(requests)
        for answer in answers:
            if isinstance(answer, RpcError):
                raise answer
        if None not in answers:
            return answers
        time.sleep(_PAUSE_S)
    missing = [params[0] for (_, params), one in zip(requests, answers, strict=True) if one is None]
    raise RpcError(0, f"the node has no answer for {missing[:3]}")
