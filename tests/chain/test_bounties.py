"""The bounty market on a node: a lie is found out, honest work is paid, every credit is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.learn.bounties import terms
from bench.learn.bounties.options import BountiesOptions
from bench.learn.bounties.result import shortcomings
from bench.learn.bounties.run import learn_bounties, prepare
from bench.learn.place import place
from bench.network.running import Network
from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from bench.record.learning import LearningFile, read_result, read_steps
from system.bounties.isolation import NoIsolation, found

pytestmark = pytest.mark.chain


def has_isolation() -> bool:
    """Whether this machine can shut a task in; else the tests' own tasks run as they are."""
    try:
        found()
    except NoIsolation:
        return False
    return True


def test_a_liar_is_banned_and_the_next_best_is_paid(
    instant: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "_SHORTEST_S", 1.0)
    monkeypatch.setattr(terms, "_LEAST_TASK_S", 3.0)
    monkeypatch.setattr(terms, "NUDGED_PERIOD_S", 0.4)
    funder = tmp_path / "key"
    funder.write_text(treasury_key(load_topology("raft-1")).hex(), encoding="ascii")
    options = BountiesOptions(clients=3, jobs=1, liars=1, silent=0, unsafe=not has_isolation())
    prepared, rows = prepare(options), []
    with place("", rpc_url=instant.endpoints[0], funder=funder) as where:
        result = learn_bounties(
            prepared, where, begin=lambda asked: LearningFile(tmp_path, asked), say=rows.append
        )
    assert shortcomings(result) == []
    assert result["conserved"]
    assert result["banned"] == ["liar 1"]
    # A voter on a busy machine may be late.
    assert set(result["refused"]) <= {"WrongPhase"}
    first, poor, own = result["jobs"]
    assert [turn["verdict"] for turn in first["turns"]] == ["cheat", "honest"]
    lied, told = first["turns"]
    assert min(lied["measured"].values()) > 50 * lied["announced"]
    assert set(told["measured"].values()) == {told["announced"]}
    assert first["winner"] == told["solver"] == result["earner"] == own["owner"]
    # What the voters could not divide evenly stays with the bounty.
    assert first["bounty"] - terms.fee_of(first["bounty"]) <= first["amount"] < first["bounty"]
    assert result["refunded"] == [{"job": 2, "owner": "owner 2", "credits": poor["bounty"]}]
    assert set(poor["left"].values()) == {"its bounty is too low"}
    assert own["winner"] not in ("", own["owner"], "liar 1")
    assert own["accuracy"] > 0.9 < first["accuracy"]
    _every_credit(result)
    assert read_result(tmp_path) == result
    assert read_steps(tmp_path) == tuple(rows)


def _every_credit(result: dict[str, Any]) -> None:
    books = result["ledger"]
    assert books["minted"] == sum(
        books[name] for name in ("burnt", "in_accounts", "in_trust", "in_jobs")
    )
    assert books["burnt"] > 0 == books["in_jobs"]
    assert books["accounts"]["liar 1"] == {"own": 0, "trust": 0}
