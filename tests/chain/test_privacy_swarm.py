"""Swarms that keep their results secret until a round closes: all of it counted, once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.record.reader import read_run
from bench.sweep.locust_run import run_cell
from bench.sweep.plan import Plan
from bench.sweep.point import Cell, Point
from system.chain.keys import derive_key
from system.chain.private import SEND, Route, sign_private
from system.chain.rpc import Rpc, RpcError
from system.paths import PROJECT_ROOT

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


def test_private_transactions_are_refused_where_nothing_keeps_them(single, tmp_path):
    command = [sys.executable, "-m", "locust", "-f", str(PROJECT_ROOT / "locustfile.py")]
    command += ["--headless", "--users", "1", "--weights", "10", "--privacy", "private"]
    command += ["--rpc-url", single.endpoints[0], "--run-dir", str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    [line] = [one for one in done.stderr.splitlines() if "weighbridge" in one]
    assert line.startswith("weighbridge: ")
    assert "has no private transaction manager" in line
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_private_transaction_is_read_as_such_by_the_node(single):
    """The node gets as far as asking for the manager that it does not have."""
    key = derive_key("private", "worker", 1)
    signed = sign_private(key=key, nonce=0, gas=90_000, to=bytes(20), stored=bytes(64))
    arguments = Route("http://127.0.0.1:1").arguments
    with pytest.raises(RpcError, match="private transaction manager is not in use"):
        Rpc(single.endpoints[0]).call(SEND, "0x" + signed.raw.hex(), arguments)
