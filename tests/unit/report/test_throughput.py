"""Rates, gas and fill of blocks, against figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.report.throughput import (
    achieved_per_s,
    block_intervals_s,
    block_loads,
    committed,
    gas_per_submission,
    gas_utilisation,
)
from tests.unit.report.synthetic import TRANSACTION_GAS


def test_the_rate_is_of_whole_block_intervals(measured):
    cell = measured(rate=10)
    rate = committed(cell)
    assert rate.per_s == pytest.approx(10)
    assert rate.bytes_per_s == pytest.approx(314_000)
    assert rate.basis == "blocks"
    assert list(block_loads(cell).index) == list(range(3, 12))


def test_failures_are_not_committed(measured):
    # Submissions 30 to 39 are meant for second 3 and would be completed in block 5.
    failing = dict.fromkeys(range(30, 40), ("reverted", "why"))
    assert committed(measured(failing=failing)).per_s == pytest.approx(80 / 9)


def test_what_completes_in_the_first_block_of_the_window_is_not_counted(measured):
    failing = dict.fromkeys(range(10), ("timed_out", ""))  # all of block 2
    assert committed(measured(failing=failing)).per_s == pytest.approx(10)


def test_a_halted_cell_pays_for_its_silence(measured):
    # Blocks after 6 hold nothing of ours: 50 submissions in a window of 10 s.
    failing = dict.fromkeys(range(50, 120), ("aborted", "halted"))
    rate = committed(measured(failing=failing, end={"outcome": "halted"}))
    assert (rate.per_s, rate.basis) == (pytest.approx(5), "window")


def test_too_few_blocks_fall_back_to_the_window(measured):
    rate = committed(measured(late_s=9.0))  # only blocks 1 and 2 are seen before second 12
    assert (rate.per_s, rate.basis) == (pytest.approx(10 / 10), "window")


def test_a_block_nobody_saw_counts_for_the_next_one(measured):
    whole = measured()
    cell = replace(whole, blocks=whole.blocks[whole.blocks["number"] != 5])
    loads = block_loads(cell)
    assert loads.loc[6].to_dict() == {
        "completed": 20,
        "payload_bytes": 628_000,
        "interval_s": pytest.approx(2),
    }
    assert committed(cell).per_s == pytest.approx(10)


def test_nothing_measured_is_none(measured):
    cell = measured(killed_after=0)
    assert committed(cell).per_s == 0
    assert gas_per_submission(measured(rate=0)) is None
    assert committed(measured(rate=0, killed_after=0)) is None


def test_gas_comes_from_blocks_that_hold_nothing_else(measured):
    cell = measured(transactions=3, rate=2)
    assert gas_per_submission(cell) == 3 * TRANSACTION_GAS
    cell.blocks["transactions"] += 1
    assert gas_per_submission(cell) is None


def test_gas_of_receipts_goes_first(measured):
    cell = measured()
    cell.rows.loc[:, "gas_used"] = np.where(np.arange(len(cell.rows)) % 2, 100.0, 300.0)
    assert gas_per_submission(cell) == 200


def test_fill_and_intervals_are_of_the_windows_blocks(measured):
    cell = measured()
    assert list(gas_utilisation(cell)) == [0.5] * 10
    assert list(block_intervals_s(cell)) == [1.0] * 9


def test_the_generators_rate_is_what_it_sent(measured):
    assert achieved_per_s(measured(rate=7)) == pytest.approx(7)
