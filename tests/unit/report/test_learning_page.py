"""A training's page says what its record holds, in one safe file."""

from __future__ import annotations

import csv
import json
import re

import pytest

from bench.report.learning.answer import answer
from bench.report.learning.build import build
from bench.report.learning.document import LearningSummary, TrainingSummary
from bench.report.learning.figures import money, redundancy, refused, steps
from bench.report.learning.frame import Training, read_trainings
from system.errors import UsageError
from system.paths import PROJECT_ROOT
from tests.unit.report.synthetic import write_run
from tests.unit.report.synthetic_learning import FINNEY, Job, tear, write_training
from tests.unit.report.test_build import MADE, run_command
from tests.unit.report.test_page import HOSTILE, Elements, outside
from tests.unit.test_docs import first_column, names

WON = (("honest", "paid"), ("honest", "paid"), ("collude", "lost"))


@pytest.fixture
def training(tmp_path):
    """A training, written and read back."""

    def make(*jobs: Job, **changes: object) -> Training:
        path = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        [found] = read_trainings([write_training(path, jobs or (Job(), Job()), **changes)])
        return found

    return make


def said(training):
    return answer(training, money(training))


def test_who_earned_and_who_lost(training):
    honest, collude, slow = money(
        training(Job(WON), Job((*WON, ("slow", "lost"))), predicted={"p_by_behaviour": {}})
    )
    assert (honest.behaviour, honest.workers, honest.seats, honest.seats_paid) == (
        *("honest", 2, 4, 4),
    )
    assert (honest.paid_wei, honest.forfeits, honest.profit_wei) == (8 * FINNEY, 0, FINNEY)
    assert (collude.seats_paid, collude.forfeits, collude.forfeited_wei) == (0, 2, 2 * FINNEY)
    assert (honest.p_predicted, honest.p_observed, honest.p_ci95) == (0.9, 1.0, (0.34, 1.0))
    assert (slow.behaviour, slow.profit_wei, slow.p_observed) == ("slow", None, None)


def test_nothing_is_forfeited_where_no_deposit_is_asked_for(training):
    found = money(training(Job(WON), predicted={"deposit_wei": "0"}))
    assert [one.forfeits for one in found] == [0, 0]


def test_a_round_is_what_comes_once_and_what_each_seat_takes(training):
    # Three seats, then one: 2 on average. 900,000 + 100,000 once, 100,000 a seat.
    found = training(Job(WON), Job(WON[:1]))
    assert [(one.step, one.by_seat, one.gas_per_round) for one in steps(found)] == [
        ("deploy", False, 900_000),
        ("commit", True, 200_000),
        ("close", False, 100_000),
    ]
    sizes = redundancy(found)
    assert [(one.n, one.gas, one.wire_bytes, one.ran) for one in sizes] == [
        (n, 1_000_000 + 100_000 * n, 4_000 + 1_000 * n, n == 3) for n in range(1, 6)
    ]


def test_a_large_pool_is_shown_in_steps_with_the_size_that_ran(training):
    sizes = redundancy(training(asked={"workers": 1000}, predicted={"job_size": 17}))
    assert len(sizes) < 30
    assert [sizes[0].n, sizes[-1].n] == [1, 1000]
    assert [one.n for one in sizes if one.ran] == [17]


def test_without_costs_by_step_the_rest_is_shown(training, tmp_path):
    found = training(by_step=False)
    assert steps(found) == redundancy(found) == []
    text = build([found.run.path]).page.read_text()
    assert "kept no record of its costs by step" in text
    assert 'id="figure-redundancy"' not in text


def test_refusals_are_counted_by_name(training):
    jobs = [Job(refused={"TooLate": 1, "Doubled": 2}), Job(refused={"TooLate": 4})]
    assert list(refused(training(*jobs)).items()) == [("TooLate", 5), ("Doubled", 2)]


@pytest.mark.parametrize(
    ("result", "word"),
    [
        ({}, "yes"),
        ({"accuracy": 0.7599}, "no"),  # 95 % of 0.8 is 0.76
        ({"accuracy": 0.7601}, "yes"),
        ({"rounds_poisoned": 1}, "partly"),
        ({"profit_by_behaviour": {"honest": 0, "collude": -1}}, "partly"),
        ({"profit_by_behaviour": {"honest": 1, "collude": 1}}, "partly"),
        ({"profit_by_behaviour": {"honest": 1, "collude": 0}}, "yes"),
        ({"profit_by_behaviour": {"honest": 1, "slow": 1}}, "yes"),
    ],
)
def test_the_answer(training, result, word):
    assert said(training(result=result)).answer == word


def test_rounds_that_were_not_won_are_no(training):
    found = said(training(Job(), Job(outcome="tied"), asked={"rounds": 2}))
    assert (found.answer, found.rounds) == ("no", 1)
    assert "After 1 round of 2 " in found.text
    none = said(training(Job(outcome="tied"), Job(outcome="tied")))
    assert none.answer == "no"
    assert "No round was won in 2 jobs (2 tied)" in none.text


