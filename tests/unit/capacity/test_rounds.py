"""Rounds found again in a run's rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.capacity.check import report
from bench.capacity.disk import disk_per_wire_byte
from bench.capacity.observed import read_cells
from bench.record.reader import read_run
from bench.record.schema import SubmissionRow
from bench.record.writer import RowFile, create_run
from bench.report.frame import cells_of
from system.errors import UsageError
from tests.unit.capacity.shapes import a_model
from tests.unit.report.synthetic import START_S, Load, cell_end, cell_facts, run_meta, write_run

_WORKERS, _GAP_S = 4, 5.0
_FACTS = {
    "schedule": "rounds",
    "users": _WORKERS,
    "offered_per_s": _WORKERS / _GAP_S,
    "validators": 4,
    "period_s": 1.0,
}
_END = {"window_start_s": START_S, "window_end_s": START_S + 60.0}


def _run(path: Path, latencies_s: Sequence[Sequence[float]], *, lost: int = -1) -> Path:
    """A run with one cell whose rounds have these latencies; submission `lost` was evicted."""
    load = Load(facts=_FACTS, end=_END)
    run = create_run(path, run_meta())
    run.begin_cell(cell_facts(load))
    rows = RowFile(path, session=load.session, process="0")
    flat = [(number, one) for number, part in enumerate(latencies_s) for one in part]
    for place, (number, latency_s) in enumerate(flat):
        rows.ended(_row(place, START_S + number * _GAP_S, latency_s, lost=place == lost))
    rows.close()
    run.end_cell(cell_end(load))
    return path


def _row(place: int, intended_s: float, latency_s: float, *, lost: bool) -> SubmissionRow:
    return SubmissionRow(
        submission=f"s-{place}",
        cell="cell-a",
        worker=f"w-{place % _WORKERS}",
        outcome="evicted" if lost else "included",
        reason="",
        intended_s=intended_s,
        sent_s=intended_s + 0.01,
        accepted_s=intended_s + 0.02,
        seen_s=None if lost else intended_s + latency_s,
        transactions=1,
        hashes=[],
        first_block=1,
        last_block=1,
        payload_bytes=31_400,
        wire_bytes=31_700,
        encode_s=0.0,
        sign_s=0.0,
        gas_used=None,
    )


def test_a_round_lasts_until_its_last_submission_is_seen(tmp_path: Path) -> None:
    run = _run(tmp_path / "run", [[1.0, 1.0, 1.5, 2.0], [1.0, 1.0, 1.0, 1.0], [1.0, 1.2, 1.4, 3.0]])
    [one] = read_cells([run]).observed
    assert one.rounds == 3
    assert one.seconds["round_p50"] == pytest.approx(2.0)
    assert one.seconds["round_p95"] == pytest.approx(2.9)
    assert one.seconds["submission_p50"] == pytest.approx(1.0)
    assert one.label == "4 × mnist-softmax float32 calldata, qbft-4 1 s 10 M"
    assert (one.round.workers, one.round.consensus, one.round.gas) == (4, "qbft", 500_000)


def test_a_round_that_lost_a_submission_leaves_its_cell_out(tmp_path: Path) -> None:
    broken = _run(tmp_path / "broken", [[1.0] * 4, [1.0] * 4], lost=5)
    whole = _run(tmp_path / "whole", [[1.0] * 4])
    cells = read_cells([broken, whole])
    assert len(cells.observed) == 1
    assert cells.left_out == ("cell-a: 1 of its rounds lost a submission",)


def test_runs_without_rounds_are_refused_with_the_cure(tmp_path: Path) -> None:
    broken = _run(tmp_path / "broken", [[1.0] * 3])
    with pytest.raises(UsageError, match="hold no round that ended: run a plan"):
        read_cells([broken])


def test_a_check_tells_each_cell_s_error_and_whether_the_interval_held(tmp_path: Path) -> None:
    # The model expects 1.5 s of waiting, 4 ms of transactions, 25 ms of bytes: 1.53 s.
    run = _run(tmp_path / "run", [[1.53] * 4, [12.0] * 4, [1.53] * 4])
    found = report(a_model(), read_cells([run]).observed, runs=["run-1"])
    rows = {row.target: row for row in found.rows}
    assert rows["round_p50"].error == pytest.approx(0.0, abs=0.01)
    assert rows["round_p50"].inside
    assert rows["round_p95"].error == pytest.approx(1.68 / 10.95 - 1, abs=0.01)
    assert not rows["round_p95"].inside
    assert found.inside_interval == pytest.approx(0.5)
    assert not found.meets_target


def test_disk_growth_is_counted_from_before_the_rounds(tmp_path: Path) -> None:
    # Sampled at seconds 0 to 14, 314 kB more each; the window begins at 2. All 120 submissions of
    # the load are on chain, 31,700 bytes each.
    [sampled] = cells_of(read_run(write_run(tmp_path / "a", [Load(sampled=True)])), "a")
    assert disk_per_wire_byte(sampled) == pytest.approx(13 * 314_000 / (120 * 31_700))
    [bare] = cells_of(read_run(write_run(tmp_path / "b", [Load()])), "b")
    assert disk_per_wire_byte(bare) is None
