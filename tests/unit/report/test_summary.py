"""What summary.json says of a point, against figures worked out by hand."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.record.reader import read_run
from bench.record.schema import OUTCOMES
from bench.report.contract import Latencies, PointSummary
from bench.report.frame import cells_of
from bench.report.summary import NO_END, OTHER_REASONS, summarise
from tests.unit.report.synthetic import BLOCK_OVERHEAD_BYTES, Load, write_run

CONTRACT = {
    *(
        "system",
        "weights",
        "encoding",
        "store",
        "privacy",
        "payload_bytes",
        "transactions_per_submission",
    ),
    *("offered_per_s", "valid", "outcome", "wall", "submitted", "included", "reverted"),
    *("rejected", "evicted", "timed_out", "aborted", "committed_per_s", "committed_bytes_per_s"),
    *("latency_s", "service_s", "gas_per_submission", "gas_predicted", "block_bytes_max"),
    *("block_gas_utilisation", "blocks", "block_interval_s", "generator_cpu_s", "decode_error_max"),
    *(
        "repeats",
        "ci95",
    ),
}

FAILURES = [outcome for outcome in OUTCOMES if outcome != "included"]


def test_every_field_of_the_contract_is_there():
    assert {field.name for field in fields(PointSummary)} >= CONTRACT
    percentiles = {field.name for field in fields(Latencies)}
    assert {"p50", "p90", "p95", "p99", "max"} <= percentiles


def test_latency_counts_from_the_intended_send(summarised):
    [point] = summarised(Load(rate=10))
    # Evenly from 1.15 to 2.05 s: numpy's linear percentiles of ten equal groups of ten values.
    assert point.latency_s.n == 100
    assert point.latency_s.p50 == pytest.approx(1.6, abs=1e-6)
    assert point.latency_s.p90 == pytest.approx(1.955, abs=0.006)
    assert point.latency_s.max == pytest.approx(2.05, abs=1e-6)
    assert point.latency_s.mean == pytest.approx(1.6, abs=1e-6)
    assert point.service_s.p50 == pytest.approx(1.59, abs=1e-6)


def test_the_figures_of_a_plain_load(summarised):
    [point] = summarised(Load(rate=10))
    assert (point.submitted, point.included, point.failed) == (120, 120, 0)
    assert point.committed_per_s == pytest.approx(10)
    assert point.weights_per_s == pytest.approx(78_500)
    assert point.achieved_per_s == pytest.approx(10)
    assert point.block_bytes_max == BLOCK_OVERHEAD_BYTES + 10 * 31_700
    assert point.block_gas_utilisation == pytest.approx(0.5)
    assert point.block_interval_s.mean == pytest.approx(1)
    assert (point.blocks, point.repeats, point.rounds_above_zero) == (10, 1, 0)
    assert point.ms_cpu_per_submission == pytest.approx(5)
    assert point.reconciled.agrees
    assert (point.valid, point.outcome, point.wall) == (True, "ok", None)


def test_failures_are_counted_by_kind_and_reason_and_enter_no_latency(summarised):
    failing = {40: ("rejected", "full"), 41: ("rejected", "full"), 42: ("rejected", "old nonce")}
    [point] = summarised(Load(failing=failing | {50: ("reverted", "why")}))
    assert (point.included, point.rejected, point.reverted) == (116, 3, 1)
    assert point.failures == {
        "reverted": {"why": 1},
        "rejected": {"full": 2, "old nonce": 1},
    }
    assert point.latency_s.n == 96


def test_rare_reasons_are_counted_together(summarised):
    failing = {number: ("rejected", f"reason {number}") for number in range(40)}
    [point] = summarised(Load(failing=failing))
    assert len(point.failures["rejected"]) == 13
    assert point.failures["rejected"][OTHER_REASONS] == 28
    assert sum(point.failures["rejected"].values()) == point.rejected


def test_repeats_are_folded(summarised):
    loads = [Load(cell=f"cell-r{n}", repeat=n, late_s=0.1 * n) for n in (1, 2, 3)]
    loads[1] = Load(cell="cell-r2", repeat=2, late_s=0.2, failing={3: ("timed_out", "")})
    [point] = summarised(*loads)
    assert point.cell_ids == ["cell-r1", "cell-r2", "cell-r3"]
    assert (point.repeats, point.submitted, point.included) == (3, 360, 359)
    assert point.latency_s.n == 300
    assert point.latency_s.p50 == pytest.approx(1.8, abs=0.01)
    assert point.committed_per_s == pytest.approx(10)
    low, high = point.ci95.latency_p50_s  # 1.7, 1.8, 1.9: mean 1.8, t(2) 4.303, error 0.0577
    assert (low, high) == (pytest.approx(1.8 - 0.2484, abs=1e-3), pytest.approx(2.0484, abs=1e-3))


@pytest.mark.parametrize(
    "other",
    [
        Load(cell="b", rate=11),
        Load(cell="b", encoding="int8"),
        Load(cell="b", facts={"store": "events"}),
        Load(cell="b", facts={"gas_limit": 20_000_000}),
        Load(cell="b", facts={"period_s": 5.0}),
        Load(cell="b", facts={"topology": "raft-3"}),
        Load(cell="b", facts={"privacy": "private"}),
        Load(cell="b", facts={"system": "models"}),
    ],
)
def test_what_differs_is_another_point(summarised, other):
    assert [point.repeats for point in summarised(Load(), other)] == [1, 1]


def test_a_gas_limit_that_wavers_is_the_same_point(summarised):
    other = Load(cell="b", repeat=2, facts={"gas_limit": 10_009_000, "period_s": 1.02})
    assert [point.repeats for point in summarised(Load(), other)] == [2]


def test_the_worst_repeat_names_the_outcome(summarised):
    bad = {"outcome": "walled", "wall": "transaction size", "note": "oversized data"}
    [point] = summarised(Load(), Load(cell="b", repeat=2, end=bad))
    assert (point.outcome, point.wall, point.note) == ("walled", *list(bad.values())[1:])


def test_one_invalid_repeat_makes_the_point_invalid(summarised):
    lagged = {"valid": False, "invalid_reason": "lagged"}
    [point] = summarised(Load(), Load(cell="b", repeat=2, end=lagged))
    assert (point.valid, point.invalid_reason) == (False, "lagged")


def test_a_killed_cell_is_not_valid_and_its_rows_count(summarised):
    [point] = summarised(Load(killed_after=100))
    assert (point.valid, point.invalid_reason, point.outcome) == (False, NO_END, "halted")
    assert (point.submitted, point.included, point.aborted) == (120, 100, 20)
    assert point.counts_add_up
    assert point.reconciled is None
    assert point.latency_s.p50 is not None


def test_a_cell_without_rows_has_no_figures(summarised):
    [point] = summarised(Load(rate=0))
    assert (point.submitted, point.counts_add_up) == (0, True)
    assert point.latency_s.p50 is None
    assert point.committed_per_s == 0
    assert point.block_gas_utilisation is None


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    failing=st.dictionaries(
        st.integers(0, 59),
        st.tuples(st.sampled_from(FAILURES), st.sampled_from(["", "a", "b"])),
        max_size=60,
    ),
    killed_after=st.none() | st.integers(0, 60),
)
def test_counts_add_up_whatever_fails(tmp_path_factory, failing, killed_after):
    load = Load(rate=5, failing=failing, killed_after=killed_after)
    run = read_run(write_run(tmp_path_factory.mktemp("run") / "run", [load]))
    point = summarise(cells_of(run, "run"))
    counts = {outcome: getattr(point, outcome) for outcome in OUTCOMES}
    assert point.counts_add_up
    assert point.submitted == load.count == sum(counts.values())
    for outcome in FAILURES:
        assert sum(point.failures.get(outcome, {}).values()) == counts[outcome]
    assert point.latency_s.n <= point.included
