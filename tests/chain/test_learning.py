"""Training over the market on a node: who is paid, what is learnt, and where every wei went."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bench.learn.jobs import ChainGone, learn_jobs, prepare
from bench.learn.options import JobsOptions
from bench.learn.place import Place, place
from bench.network.running import Network
from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from bench.record.learning import JobRow, LearningFile, read_learning
from system.chain.keys import address_of
from system.chain.outbox import Outbox
from system.chain.sender import Call
from system.errors import UsageError
from tests.chain.commands import WEIGHBRIDGE, run

pytestmark = pytest.mark.chain

# Seven workers, all with a seat, two mini-batches a job: a payment of 2, a deposit of 1.
QUICK = JobsOptions(
    workers=7,
    job_size=7,
    rounds=1,
    steps=2,
    payment_wei=2_000,
    deposit_wei=1_000,
    cost_wei=100,
    cost_evil_wei=10,
    deadline_s=2.0,
)


@pytest.fixture(scope="module")
def funder(instant: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the key of the account that has ether."""
    path = tmp_path_factory.mktemp("funder") / "key"
    path.write_text("0x" + treasury_key(load_topology("raft-1")).hex() + "\n", encoding="ascii")
    return path


@pytest.fixture(scope="module")
def where(instant: Network, funder: Path) -> Iterator[Place]:
    """The Raft node as a chain of the user's."""
    with place("", rpc_url=instant.endpoints[0], funder=funder) as found:
        yield found


def learnt(options: JobsOptions, where: Place, out: Path) -> tuple[dict[str, Any], list[JobRow]]:
    """The result and the rows; every wei was looked for before they are given back."""
    rows: list[JobRow] = []
    result = learn_jobs(
        prepare(options),
        where,
        begin=lambda settings: LearningFile(out, settings),
        say=rows.append,
    )
    wei = result["wei"]
    held = wei["held_by_server"] + wei["held_by_workers"] + wei["held_by_market"]
    assert held == wei["given_out"]
    assert wei["held_by_market"] == wei["owed_by_market"] == 0
    found = read_learning(out)
    assert list(found.rows) == rows
    assert found.result == json.loads(json.dumps(result))
    return result, rows


def paid(row: JobRow) -> set[str]:
    return {seat.behaviour for seat in row.seats if seat.paid}


def test_commitments_let_honest_workers_alone_be_paid(where: Place, tmp_path: Path) -> None:
    options = replace(
        QUICK,
        workers=12,
        job_size=12,
        evil=Fraction(7, 12),
        evil_behaviour=("silent", "random", "flip", "collude", "copycat", "grief", "withhold"),
    )
    result, rows = learnt(options, where, tmp_path)
    assert [paid(row) for row in rows] == [{"honest"}]
    assert result["accuracy_by_round"] == result["accuracy_off_chain_by_round"]
    assert result["p_predicted"] == result["p_observed"] == 1
    assert result["p_predicted_exact"]
    assert result["honest_agreement"] == 1
    assert result["rounds_poisoned"] == 0
    # A payment less what it cost; who is not paid has lost its deposit and what it spent.
    assert result["profit_by_behaviour"] == {
        "honest": 2_000 - 100,
        "silent": -1_000,
        "random": -1_000 - 10,
        "flip": -1_000 - 100,
        "collude": -1_000 - 10,
        "copycat": -1_000,
        "grief": -1_000 - 10,
        "withhold": -1_000 - 100,
    }
    lost = result["forfeits_by_behaviour"]
    assert lost == {"honest": 0, **dict.fromkeys(options.evil_behaviour, 1)}
    assert rows[0].refused == {"CommitmentMismatch": 1}
    assert sum(rows[0].gas_by_step.values()) == rows[0].gas_used
    assert set(rows[0].bytes_by_step) == {"deploy", "pick", "commit", "open", "close", "claim"}


@pytest.mark.parametrize("results", ["weights", "hash"])
def test_what_lies_open_can_be_copied(where: Place, tmp_path: Path, results: str) -> None:
    options = replace(
        QUICK, privacy="plain", results=results, evil=Fraction(2, 7), evil_behaviour=("copycat",)
    )
    result, [row] = learnt(options, where, tmp_path)
    assert paid(row) == {"honest", "copycat"}
    assert result["profit_by_behaviour"] == {"honest": 1_900, "copycat": 2_000}
    assert not result["p_predicted_exact"]


def test_sealed_results_can_be_copied_and_not_opened(where: Place, tmp_path: Path) -> None:
    options = replace(
        QUICK, privacy="sealed", evil=Fraction(3, 7), evil_behaviour=("copycat", "collude", "grief")
    )
    result, [row] = learnt(options, where, tmp_path)
    assert paid(row) == {"honest"}
    steps = {seat.behaviour: seat.step for seat in row.seats}
    assert steps == {
        "honest": "counted",
        "copycat": "sealed",
        "collude": "counted",
        "grief": "sealed",
    }
    assert row.refused == {"CommitmentMismatch": 1}
    assert result["accuracy"] == result["accuracy_off_chain"]