def test_a_training_that_did_not_end_says_so_and_keeps_its_rows(training):
    found = training(Job(), Job(), Job(), ends=False)
    tear(found.run.path)
    paths = build([found.run.path])
    text = paths.page.read_text()
    assert paths.content.verdict.answer == "unfinished"
    assert "The training did not end: 2 of 3 rounds were won" in text
    assert "1 row of learning.jsonl can&#39;t be read and was left out" in text
    assert "what everybody held in the end was not read" in text
    assert paths.content.learning is None
    assert Elements(text).open == []


@pytest.mark.parametrize("ends", [True, False])
def test_a_training_without_a_job_has_a_page(training, ends):
    paths = build([training(*[], ends=ends).run.path])
    assert Elements(paths.page.read_text()).open == []
    empty = training(Job(), ends=ends)
    (empty.run.path / "learning.jsonl").unlink()
    text = build([empty.run.path]).page.read_text()
    assert "No job was closed." in text
    assert not re.search(r"NaN|>nan<|>None<", text)


def test_every_wei_is_shown_and_a_sum_that_is_off_is_told(training):
    text = build([training().run.path]).page.read_text()
    assert f"{10**30 + 3:,} wei were given out" in text
    assert "these do not add up" not in text
    off = {"given_out": 5, "held_by_server": 1, "held_by_workers": 1, "held_by_market": 1}
    text = build([training(result={"wei": off | {"owed_by_market": 1}}).run.path]).page.read_text()
    assert "these do not add up" in text


def test_the_page_loads_nothing_and_has_its_figures(training):
    elements = Elements(build([training().run.path]).page.read_text())
    assert elements.open == []
    assert "script" not in elements.tags
    assert outside(elements) == []
    assert len(elements.ids) == len(set(elements.ids))
    assert elements.tags.count("svg") == 4


def test_strings_from_outside_stay_text(tmp_path):
    hostile = {"evil_behaviour": [HOSTILE], "results": HOSTILE, "topology": HOSTILE, HOSTILE: 1}
    jobs = [Job(((HOSTILE, "paid"),), outcome=HOSTILE, refused={HOSTILE: 1}), Job()]
    one = write_training(tmp_path / "a", jobs, run=HOSTILE, asked=hostile)
    other = write_training(tmp_path / "b", jobs, run="b", asked=hostile)
    for run_dirs in ([one], [one, other]):
        text = build(run_dirs, tmp_path / "out").page.read_text()
        elements = Elements(text)
        assert "<script" not in text
        assert "img" not in elements.tags
        assert outside(elements) == []


def test_the_tables_of_its_fields_are_the_code_s():
    page = PROJECT_ROOT / "docs/reading-the-report.md"
    assert first_column(page, "part") == names(LearningSummary)
    assert first_column(page, "entry") == names(TrainingSummary)


def test_summary_and_table_hold_the_record(training):
    found = training(Job(refused={"TooLate": 1}), Job())
    paths = build([found.run.path])
    summary = json.loads(paths.summary.read_text(), parse_constant=pytest.fail)
    assert summary["schema"] == 1
    assert summary["run"]["run"] == "training-1"
    assert summary["learning"] == found.result
    assert summary["settings"]["asked"]["payment_wei"] == 10**30
    assert summary["trainings"][0]["behaviours"][0]["paid_wei"] == 8 * FINNEY
    with paths.table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["job"] for row in rows] == ["1", "2"]
    assert rows[0]["gas_by_step.commit"] == "300000"
    assert (rows[0]["refused.TooLate"], rows[1]["refused.TooLate"]) == ("1", "")


def test_trainings_are_compared_side_by_side(tmp_path):
    one = write_training(tmp_path / "one", run="first")
    two = write_training(
        tmp_path / "two",
        run="second",
        asked={"results": "hash"},
        result={"rounds_poisoned": 1},
    )
    paths = build([one, two])
    text = paths.page.read_text()
    assert paths.page == tmp_path / "comparison-one-and-two" / "index.html"
    assert paths.content.verdict.answer == "partly"
    assert [one.answer for one in paths.content.verdict.trainings] == ["yes", "partly"]
    assert 'id="comparison"' in text
    assert "honest · second" in text
    assert Elements(text).open == []


def test_the_command_knows_a_training(tmp_path):
    run = write_training(tmp_path / "run")
    done = run_command(run)
    assert done.exit_code == 0
    assert done.stdout.startswith("Yes. After 2 rounds the model trained over the chain gets 80 %")
    assert done.stdout.splitlines()[-1] == str(run / "index.html")
    assert {path.name for path in run.iterdir()} >= MADE
    done = run_command(run, "--json")
    assert json.loads(done.stdout)["verdict"]["answer"] == "yes"


def test_sweeps_and_trainings_do_not_mix(tmp_path):
    done = run_command(write_training(tmp_path / "a"), write_run(tmp_path / "b", []))
    assert isinstance(done.exception, UsageError)
    assert "sweeps or trainings, not both at once" in str(done.exception)


def test_a_result_that_is_no_json_is_refused_in_one_line(tmp_path):
    run = write_training(tmp_path / "run")
    (run / "learned.json").write_text("{")
    with pytest.raises(UsageError, match=r"learned\.json is no JSON"):
        build([run])
