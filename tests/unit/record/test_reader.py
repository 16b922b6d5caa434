"""A run is read whatever state it was left in; what is left out is said."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from bench.record.reader import read_run
from bench.record.rows import LOST
from bench.record.writer import RowFile, open_run
from system.errors import UsageError
from tests.unit.report.synthetic import (
    Load,
    block_rows,
    cell_facts,
    chain_limits,
    submission_rows,
    write_run,
)


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run", [Load()])


def rows_file(run):
    return run / "submissions-s-cell-a-0.jsonl"


def test_what_was_written_is_read_without_a_word(run):
    found = read_run(run)
    assert found.submissions == submission_rows(Load())
    assert found.blocks == block_rows(Load())
    assert found.cells["cell-a"].facts == cell_facts(Load())
    assert found.warnings == []


def test_a_torn_last_line_is_left_out(run):
    with rows_file(run).open("ab") as file:
        file.write(b'{"event":"ended","submission":"s-cell-a-0-999","ce')
    found = read_run(run)
    assert len(found.submissions) == Load().count
    assert found.warnings == ["submissions-s-cell-a-0.jsonl: the torn last line was left out"]


def test_damaged_lines_in_the_middle_are_left_out_and_counted(run):
    lines = rows_file(run).read_bytes().splitlines(keepends=True)
    noise = [b"\x00\xff\xfe\n", b"[1,2]\n", b'{"event":"ended","outcome":3}\n', b"\n", b"null\n"]
    rows_file(run).write_bytes(b"".join([*lines[:10], *noise, *lines[10:]]))
    found = read_run(run)
    assert found.submissions == submission_rows(Load())
    assert found.warnings == ["submissions-s-cell-a-0.jsonl: 4 damaged lines were left out"]


def test_begun_without_an_end_is_aborted(tmp_path):
    run = write_run(tmp_path / "run", [Load(killed_after=30)])
    found = read_run(run)
    aborted = [row for row in found.submissions if row.outcome == "aborted"]
    assert len(found.submissions) == Load().count
    assert len(aborted) == Load().count - 30
    assert aborted[0].reason == LOST
    assert aborted[0].intended_s == submission_rows(Load())[30].intended_s
    assert aborted[0].payload_bytes == Load().payload_bytes
    assert found.cells["cell-a"].end is None


def test_a_submission_that_ended_twice_counts_once_as_it_ended_last(run):
    first = submission_rows(Load())[0]
    again = replace(first, outcome="timed_out", reason="late", seen_s=None)
    file = RowFile(run, session="s-cell-a", process="1")
    file.ended(again)
    file.close()
    found = read_run(run)
    assert len(found.submissions) == Load().count
    assert [row for row in found.submissions if row.submission == first.submission] == [again]
    assert found.warnings == ["1 submissions of cell cell-a ended twice: the last row counts"]


def test_rows_of_an_earlier_attempt_do_not_count(run):
    writer = open_run(run)
    writer.forget_cell("cell-a")
    writer.begin_cell(replace(cell_facts(Load()), session="second"))
    row = replace(submission_rows(Load())[0], submission="second-0-0")
    file = RowFile(run, session="second", process="0")
    file.ended(row)
    file.close()
    found = read_run(run)
    assert found.submissions == [row]
    assert found.warnings == [
        f"{2 * Load().count} rows of an attempt at cell cell-a that did not end were left out"
    ]


def test_a_block_that_two_processes_saw_is_one_block(run):
    file = RowFile(run, session="s-cell-a", process="1")
    for block in block_rows(Load()):
        file.block(replace(block, ours=3, seen_s=block.seen_s - 0.05))
    file.close()
    merged = read_run(run).blocks
    expected = block_rows(Load())
    assert [one.ours for one in merged] == [one.ours + 3 for one in expected]
    assert [one.seen_s for one in merged] == [one.seen_s - 0.05 for one in expected]


def test_damaged_facts_take_only_their_cell_along(tmp_path):
    run = write_run(tmp_path / "run", [Load(), Load(cell="cell-b")])
    (run / "cell-cell-b.json").write_bytes(b"{}")
    (run / "end-cell-a.json").write_bytes(b"not json")
    found = read_run(run)
    assert list(found.cells) == ["cell-a"]
    assert found.cells["cell-a"].end is None
    assert len(found.submissions) == Load().count
    assert [warning.split(" ")[0] for warning in found.warnings[:2]] == [
        "end-cell-a.json",
        "cell-cell-b.json",
    ]


def test_a_directory_that_is_no_run_is_refused_in_one_line(tmp_path):
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UsageError, match=r"holds no run\.json; give a directory") as error:
            read_run(path)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"schema": 1}'])
def test_a_damaged_run_file_is_refused_in_one_line(run, content):
    (run / "run.json").write_bytes(content)
    with pytest.raises(UsageError, match="restore it or run the sweep again"):
        read_run(run)


def test_a_later_format_is_refused_with_the_cure(run):
    raw = orjson.loads((run / "run.json").read_bytes()) | {"schema": 2}
    (run / "run.json").write_bytes(orjson.dumps(raw))
    with pytest.raises(UsageError, match="format 2, this version reads up to 1: update"):
        read_run(run)


def test_ten_thousand_rows_are_read_whole(tmp_path):
    run = write_run(tmp_path / "run", [])
    load = Load(rate=1000)
    open_run(run).begin_cell(cell_facts(load))
    file = RowFile(run, session=load.session, process="0")
    for row in submission_rows(load):
        file.begun(row.submission, cell=row.cell, intended_s=row.intended_s)
        file.ended(row)
    file.close()
    assert len(read_run(run).submissions) == 12_000


def test_a_run_of_before_limits_were_kept_is_read_without_them(run):
    found = read_run(run)
    assert (found.limits, found.warnings) == ({}, [])
    raw = orjson.loads((run / "cell-cell-a.json").read_bytes())
    for name in ("gas_calibrated", "first_wall", "limits"):
        del raw[name]
    (run / "cell-cell-a.json").write_bytes(orjson.dumps(raw))
    facts = read_run(run).cells["cell-a"].facts
    assert (facts.gas_calibrated, facts.first_wall, facts.limits) == (None, None, None)


def test_a_chains_limits_are_read_as_they_were_written(run):
    limits = chain_limits()
    open_run(run).write_limits(limits)
    assert read_run(run).limits == {limits.key: limits}


def test_torn_limits_are_left_out_and_said(run):
    (run / "limits-torn.json").write_text('{"key": "torn", "sto')
    found = read_run(run)
    assert found.limits == {}
    [warning] = found.warnings
    assert warning.startswith("limits-torn.json can't be read and was left out")
