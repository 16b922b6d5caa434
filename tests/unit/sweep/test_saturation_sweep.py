"""A sweep that searches: trials are cells on disk, and a killed search goes on from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.record.provenance import run_meta
from bench.record.reader import read_cell_end
from bench.record.writer import RowFile, RunWriter, create_run, open_run
from bench.sweep import execution, runner
from bench.sweep.plan import Plan, PlanError, load_plan, plan_from_record
from bench.sweep.point import Cell
from bench.sweep.runner import Finished, Outcome, Searched
from system.jobs.calldata import submit_calldata
from system.learning.models import parse_weights, weights
from system.weights import codec
from tests.unit.report.synthetic import (
    Load,
    block_rows,
    cell_end,
    cell_facts,
    submission_rows,
)

_URLS = ("http://127.0.0.1:1",)


class _Chain:
    """A generator and a chain that sustains up to `limit_per_s`; `ran` are the cells it was
    given."""

    def __init__(self, limit_per_s: float) -> None:
        self.limit_per_s = limit_per_s
        self.ran: list[str] = []
        self.fault: Callable[[Cell], str] = lambda cell: ""

    def __call__(self, plan: Plan, cell: Cell, *, run_dir: Path, **_: object) -> str:
        self.ran.append(cell.id)
        if fault := self.fault(cell):
            return fault
        rate = cell.point.rate_per_s
        assert rate is not None
        over = {0: ("rejected", "txpool is full")} if rate > self.limit_per_s else {}
        load = Load(
            cell=cell.id,
            rate=6,
            failing=over,
            facts={"offered_per_s": rate if over else 6.0, "repeat": cell.repeat},
        )
        _write(run_dir, load)
        return ""


def _write(run_dir: Path, load: Load) -> None:
    run = open_run(run_dir)
    run.begin_cell(cell_facts(load))
    rows = RowFile(run_dir, session=load.session, process="0")
    for row in submission_rows(load):
        rows.ended(row)
    for block in block_rows(load):
        rows.block(block)
    rows.close()
    run.end_cell(cell_end(load))


def _plan(*rates: object) -> Plan:
    return load_plan("quick", {"weights": ["7850"], "rate_per_s": [*rates]})


def _run(plan: Plan, path: Path) -> tuple[Outcome, list[Finished | Searched]]:
    run = open_run(path) if path.exists() else _new(plan, path)
    told: list[Finished | Searched] = []
    outcome = runner.run_sweep(plan, run, urls=_URLS, report=told.append, starting=_ignore)
    return outcome, told


def _new(plan: Plan, path: Path) -> RunWriter:
    return create_run(path, run_meta(run=path.name, argv=[], plan={}, seed=plan.seed))


def _ignore(_: object) -> None:
    pass


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> _Chain:
    """What cells run on."""
    made = _Chain(50.0)
    monkeypatch.setattr(execution, "run_cell", made)
    return made


def test_trials_are_cells_with_rate_and_repeat(tmp_path: Path, chain: _Chain) -> None:
    outcome, told = _run(_plan("saturation"), tmp_path / "run")
    [search] = outcome.searches
    low, high = search.found.bracket
    assert low is not None
    assert high is not None
    assert low <= 50 < high <= 1.12 * low
    assert not outcome.fell_short
    assert len(set(chain.ran)) == len(chain.ran)
    assert all(read_cell_end(tmp_path / "run", cell) is not None for cell in chain.ran)
    assert chain.ran[-1].endswith(f"{low:g}ps_qbft-4_r2")
    lines = [one for one in told if isinstance(one, Finished)]
    assert [one.done for one in lines] == list(range(1, len(chain.ran) + 1))
    assert any("1 of 72 failed" in one.short for one in lines)
    assert told[-1] == search


@pytest.mark.parametrize("kept", [1, 2, 4])
def test_a_killed_search_redoes_nothing(tmp_path: Path, chain: _Chain, kept: int) -> None:
    whole, _ = _run(_plan("saturation"), tmp_path / "whole")
    ran = list(chain.ran)

    class Killed(Exception):
        pass

    def kill(cell: Cell) -> str:
        if len(chain.ran) > kept:
            raise Killed
        return ""

    chain.ran.clear()
    chain.fault = kill
    with pytest.raises(Killed):
        _run(_plan("saturation"), tmp_path / "killed")
    chain.ran.clear()
    chain.fault = lambda cell: ""
    again, _ = _run(_plan("saturation"), tmp_path / "killed")
    assert chain.ran == ran[kept:]
    assert again.searches == whole.searches


def test_rates_of_the_plan_count_as_tried(tmp_path: Path, chain: _Chain) -> None:
    _run(_plan(30, 60, 45, "saturation"), tmp_path / "run")
    assert {cell.split("_")[3] for cell in chain.ran[:3]} == {"30ps", "45ps", "60ps"}
    assert chain.ran[3].split("_")[3] == "52ps"


def test_a_run_that_broke_down_is_made_again_on_resuming(tmp_path: Path, chain: _Chain) -> None:
    plan = _plan(10, 20)
    chain.fault = lambda cell: "out of memory" if cell.point.rate_per_s == 20 else ""
    first, _ = _run(plan, tmp_path / "run")
    assert first.fell_short
    chain.ran.clear()
    chain.fault = lambda cell: ""
    second, _ = _run(plan, tmp_path / "run")
    assert [cell.split("_")[3] for cell in chain.ran] == ["20ps"]
    assert not second.fell_short


def test_a_load_without_a_rate_of_its_own_has_none_to_search_for() -> None:
    with pytest.raises(PlanError, match="no rate to search for"):
        load_plan("quick", {"weights": ["10"], "rate_per_s": ["saturation"], "schedule": ["ramp"]})
    with pytest.raises(PlanError, match="'closed' or 'saturation'"):
        load_plan("quick", {"weights": ["10"], "rate_per_s": ["most"]})


def test_a_plan_with_a_search_survives_its_record() -> None:
    plan = _plan(30, "saturation")
    assert plan_from_record(asdict(plan)) == plan


@pytest.mark.parametrize(("name", "minutes"), [("standard", 11), ("epfl-2023", 30), ("full", 120)])
def test_committed_plans_keep_within_their_time(name: str, minutes: float) -> None:
    plan = load_plan(name, {})
    assert plan.seconds() / 60 <= minutes
    assert any(cell.point.saturation for cell in plan.cells())


def test_the_call_data_of_the_2023_plan_is_the_study_s_to_the_byte() -> None:
    for cell in load_plan("epfl-2023", {}).cells():
        [spec] = parse_weights(cell.point.weights)
        payload = codec(cell.point.encoding).encode(weights(spec, 1))
        assert len(submit_calldata(payload, sequence=1, index=0, count=1)) == 32_132