def test_a_silent_winner_loses_its_turn_to_the_next_one(where: Place, tmp_path: Path) -> None:
    options = replace(
        QUICK,
        results="hash",
        batch="data",
        evil=Fraction(5, 7),
        evil_behaviour=("withhold",),
        rounds=2,
    )
    result, rows = learnt(options, where, tmp_path)
    assert result["outcomes"] == {"won": 2}
    assert result["accuracy"] == result["accuracy_off_chain"]
    assert {row.votes for row in rows} == {7}
    for row in rows:
        assert "honest" in paid(row)
        lost = [seat for seat in row.seats if seat.owed_wei == "0"]
        assert {seat.behaviour for seat in lost} <= {"withhold"}
    # All weights of a job went over the chain once, and not seven times.
    assert result["bytes_per_round_by_step"]["deliver"] < 3_000


def test_floats_agree_on_nothing(where: Place, tmp_path: Path) -> None:
    result, rows = learnt(replace(QUICK, arithmetic="float32"), where, tmp_path)
    assert result["honest_agreement"] == 0
    assert result["rounds"] == 0
    assert result["outcomes"] == {"tied": 3}
    assert result["p_predicted"] == result["p_observed"] == 0
    assert {len({seat.digest for seat in row.seats}) for row in rows} == {7}
    assert result["profit_by_behaviour"]["honest"] == 3 * (-1_000 - 100)


def test_evil_workers_in_the_majority_poison_the_model(where: Place, tmp_path: Path) -> None:
    options = replace(QUICK, evil=Fraction(6, 7), evil_behaviour=("collude",), rounds=2, steps=44)
    result, rows = learnt(options, where, tmp_path)
    assert result["rounds_poisoned"] == result["rounds"] == 2
    assert [paid(row) for row in rows] == [{"collude"}] * 2
    assert result["accuracy"] < 0.5 < result["accuracy_off_chain"]
    assert result["p_predicted"] == 0


def test_slow_and_crashing_workers_end_with_the_deadline(where: Place, tmp_path: Path) -> None:
    options = replace(QUICK, evil=Fraction(3, 7), evil_behaviour=("slow", "crash"))
    result, rows = learnt(options, where, tmp_path)
    assert result["outcomes"] == {"won": 1}
    assert result["accuracy"] == result["accuracy_off_chain"]
    assert all("honest" in paid(row) for row in rows)


def test_what_is_left_goes_back_to_the_account_that_paid(where: Place, tmp_path: Path) -> None:
    before = where.balance(where.treasury.address)
    result, _ = learnt(replace(QUICK, seed=77), where, tmp_path)
    assert result["wei"]["given_out"] > 7 * 2_000
    assert where.balance(where.treasury.address) == before


def test_a_treasury_that_lacks_the_wei_says_so(where: Place, tmp_path: Path) -> None:
    options = replace(QUICK, payment_wei=1 << 99)
    with pytest.raises(UsageError, match="fund it"):
        learnt(options, where, tmp_path)


def test_a_chain_that_went_away_ends_a_training(where: Place, tmp_path: Path) -> None:
    def gone(row: JobRow) -> None:
        where.rpc.url = "http://127.0.0.1:9"

    whole = where.rpc.url
    try:
        with pytest.raises(ChainGone, match="went away"):
            learn_jobs(
                prepare(replace(QUICK, rounds=2)),
                where,
                begin=lambda settings: LearningFile(tmp_path, settings),
                say=gone,
            )
    finally:
        where.rpc.url = whole
    assert len(read_learning(tmp_path).rows) == 1
    assert read_learning(tmp_path).result is None


def test_an_outbox_tells_failed_from_refused(where: Place) -> None:
    outbox = Outbox(where.rpc, where.chain.chain_id)
    key, poor = where.treasury.key, b"\x05" * 32
    here = address_of(key)
    outbox.send(key, [Call(here, b"", 21_000), Call(here, b"", 20_000)], "two")
    outbox.send(poor, [Call(here, b"", 21_000, value=1)], "poor")
    outbox.send(key, [Call(None, b"\xfe", 100_000)], "bad")
    done = {(one.label, bool(one.reason), one.block is None) for one in outbox.drained()}
    assert done == {
        ("two", False, False),
        ("two", True, True),
        ("poor", True, True),
        ("bad", True, False),
    }
    assert outbox.waiting() == 0


_FIGURES = ("accuracy", "accuracy_off_chain", "p_predicted", "p_observed", "seconds_per_round")


@pytest.mark.usefixtures("geth")
def test_the_command_learns_on_a_network_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "run"
    mix = ("--workers", "5", "--job-size", "5", "--evil", "0.4", "--evil-behaviour", "collude")
    job = ("--rounds", "2", "--steps", "1", "--topology", "raft-1", "--out", str(out))
    command = (*WEIGHBRIDGE, "learn", "jobs", *mix, *job)
    said = run((*command, "--json"), tmp_path)
    assert said.code == 0, said.err
    result = json.loads(said.out)
    assert all(isinstance(result[name], float) for name in _FIGURES)
    assert result["rounds"] == 2
    assert result["profit_by_behaviour"]["honest"] > 0 > result["profit_by_behaviour"]["collude"]
    assert result["gas_per_round"] > 0 < result["bytes_per_round"]
    assert result["wei"]["owed_by_market"] == 0
    again = run(command, tmp_path)
    assert again.code == 2
    assert again.told == [f"weighbridge: {out} holds a run already; give a new or empty directory"]
