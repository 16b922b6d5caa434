"""Swarms that keep their results secret until a round closes: all of it counted, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.record.reader import read_run
from bench.sweep.locust_run import run_cell
from bench.sweep.plan import Cell, Plan, Point

pytestmark = pytest.mark.chain


@pytest.mark.parametrize(
    ("privacy", "rate_per_s", "transactions"),
    [("commit", 6.0, 3), ("sealed", 6.0, 3), ("commit", None, 3), ("sealed", None, 3)],
)
def test_a_swarm_in_stages_is_counted_once(single, tmp_path, privacy, rate_per_s, transactions):
    point = Point("650", privacy=privacy, rate_per_s=rate_per_s, users=8, topology="qbft-1")
    plan = Plan("privacy", (point,), warmup_s=1, duration_s=5, drain_s=20)
    said = run_cell(
        plan,
        Cell(point, 1),
        run_dir=tmp_path / "run",
        urls=single.endpoints,
        log=tmp_path / "log",
    )
    assert said == "", Path(tmp_path / "log").read_text()
    run = read_run(tmp_path / "run")
    [cell] = run.cells.values()
    facts, end = cell.facts, cell.end
    assert (facts.privacy, facts.transactions_per_submission) == (privacy, transactions)
    rows = run.submissions
    if rate_per_s is not None:
        assert len(rows) == 36
    assert rows
    assert {row.outcome for row in rows} == {"included"}
    for row in rows:
        assert len(row.hashes) == row.transactions == transactions
        assert row.last_block > row.first_block  # the last stage waited for the one before
        assert row.intended_s <= row.sent_s < row.seen_s
    assert end.outcome == "ok"
    assert end.valid, end.invalid_reason
    assert end.reconciled.agrees
    assert end.reconciled.submissions_on_chain == len(rows)
    assert end.reconciled.transactions_on_chain == transactions * len(rows)
