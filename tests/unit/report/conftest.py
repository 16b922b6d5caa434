"""Runs made by hand, as the report's tests need them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.record.reader import read_run
from bench.report.contract import PointSummary
from bench.report.frame import CellData, cells_of
from bench.report.points import points
from bench.report.summary import summarise
from tests.unit.report.synthetic import Load, write_run


@pytest.fixture
def measured(tmp_path) -> Callable[..., CellData]:
    """One load, written, read back and made a cell's data."""

    def make(**load: object) -> CellData:
        name = f"run{len(list(tmp_path.iterdir()))}"
        [cell] = cells_of(read_run(write_run(tmp_path / name, [Load(**load)])), "run-1")
        return cell

    return make


@pytest.fixture
def summarised(tmp_path) -> Callable[..., list[PointSummary]]:
    """The summaries of all points of a run that holds these loads."""

    def make(*loads: Load) -> list[PointSummary]:
        name = f"run{len(list(tmp_path.iterdir()))}"
        run = read_run(write_run(tmp_path / name, loads))
        return [summarise(group) for group in points(cells_of(run, "run-1"))]

    return make
