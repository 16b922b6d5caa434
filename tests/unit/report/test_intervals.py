"""Intervals hold what they should, and blocks, not submissions, are resampled."""

from __future__ import annotations

import numpy as np
import pytest

from bench.report.intervals import ACROSS_REPEATS, BLOCK_BOOTSTRAP, ci95


def test_a_steady_load_has_an_interval_of_no_width(measured):
    found = ci95([measured()])
    assert found.committed_per_s == (pytest.approx(10), pytest.approx(10))
    assert found.latency_p50_s == (pytest.approx(1.6, abs=1e-6), pytest.approx(1.6, abs=1e-6))
    assert found.method == BLOCK_BOOTSTRAP


def test_a_missing_second_widens_the_interval_around_the_rate(measured):
    failing = dict.fromkeys(range(50, 60), ("timed_out", ""))
    low, high = ci95([measured(failing=failing)]).committed_per_s
    assert low < 80 / 9 < high <= 10 + 1e-9


def test_the_same_rows_give_the_same_interval(measured):
    failing = dict.fromkeys(range(50, 60), ("timed_out", ""))
    cell = measured(failing=failing)
    assert ci95([cell]) == ci95([cell])


def test_submissions_of_one_block_count_as_one(measured):
    """Four blocks hold slow submissions: by submission that would look ten times as certain."""
    cell = measured()
    slow = cell.rows["last_block"].isin([4, 5, 6, 7])
    cell.rows.loc[slow, "latency_s"] += 10
    low, high = ci95([cell]).latency_p50_s
    assert low < 2.1
    assert high > 10


def test_from_three_repeats_on_the_repeats_count(measured):
    cells = [measured(rate=rate) for rate in (9, 10, 11)]
    found = ci95(cells)
    assert found.method == ACROSS_REPEATS
    reach = 4.302653 * np.std([9, 10, 11], ddof=1) / np.sqrt(3)
    assert found.committed_per_s == (pytest.approx(10 - reach), pytest.approx(10 + reach))


def test_repeats_of_which_none_was_measured_have_no_interval_and_no_method(measured):
    empty = measured(end={"window_start_s": None, "window_end_s": None}, rate=0)
    assert ci95([empty] * 3).method is None


def test_nothing_to_resample_gives_no_interval(measured):
    found = ci95([measured(killed_after=0)])
    assert (found.committed_per_s, found.latency_p50_s, found.method) == (None, None, None)
