"""The comparison's arithmetic: ratios within a repeat, medians over repeats."""

from __future__ import annotations

import pytest

from bench.compare.figures import SIZES, Naive, Pair, figures
from bench.compare.meter import Committed, committed
from bench.compare.runs import Measured
from system.chain.rpc import RpcError
from system.weights import codec


def measured(per_s: float, cpu_ms: float = 1.0) -> Measured:
    return Measured(Committed(100, per_s, 10.0, 10, 1.0), cpu_ms)


def test_a_ratio_is_taken_within_its_repeat():
    pairs = [
        Pair("31400", measured(100), measured(90, 0.8)),
        Pair("31400", measured(50), measured(50, 0.9)),
        Pair("31400", measured(80), measured(120, 2.0)),
    ]
    found = figures(pairs, [])
    assert found["flood_ratio_31400"] == 1.0  # of 0.9, 1.0 and 1.5
    assert found["generator_cpu_ms_31400"] == 0.9
    assert "naive_ratio_7850" not in found


def test_the_naive_user_is_the_denominator():
    naive = Naive(measured(2, 400), measured(80, 0.8), measured(8, 3))
    found = figures([], [naive])
    assert found["naive_ratio_7850"] == 40
    assert found["naive_same_encoding_ratio_7850"] == 4
    assert found["naive_cpu_ratio_7850"] == pytest.approx(0.002)


@pytest.mark.parametrize("size", ["31400", "120000"])
def test_a_size_is_named_by_its_bytes(size):
    assert codec("float32").size(int(SIZES[size])) == int(size)


class Blocks:
    """A chain that answers the two questions of the meter."""

    def __init__(self, counts: dict[int, int], period_s: int) -> None:
        self.counts, self.period_s = counts, period_s

    def call(self, method: str, *params):
        if method == "eth_getBlockByNumber":
            return {"timestamp": hex(1000 + int(params[0], 16) * self.period_s)}
        first, last = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        numbers = [n for n, count in self.counts.items() for _ in range(count)]
        return [{"blockNumber": hex(n)} for n in numbers if first <= n <= last]


def test_the_rate_begins_with_the_first_block_that_holds_any():
    found = committed(Blocks({5: 7, 6: 20, 8: 30, 30: 10}, 2), ["0x"], first=1, last=60)
    assert (found.submissions, found.blocks, found.span_s) == (67, 4, 50.0)
    assert found.per_s == 60 / 50
    assert found.longest_gap_s == 44.0


def test_too_few_blocks_give_no_rate():
    with pytest.raises(RpcError, match="too few"):
        committed(Blocks({1: 5, 2: 5, 3: 5}, 1), ["0x"], first=1, last=9)
