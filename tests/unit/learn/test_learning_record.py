"""A training's record: written as it happens, read back whole, or as far as it came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bench.learn.odds import agreement, forfeits, observed, poisoned
from bench.learn.show import closing_lines, heading, job_line
from bench.record.learning import (
    ROWS_FILE,
    JobRow,
    LearningFile,
    LearningSettings,
    SeatRow,
    holds_learning,
    read_learning,
)
from system.errors import UsageError
from system.jobs.odds import chance_paid

SETTINGS = LearningSettings(
    system="jobs",
    model="digits-softmax",
    weights=650,
    asked={"workers": 3, "topology": "qbft-4", "payment_wei": 10**30},
    predicted={
        "job_size": 3,
        "payment_wei": str(10**30),
        "deposit_wei": "0",
        "p_colluding": 1.0,
        "w_colluding": 0.5,
    },
)


def seat(behaviour: str, digest: str, *, owed: int = 0) -> SeatRow:
    return SeatRow(
        worker=f"0x{behaviour}",
        behaviour=behaviour,
        step="counted" if digest else "picked",
        digest=digest,
        owed_wei=str(owed),
        paid=owed > 0,
    )


ROW = JobRow(
    job=1,
    batch_index=0,
    outcome="won",
    digest="aa",
    votes=2,
    counted=3,
    accuracy=0.9,
    accuracy_off_chain=0.95,
    seats=[
        seat("honest", "aa", owed=10**30),
        seat("honest", "aa", owed=10**30),
        seat("collude", "bb"),
        seat("silent", ""),
    ],
    transactions=20,
    gas_used=5_000_000,
    wire_bytes=1_250_000,
    blocks=4,
    seconds=4.5,
    refused={"TooLate": 2},
    gas_by_step={"pick": 300},
)
POISONED = replace(
    ROW,
    job=2,
    seats=[seat("honest", "aa"), seat("collude", "bb", owed=5), seat("collude", "bb", owed=5)],
)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    assert not holds_learning(tmp_path)
    file = LearningFile(tmp_path, SETTINGS)
    file.row(ROW)
    file.row(POISONED)
    assert read_learning(tmp_path).result is None
    file.result({"wei": {"given_out": 10**30}})
    found = read_learning(tmp_path)
    assert holds_learning(tmp_path)
    assert found.settings == SETTINGS
    assert found.rows == (ROW, POISONED)
    assert found.result == {"wei": {"given_out": 10**30}}


@pytest.mark.parametrize("torn", [b'{"job": 3, "batch', b'{"job": 3}\n', b"\xff\xfe\n"])
def test_a_torn_row_is_left_out(tmp_path: Path, torn: bytes) -> None:
    file = LearningFile(tmp_path, SETTINGS)
    file.row(ROW)
    with (tmp_path / ROWS_FILE).open("ab") as rows:
        rows.write(torn)
    assert read_learning(tmp_path).rows == (ROW,)


def test_a_directory_without_a_training_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no training"):
        read_learning(tmp_path)
    (tmp_path / "learning.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="is missing"):
        read_learning(tmp_path)


def test_what_was_observed_is_a_share_of_seats() -> None:
    found = observed([ROW, POISONED])
    assert found["honest"].share == pytest.approx(2 / 3)  # two seats of a won job, one of a lost
    assert found["collude"].share == pytest.approx(2 / 3)
    assert found["silent"].share == 0
    low, high = found["honest"].ci95
    assert 0 < low < 2 / 3 < high < 1
    assert observed([ROW] * 40)["honest"].ci95[0] > 0.9
    assert all(observed([ROW] * jobs)["honest"].ci95[1] == 1 for jobs in range(1, 60))
    assert all(observed([ROW] * jobs)["silent"].ci95[0] == 0 for jobs in range(1, 60))


def test_seats_of_one_job_are_not_as_many_draws() -> None:
    lone = replace(ROW, seats=[seat("honest", "aa", owed=1)])
    lost = replace(ROW, seats=[seat("honest", "aa")])
    crowded = replace(ROW, seats=[seat("honest", "aa", owed=1)] * 10)
    failed = replace(ROW, seats=[seat("honest", "aa")] * 10)
    few = observed([lone, lost] * 20)["honest"]
    many = observed([crowded, failed] * 20)["honest"]
    assert many.share == few.share == 0.5
    assert many.ci95 == pytest.approx(few.ci95)
    # Of 40 draws, by hand: 0.5 ± 1.96 / (1 + 0.096) · √(0.25/40 + 0.096/160)
    assert few.ci95 == pytest.approx((0.352, 0.648), abs=0.001)


def test_intervals_hold_what_is_predicted() -> None:
    """Seats drawn by lot from a pool, thousands of times: the share is the formula's."""
    names = ("honest",) * 12 + ("collude",) * 8
    draw = Random(1)
    rows = []
    for _ in range(3_000):
        drawn = draw.sample(names, 5)
        won = drawn.count("honest") >= 3
        seats = [seat(name, "aa", owed=int((name == "honest") == won)) for name in drawn]
        rows.append(replace(ROW, seats=seats))
    for name in ("honest", "collude"):
        expected = chance_paid(names, name, 5)
        assert expected is not None
        found = observed(rows)[name]
        assert found.ci95[0] < expected < found.ci95[1]
        assert found.ci95[1] - found.ci95[0] < 0.05


def test_agreement_and_forfeits() -> None:
    assert agreement([ROW]) == 1
    split = replace(ROW, seats=[seat("honest", "aa"), seat("honest", "bb"), seat("honest", "aa")])
    assert agreement([split]) == pytest.approx(1 / 3)
    assert agreement([POISONED]) is None
    assert forfeits([ROW, POISONED], deposit_wei=5) == {"honest": 1, "collude": 1, "silent": 1}
    assert set(forfeits([ROW], deposit_wei=0).values()) == {0}
    assert poisoned([ROW, POISONED, POISONED]) == 2


def test_lines_say_who_was_paid_and_what_it_cost() -> None:
    assert "3 of them a job" in heading(SETTINGS)
    line = job_line(ROW)
    assert "paid: 2 honest" in line
    assert "2 × TooLate" in line
    assert "1.25 MB" in line
    assert "paid: nobody" in job_line(replace(ROW, seats=[]))


def test_the_closing_lines_name_every_behaviour() -> None:
    lines = closing_lines(
        {
            "accuracy": 0.9,
            "accuracy_off_chain": 0.95,
            "rounds": 1,
            "rounds_poisoned": 1,
            "jobs": 2,
            "gas_per_round": 5e6,
            "bytes_per_round": 1e6,
            "seconds_per_round": 4.5,
            "seconds_per_round_off_chain": 0.01,
            "honest_agreement": 0.0,
            "profit_by_behaviour": {"honest": 2 * 10**14, "silent": -(10**15)},
            "p_by_behaviour": {
                "honest": {"predicted": None, "observed": 0.5, "ci95": (0.1, 0.9)},
            },
            "wei": {
                "given_out": 10,
                "held_by_server": 4,
                "held_by_workers": 5,
                "held_by_market": 1,
                "owed_by_market": 1,
            },
        }
    )
    text = "\n".join(lines)
    assert "honest: +0.200 finney" in text
    assert "silent: -1.000 finney" in text
    assert "1 of these was won by a wrong model" in text
    assert "10 wei given out = 4 + 5 + 1" in text
    assert "agree: 0%" in text
