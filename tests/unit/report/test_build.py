"""Reports go where they should, whole, and compare runs that are given together."""

from __future__ import annotations

import csv
import json

import pytest
import typer
from typer.testing import CliRunner

from bench.report import build as build_module
from bench.report.build import build
from bench.report.commands import report
from system.errors import UsageError
from tests.unit.report.synthetic import Load, write_run

MADE = {"index.html", "summary.json", "summary.csv"}


def run_command(*arguments):
    app = typer.Typer()
    app.command()(report)
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_a_runs_report_goes_into_its_directory(tmp_path):
    run = write_run(tmp_path / "run", [Load()])
    before = {path.name for path in run.iterdir()}
    paths = build([run])
    assert {path.name for path in run.iterdir()} - before == MADE
    assert paths.page == run / "index.html"


def test_summary_and_table_hold_the_same_figures(tmp_path):
    paths = build([write_run(tmp_path / "run", [Load(), Load(cell="b", encoding="int8")])])
    cells = json.loads(paths.summary.read_text())["cells"]
    with paths.table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["encoding"] for row in rows] == [cell["encoding"] for cell in cells]
    assert float(rows[0]["latency_s.p99"]) == cells[0]["latency_s"]["p99"]
    assert int(rows[1]["included"]) == cells[1]["included"] == 120
    assert rows[0]["wall"] == ""


def test_the_summary_is_of_schema_1_with_nulls_for_nan(tmp_path):
    paths = build([write_run(tmp_path / "run", [Load(rate=0)])])
    text = paths.summary.read_text()
    summary = json.loads(text, parse_constant=pytest.fail)
    assert {"schema", "run", "verdict", "walls", "cells"} <= set(summary)
    assert summary["schema"] == 1
    assert summary["run"]["run"] == "run-1"
    assert summary["verdict"]["answer"] == "no"
    assert summary["cells"][0]["latency_s"]["p50"] is None


def test_runs_are_compared_side_by_side(tmp_path):
    one = write_run(tmp_path / "one", [Load()], run="first")
    two = write_run(tmp_path / "two", [Load(rate=5)], run="second")
    paths = build([one, two, one])
    assert paths.page == tmp_path / "comparison-one-and-two" / "index.html"
    summary = json.loads(paths.summary.read_text())
    assert [cell["run"] for cell in summary["cells"]] == ["first", "second"]
    assert list(summary["runs"]) == ["first", "second"]
    assert "mnist-softmax · first" in paths.page.read_text()
    assert not (one / "index.html").exists()


def test_two_runs_of_one_name_are_told_apart(tmp_path):
    runs = [write_run(tmp_path / name, [Load()]) for name in ("a", "b")]
    assert list(build(runs).content.runs) == ["run-1 in a", "run-1 in b"]


def test_what_was_left_out_is_said(tmp_path):
    run = write_run(tmp_path / "run", [Load()])
    with (run / "submissions-s-cell-a-0.jsonl").open("a") as file:
        file.write("{")
    done = run_command(run)
    assert "note: submissions-s-cell-a-0.jsonl: the torn last line was left out" in done.stderr
    assert "the torn last line was left out" in (run / "index.html").read_text()


def test_the_command_prints_the_verdict_and_the_page_last(tmp_path):
    run = write_run(tmp_path / "run", [Load()])
    done = run_command(run)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].startswith("Yes. The one load was carried as offered.")
    assert done.stdout.splitlines()[-1] == str(run / "index.html")


def test_json_is_all_that_stands_on_standard_output(tmp_path):
    run = write_run(tmp_path / "run", [Load()])
    done = run_command(run, "--json", "--out", tmp_path / "elsewhere")
    assert json.loads(done.stdout) == json.loads((tmp_path / "elsewhere/summary.json").read_text())
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} == MADE


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"holds no run\.json"):
        build([tmp_path])
    with pytest.raises(UsageError, match="no run is named"):
        build([])


def test_where_nothing_can_be_written_is_refused(tmp_path):
    run = write_run(tmp_path / "run", [Load()])
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="give a directory that can be written"):
        build([run], tmp_path / "file")


def test_a_failure_leaves_the_last_report_whole(tmp_path, monkeypatch):
    run = write_run(tmp_path / "run", [Load()])
    build([run])
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    (run / "submissions-s-cell-a-0.jsonl").write_bytes(b"")

    def breaks(*_):
        raise UsageError("broken")

    monkeypatch.setattr(build_module, "render", breaks)
    with pytest.raises(UsageError, match="broken"):
        build([run])
    assert {name: (run / name).read_bytes() for name in MADE} == {n: before[n] for n in MADE}
    assert not list(run.glob("*.part"))
