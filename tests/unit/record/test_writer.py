"""Rows are on disk once they are written, facts are whole or not there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bench.record.files import session_of, write_atomically
from bench.record.jsonform import to_json
from bench.record.reader import read_cell_end, read_run
from bench.record.schema import CellEnd
from bench.record.writer import RowFile, create_run, open_run
from system.errors import UsageError
from tests.unit.report.synthetic import Load, cell_end, cell_facts, run_meta, submission_rows

DIES = """
import os, signal, sys
from pathlib import Path
from bench.record.schema import SubmissionRow
from bench.record.jsonform import from_json
from bench.record.writer import RowFile
import orjson

file = RowFile(Path(sys.argv[1]), session="s-cell-a", process="0")
row = orjson.loads(sys.argv[2])
for number in range(100):
    name = f"s-cell-a-0-{number}"
    file.begun(name, cell="cell-a", intended_s=row["intended_s"])
    if number < 60:
        file.ended(from_json(SubmissionRow, row | {"submission": name}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_loses_no_row(tmp_path):
    run = create_run(tmp_path / "run", run_meta())
    run.begin_cell(cell_facts(Load()))
    row = to_json(submission_rows(Load())[0]).decode()
    done = subprocess.run([sys.executable, "-c", DIES, str(run.path), row], check=False)
    assert done.returncode == -signal.SIGKILL
    outcomes = [one.outcome for one in read_run(run.path).submissions]
    assert (outcomes.count("included"), outcomes.count("aborted")) == (60, 40)


def test_a_line_is_whole_even_if_the_system_takes_it_in_parts(tmp_path, monkeypatch):
    run = create_run(tmp_path / "run", run_meta())
    run.begin_cell(cell_facts(Load()))
    file = RowFile(run.path, session="s-cell-a", process="0")
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    rows = submission_rows(Load())[:3]
    for row in rows:
        file.ended(row)
    monkeypatch.undo()
    file.close()
    assert read_run(run.path).submissions == rows


def test_a_full_disk_is_said_in_one_line(tmp_path, monkeypatch):
    file = RowFile(tmp_path, session="s", process="0")

    def full(descriptor, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UsageError, match="No space left on device; give a directory"):
        file.begun("a", cell="c", intended_s=1.0)


def test_two_processes_append_beside_each_other(tmp_path):
    run = create_run(tmp_path / "run", run_meta())
    run.begin_cell(cell_facts(Load()))
    rows = submission_rows(Load())
    for process in (0, 1):
        file = RowFile(run.path, session="s-cell-a", process=str(process))
        for row in rows[process::2]:
            file.ended(row)
        file.close()
    found = read_run(run.path).submissions
    assert {row.submission for row in found} == {row.submission for row in rows}
    assert len(found) == len(rows)


def test_a_session_may_have_hyphens_in_its_name(tmp_path):
    file = RowFile(tmp_path, session="a-b-c", process="0")
    file.close()
    [path] = tmp_path.glob("submissions-*")
    assert session_of(path, "submissions-") == "a-b-c"


def test_a_new_run_takes_a_missing_or_an_empty_directory(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("empty", "missing/deep"):
        assert read_run(create_run(tmp_path / name, run_meta()).path).meta == run_meta()


def test_a_new_run_leaves_what_is_there_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty already; give a new or empty directory"):
        create_run(tmp_path, run_meta())
    create_run(tmp_path / "run", run_meta())
    with pytest.raises(UsageError, match="holds a run already"):
        create_run(tmp_path / "run", run_meta())


def test_a_run_under_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="give a directory that can be written"):
        create_run(tmp_path / "file" / "run", run_meta())


def test_opening_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"holds no run\.json; give a directory made by"):
        open_run(tmp_path)


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path):
    target = tmp_path / "run.json"
    target.mkdir()
    with pytest.raises(UsageError):
        write_atomically(target, b"{}")
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_an_end_can_be_asked_for_and_forgotten(tmp_path):
    run = create_run(tmp_path / "run", run_meta())
    run.begin_cell(cell_facts(Load()))
    assert read_cell_end(run.path, "cell-a") is None
    run.end_cell(cell_end(Load()))
    assert read_cell_end(run.path, "cell-a") == cell_end(Load())
    run.forget_cell("cell-a")
    assert read_cell_end(run.path, "cell-a") is None
    assert read_run(run.path).cells == {}


@pytest.mark.parametrize("cell", ["", "../up", "a/b", ".hidden", "a b", "a\n"])
def test_a_cell_name_that_is_no_file_name_is_refused(tmp_path, cell):
    with pytest.raises(UsageError, match="can't be part of a file's name"):
        open_run(create_run(tmp_path / "run", run_meta()).path).end_cell(CellEnd.failed(cell, ""))
