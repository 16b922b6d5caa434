"""Pages of trainings that tell a course of events: escaped, whole, honest about torn rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.record.learning import ROWS_FILE, LearningFile, LearningSettings
from bench.record.provenance import run_meta
from bench.record.writer import create_run
from bench.report.story import tellers
from bench.report.story.build import build
from bench.report.story.frame import are_stories
from bench.report.story.story import Chart, Curve, Story, Table, Told
from system.errors import UsageError

HOSTILE = "<script>alert(1)</script> & $x$"
SYSTEM = "tale"


def _training(place: Path, *, name: str = "one", system: str = SYSTEM, end: bool = True) -> Path:
    meta = run_meta(run=name, argv=["weighbridge", "learn", HOSTILE], plan={}, seed=1)
    settings = LearningSettings(
        system=system, model=HOSTILE, weights=3, asked={"bad": 0.2}, predicted={"gas": 2**70}
    )
    file = LearningFile(create_run(place / name, meta).path, settings)
    for number in range(3):
        file.row({"step": number, "who": HOSTILE, "wei": 2**80 + number, "parts": [1, 2]})
    if end:
        file.result({"accuracy": 0.9, "wei": 2**80})
    return place / name


def _tell(told: Told) -> Story:
    steps = [float(row["step"]) for row in told.rows]
    return Story(
        question=f"Does {HOSTILE} train?",
        answer="yes" if told.result else "unfinished",
        text=f"It did: {told.result.get('accuracy')}, says {HOSTILE}.",
        points=[HOSTILE],
        charts=[
            Chart(
                name="steps",
                title=HOSTILE,
                caption=HOSTILE,
                x="step",
                y="%",
                curves=[Curve(HOSTILE, steps, steps), Curve("other", steps, steps)],
            ),
            Chart(
                name="bars",
                title="bars",
                caption="c",
                x="",
                y="gas",
                kind="bars",
                curves=[
                    Curve("a", ["one", HOSTILE], [1.0, 2e9]),
                    Curve("b", ["one", "two"], [0, 3]),
                ],
            ),
            Chart(name="none", title="none", caption="c", x="", y="", curves=[Curve("a", [], [])]),
        ],
        tables=[
            Table(
                name="money",
                title="Money",
                columns=["who", "wei", "share", "banned", "left"],
                rows=[[HOSTILE, 10**24, 0.123456, True, None]],
                note=HOSTILE,
            )
        ],
        method=[HOSTILE],
    )


@pytest.fixture(autouse=True)
def _teller(monkeypatch):
    monkeypatch.setitem(tellers.TELLERS, SYSTEM, _tell)


def test_a_page_tells_it_all_and_escapes_it(tmp_path):
    paths = build([_training(tmp_path)])
    page = paths.page.read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; $x$" in page
    assert "figure-steps" in page
    assert "figure-bars" in page
    assert "figure-none" not in page
    assert "1,000,000,000,000,000,000,000,000" in page
    assert "0.123" in page
    for address in ("http://", "https://", "src=", "url("):
        assert address not in page.replace("url(#", "")


def test_the_summary_holds_the_result_and_the_table_each_step(tmp_path):
    paths = build([_training(tmp_path)])
    summary = json.loads(paths.summary.read_text())
    assert summary["verdict"]["answer"] == "yes"
    assert summary["learning"] == {"accuracy": 0.9, "wei": 2**80}
    assert summary["settings"]["system"] == SYSTEM
    head, *rows = paths.table.read_text().splitlines()
    assert head == "run,step,who,wei,parts"
    assert len(rows) == 3
    assert str(2**80 + 2) in rows[2]


def test_a_training_that_was_killed_is_told_as_far_as_it_came(tmp_path):
    run = _training(tmp_path, end=False)
    with (run / ROWS_FILE).open("ab") as file:
        file.write(b'{"step": 3, "wh')
    paths = build([run])
    assert paths.content.verdict.answer == "unfinished"
    assert paths.content.warnings == [f"1 row of {ROWS_FILE} can't be read and was left out"]
    assert len(paths.table.read_text().splitlines()) == 4


def test_several_trainings_share_a_page(tmp_path):
    paths = build([_training(tmp_path), _training(tmp_path, name="two")])
    page = paths.page.read_text()
    assert page.count('id="figure-run0-steps"') == 1
    assert page.count('id="figure-run1-steps"') == 1
    assert set(json.loads(paths.summary.read_text())["trainings"]) == {"one", "two"}


def test_an_unknown_system_is_named(tmp_path):
    run = _training(tmp_path, system="legend")
    assert are_stories([run])
    with pytest.raises(UsageError, match="system 'legend'"):
        build([run])
    assert sorted(path.name for path in run.iterdir()) == [
        "learned.json",
        "learning.json",
        "learning.jsonl",
        "run.json",
    ]


def test_a_result_that_is_no_json_is_said_in_a_line(tmp_path):
    run = _training(tmp_path)
    (run / "learned.json").write_text("{")
    with pytest.raises(UsageError, match=r"learned\.json is no JSON"):
        build([run])
