"""How much a chain committed, counted in its blocks by the same rule for every driver."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from system.chain.rpc import Rpc, RpcError

_BLOCKS_A_BODY = 50


@dataclass(frozen=True, slots=True)
class Committed:
    """What the blocks of a run hold: `per_s` is a rate between block timestamps."""

    transactions: int
    per_s: float
    span_s: float
    largest_block_bytes: int
    longest_gap_s: float


def committed(rpc: Rpc, *, first: int, last: int) -> Committed:
    """Transactions a second over the non-empty blocks of a run, without the first and the last.

    The first block's share and the last one's depend on when the run began and ended within a
    period, so the rate is what the blocks between them hold, over the time from the first to the
    last but one.
    """
    blocks = [block for block in _blocks(rpc, first, last) if block["transactions"]]
    stamps = [int(block["timestamp"], 16) for block in blocks]
    counts = [len(block["transactions"]) for block in blocks]
    if len(blocks) < 4:
        raise RpcError(0, f"only {len(blocks)} blocks with transactions: too few to give a rate")
    span_s = stamps[-2] - stamps[0]
    return Committed(
        transactions=sum(counts),
        per_s=sum(counts[1:-1]) / span_s,
        span_s=float(span_s),
        largest_block_bytes=max(int(block["size"], 16) for block in blocks),
        longest_gap_s=float(max(b - a for a, b in itertools.pairwise(stamps))),
    )


def _blocks(rpc: Rpc, first: int, last: int) -> list[dict[str, str]]:
    numbers = range(first, last + 1)
    blocks: list[dict[str, str]] = []
    for start in range(0, len(numbers), _BLOCKS_A_BODY):
        part = numbers[start : start + _BLOCKS_A_BODY]
        blocks += rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in part])
    return blocks
