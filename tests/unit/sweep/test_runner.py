"""Cells that can't run are named and reported; the others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.record.provenance import run_meta
from bench.record.schema import CellEnd
from bench.record.writer import create_run
from bench.report.build import build
from bench.sweep import execution, runner
from bench.sweep.locust_run import UnusableCell
from bench.sweep.plan import Plan, load_plan
from bench.sweep.point import Cell
from system.errors import NetworkError

_URLS = ("http://127.0.0.1:1",)


def _plan() -> Plan:
    return load_plan("quick", {"weights": ["650", "7850"], "rate_per_s": [5.0]})


def _sweep(plan: Plan, path: Path) -> list[CellEnd]:
    run = create_run(path, run_meta(run=path.name, argv=[], plan={}, seed=plan.seed))
    return runner.run_sweep(plan, run, urls=_URLS, report=_ignore, starting=_ignore).ends


def _ignore(_: object) -> None:
    pass


def test_a_cell_that_is_refused_does_not_end_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generator(plan: Plan, cell: Cell, **_: object) -> str:
        if cell.point.weights == "650":
            raise UnusableCell("weighbridge: these weights do not fit")
        return "the generator ended with code 7: out of memory"

    monkeypatch.setattr(execution, "run_cell", generator)
    ends = _sweep(_plan(), tmp_path / "run")
    reasons = {end.cell.split("_")[0]: end.invalid_reason for end in ends}
    assert reasons["650"] == "weighbridge: these weights do not fit"
    assert reasons["7850"] == "the generator ended with code 7: out of memory"
    cells = build([tmp_path / "run"]).content.cells
    assert sorted(cell.weights for cell in cells) == [650, 7850]
    assert not any(cell.valid for cell in cells)


def test_a_sweep_of_nothing_but_refusals_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generator(plan: Plan, cell: Cell, **_: object) -> str:
        raise UnusableCell("weighbridge: no private transaction manager")

    monkeypatch.setattr(execution, "run_cell", generator)
    with pytest.raises(UnusableCell, match="no private transaction manager"):
        _sweep(_plan(), tmp_path / "run")
    assert not list((tmp_path / "run").glob("end-*.json"))


def test_a_network_that_does_not_start_costs_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generator(plan: Plan, cell: Cell, **_: object) -> str:
        raise NetworkError("a node ended: see its log")

    monkeypatch.setattr(execution, "run_cell", generator)
    ends = _sweep(_plan(), tmp_path / "run")
    assert [end.invalid_reason for end in ends] == ["a node ended: see its log"] * 2
