"""How much a chain committed, counted in its own events by the same rule for every driver."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from system.chain.rpc import Rpc, RpcError

_BLOCKS_A_QUERY = 20


@dataclass(frozen=True, slots=True)
class Committed:
    """What a run's blocks hold: `per_s` is a rate between block timestamps."""

    submissions: int
    per_s: float
    span_s: float
    blocks: int
    longest_gap_s: float


def committed(rpc: Rpc, topics: Sequence[str], *, first: int, last: int) -> Committed:
    """Complete submissions a second, from the first block that holds any to the last.

    `topics` are events of which a submission leaves one. What the first block holds was committed
    before that time began, so it does not count. Raises RpcError for fewer than four such blocks.
    """
    counts = _counts(rpc, topics, first, last)
    numbers = sorted(counts)
    if len(numbers) < 4:
        raise RpcError(0, f"only {len(numbers)} blocks with submissions: too few to give a rate")
    stamps = [_timestamp(rpc, number) for number in numbers]
    span_s = stamps[-1] - stamps[0]
    return Committed(
        submissions=sum(counts.values()),
        per_s=sum(counts[number] for number in numbers[1:]) / span_s,
        span_s=float(span_s),
        blocks=len(numbers),
        longest_gap_s=float(max(after - before for before, after in itertools.pairwise(stamps))),
    )


def _counts(rpc: Rpc, topics: Sequence[str], first: int, last: int) -> Counter[int]:
    counts: Counter[int] = Counter()
    for start in range(first, last + 1, _BLOCKS_A_QUERY):
        end = min(last, start + _BLOCKS_A_QUERY - 1)
        wanted = {"fromBlock": hex(start), "toBlock": hex(end), "topics": [list(topics)]}
        counts.update(int(log["blockNumber"], 16) for log in rpc.call("eth_getLogs", wanted))
    return counts


def _timestamp(rpc: Rpc, number: int) -> int:
    return int(rpc.call("eth_getBlockByNumber", hex(number), False)["timestamp"], 16)
