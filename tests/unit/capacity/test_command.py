"""`weighbridge capacity` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.capacity.answer import CAUSES, Answer
from bench.capacity.round import TERMS
from bench.capacity.saved import save
from bench.cli import run
from tests.unit.capacity.shapes import COSTS, a_model


@pytest.fixture(autouse=True)
def _fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of known costs where the commands run."""
    save(a_model(), tmp_path / "fit.json")
    monkeypatch.chdir(tmp_path)


def _capacity(*options: str) -> int:
    return run(["capacity", "--fit", "fit.json", *options])


def test_a_round_that_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert _capacity("--model", "mnist-softmax", "--workers", "50", "--encoding", "int32") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "Yes. 50 workers × mnist-softmax's 7,850 weights (int32, calldata) on qbft-4: "
        "a round fits within 30 s."
    )
    assert any(line.startswith("rounds an hour") for line in lines)
    assert any("Some CPU" in line for line in lines)
    assert any("send" in line and "halt" in line for line in lines)  # zeros, at 160 M gas


def test_the_answer_as_json_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert _capacity("--model", "7850", "--workers", "50", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == set(Answer.__dataclass_fields__)
    assert found["fits"] is True
    assert found["certain"] is True
    assert found["weights"] == 7_850
    assert sum(found["seconds_by_cause"].values()) == pytest.approx(
        found["round_p50_s"]["expected"]
    )
    low, mid, high = (found["round_p95_s"][key] for key in ("low", "expected", "high"))
    assert low < mid < high < 30
    assert found["per_round"]["gas"] == 50 * found["gas_per_submission"]
    assert found["rounds_per_hour"] == 120
    assert found["per_day"]["rounds"] == 120 * 24
    empty = 86_400 * 700
    growth = 2_880 * 50 * found["wire_bytes_per_submission"]
    assert found["per_day"]["chain_bytes"] == pytest.approx(growth + empty)
    assert found["per_day"]["disk_bytes"] == pytest.approx(1.5 * growth + empty)
    assert found["extrapolates"] == {}
    assert found["rests_on"]["machine"]["cpu"] == "Some CPU"


def test_a_round_that_takes_too_long(capsys: pytest.CaptureFixture[str]) -> None:
    assert _capacity("--model", "lenet5", "--workers", "500", "--round-deadline", "4") == 1
    assert capsys.readouterr().out.startswith("No. 500 workers × lenet5's 61,706 weights")


def test_a_round_that_would_halt_the_chain(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--model", "lenet5", "--workers", "100", "--encoding", "int256")
    assert _capacity(*options, "--round-deadline", "9999") == 1
    assert "halt the chain; --gas-limit" in capsys.readouterr().out
    assert _capacity(*options, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["wall"] == found["binds"]["name"] == "block message"
    assert found["binds"]["share"] > 1
    assert found["round_p50_s"] is None
    assert found["rounds_per_hour"] == 0


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (("--workers", "50"), "At most "),
        (("--model", "mnist-softmax"), "At most "),
    ],
)
def test_what_is_left_out_is_what_is_found(
    options: tuple[str, ...], begins: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _capacity(*options) == 0
    assert capsys.readouterr().out.startswith(begins)


def test_the_end_of_the_search_is_no_largest(capsys: pytest.CaptureFixture[str]) -> None:
    assert _capacity("--workers", "5", "--store", "hash") == 0
    assert capsys.readouterr().out.startswith("At least 1,000,000,000 weights.")


def test_an_inverse_is_the_forward_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert _capacity("--workers", "50", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["asked"] == "model"
    assert 0 < found["surely"] < found["weights"]
    largest = found["weights"]
    assert _capacity("--workers", "50", "--model", str(largest)) == 0
    assert _capacity("--workers", "50", "--model", str(largest + 1)) == 1


def test_extrapolation_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--model", "650", "--workers", "20", "--store", "event", "--period", "4")
    assert _capacity(*options) == 0
    assert "Extrapolated: outside the fitted rounds in period_s, store event" in (
        capsys.readouterr().out
    )


def test_weights_of_one_s_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "mine.npy", np.linspace(-1, 1, 500))
    assert _capacity("--model", "mine.npy", "--workers", "5", "--json") == 0
    assert json.loads(capsys.readouterr().out)["payload_bytes"] == 2_000


def test_disk_that_was_never_measured_is_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--model", "650", "--workers", "5", "--store", "event")
    assert _capacity(*options, "--json") == 0
    assert json.loads(capsys.readouterr().out)["per_round"]["disk_bytes"] is None
    assert _capacity(*options) == 0
    assert "of disk" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "cure"),
    [
        ((), "give --model, --workers or both"),
        (("--model", "lenet6", "--workers", "5"), "did you mean"),
        (("--model", "650,7850", "--workers", "5"), "ask for one at a time"),
        (("--model", "counter", "--workers", "5"), "give a model or a count"),
        (("--model", "650", "--workers", "0"), "give 1 to"),
        (("--model", "650", "--workers", "-3"), "give 1 to"),
        (("--model", "650", "--workers", "5", "--encoding", "int33"), "did you mean"),
        (("--model", "650", "--workers", "5", "--store", "calldat"), "did you mean"),
        (("--model", "650", "--workers", "5", "--privacy", "open"), "unknown --privacy"),
        (("--model", "650", "--workers", "5", "--privacy", "private"), "choose plain, commit"),
        (
            ("--model", "650", "--workers", "5", "--privacy", "sealed", "--store", "hash"),
            "choose another --store",
        ),
        (("--model", "650", "--workers", "5", "--round-deadline", "0"), "seconds above 0"),
        (("--model", "650", "--workers", "5", "--round-deadline", "nan"), "seconds above 0"),
        (("--model", "650", "--workers", "5", "--topology", "qbft-5"), "did you mean"),
        (("--model", "650", "--workers", "5", "--topology", "raft-1"), "choose a QBFT or IBFT"),
        (("--model", "650", "--workers", "5", "--period", "0.5"), "give 1, 2, 3"),
        (("--model", "650", "--workers", "5", "--gas-limit", "1000"), "give a whole number from"),
        (("--model", "650", "--workers", "5", "--transaction-size-limit", "500"), "from 32 to 128"),
        (("--model", "650", "--workers", "five"), "--help"),
    ],
)
def test_unusable_input_is_one_line_with_the_cure(
    options: tuple[str, ...], cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _capacity(*options) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("weighbridge: ")
    assert said.err.count("\n") == 1
    assert cure in said.err


def test_every_term_has_a_cause() -> None:
    assert sorted(term for terms in CAUSES.values() for term in terms) == sorted(TERMS)
    assert set(COSTS) == set(TERMS)
