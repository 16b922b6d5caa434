"""How many blocks a submission fills, by the gas of its transactions."""

from __future__ import annotations

import pytest

from bench.load.calibrate import blocks_needed


@pytest.mark.parametrize(
    ("gas", "blocks"),
    [
        ([], 0),
        ([10], 1),
        ([50, 50], 1),
        ([50, 51], 2),
        ([60, 60, 60], 3),  # no two of them share a block of 100
        ([30, 30, 30, 30], 2),
        ([100, 1], 2),
    ],
)
def test_transactions_in_order_fill_blocks(gas: list[int], blocks: int) -> None:
    assert blocks_needed(gas, 100) == blocks
