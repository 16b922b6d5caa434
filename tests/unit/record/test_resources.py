"""What validators used, written and read back."""

from __future__ import annotations

from pathlib import Path

from bench.record.reader import read_cell, read_run
from bench.record.rows import RowReader
from bench.record.schema import ResourceRow
from bench.record.writer import ResourceFile, open_run
from tests.unit.report.synthetic import Load, write_run


def _row(cell: str, at_s: float) -> ResourceRow:
    return ResourceRow(
        cell=cell,
        at_s=at_s,
        validator=0,
        cpu_s=1.5,
        memory_bytes=1,
        disk_bytes=2,
        network_in_bytes=None,
        network_out_bytes=3,
        pending=None,
        queued=0,
        machine_busy=0.5,
        cores=2,
    )


def _write(run: Path, cell: str) -> Path:
    file = ResourceFile(run, cell)
    for second in range(3):
        file.write(_row(cell, float(second)))
    file.close()
    return run / f"resources-{cell}.jsonl"


def test_rows_come_back_and_a_torn_one_is_said(tmp_path: Path) -> None:
    path = _write(tmp_path, "a")
    path.write_bytes(path.read_bytes()[:-5])
    reader = RowReader()
    assert reader.resources(tmp_path) == [_row("a", 0.0), _row("a", 1.0)]
    assert reader.warnings == ["resources-a.jsonl: the torn last line was left out"]


def test_a_cell_that_runs_again_begins_its_rows_anew(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [Load(cell="a"), Load(cell="b")])
    for cell in ("a", "b"):
        _write(run, cell)
    open_run(run).forget_cell("a")
    assert {row.cell for row in read_run(run).resources} == {"b"}


def test_one_cell_is_read_as_in_the_whole_run(tmp_path: Path) -> None:
    loads = [Load(cell="a"), Load(cell="a-b", rate=3, killed_after=20)]
    run = write_run(tmp_path / "run", loads)
    _write(run, "a-b")
    whole = read_run(run)
    for load in loads:
        one = read_cell(run, load.cell)
        assert one.cells == {load.cell: whole.cells[load.cell]}
        assert one.submissions == [row for row in whole.submissions if row.cell == load.cell]
        assert one.blocks == [row for row in whole.blocks if row.session == load.session]
        assert one.resources == [row for row in whole.resources if row.cell == load.cell]
