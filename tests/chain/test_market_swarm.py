"""Swarms over paid jobs: workers of every behaviour, counted once, and every wei accounted for.

A swarm mostly waits for blocks: the scenarios run side by side, and each test waits for its own.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from bench.network.ports import free_ports
from bench.network.running import Network
from system.chain.keys import address_of, derive_key
from system.chain.receipts import revert_reason
from system.chain.rpc import Rpc
from system.jobs import market
from system.jobs.market import Outcome, Step
from tests.chain.commands import LOCUST, run
from tests.chain.recount import begun_only, recount, rows
from tests.chain.side_by_side import Scenario, side_by_side

pytestmark = pytest.mark.chain

ALL = ("silent", "slow", "random", "flip", "collude", "copycat", "grief", "crash")


def _swarm(url: str, run_dir: Path, users: int, *options: str) -> tuple[str, ...]:
    common = ("--headless", "--only-summary", "--no-report", "--rpc-url", url)
    size = ("--weights", "650", "--encoding", "int32", "-u", str(users), "-r", str(users))
    return (*LOCUST, *common, "--run-dir", str(run_dir), *size, *options)


def _end(run_dir: Path) -> dict[str, Any]:
    [path] = run_dir.glob("end-*.json")
    end: dict[str, Any] = json.loads(path.read_bytes())
    return end


def _facts(run_dir: Path) -> dict[str, Any]:
    [path] = run_dir.glob("cell-*.json")
    facts: dict[str, Any] = json.loads(path.read_bytes())
    return facts


def _checked(url: str, run_dir: Path) -> dict[str, Any]:
    """The cell's end, after rows, chain and wei were held against each other here."""
    rpc, ended, end, facts = Rpc(url), rows(run_dir), _end(run_dir), _facts(run_dir)
    at = facts["contracts"]["market"]
    assert begun_only(run_dir) == []
    assert (end["valid"], end["outcome"], end["reconciled"]["agrees"]) == (True, "ok", True), end
    recount(url, run_dir)
    seats = [market.seat_of(rpc, at, row["worker"], row["job"]) for row in ended]
    assert all(row["job"] > 0 and seat.step for row, seat in zip(ended, seats, strict=True))
    assert len({(row["worker"], row["job"]) for row in ended}) == len(ended)
    states = {job: market.state_of(rpc, at, job) for job in {row["job"] for row in ended}}
    _same_models(ended, seats)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row, seat in zip(ended, seats, strict=True):
        state, mine = states[row["job"]], counts[row["behaviour"]]
        was_counted = seat.step >= Step.COUNTED
        mine["seats"] += 1
        mine["counted"] += was_counted
        won = state.outcome is Outcome.WON and was_counted and seat.word == state.digest
        mine["paid"] += won
        mine["returned"] += state.outcome is Outcome.VOID and was_counted
        mine["claimed"] += seat.step is Step.CLAIMED
        mine[row["outcome"]] += 1
    for name, said in end["behaviours"].items():
        for key in ("seats", "counted", "paid", "returned", "claimed"):
            assert said[key] == counts[name][key], (name, key)
        assert said["forfeited"] == said["seats"] - said["paid"] - said["returned"]
        assert said["submissions"] == said["seats"]
        assert Counter(said["outcomes"]) == Counter(
            {key: counts[name][key] for key in said["outcomes"]}
        )
    _wei(rpc, at, facts, ended, end["market"])
    return end


def _same_models(ended: list[dict[str, Any]], seats: list[market.Seat]) -> None:
    """Honest workers of a job return one model, colluders another, and random ones one each."""
    digests: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for row, seat in zip(ended, seats, strict=True):
        if seat.step >= Step.COUNTED:
            digests[row["behaviour"], row["job"]].append(seat.word)
    for (name, _), found in digests.items():
        assert len(set(found)) == (len(found) if name == "random" else 1), name
    for (name, job), found in digests.items():
        if name in ("collude", "random", "flip") and ("honest", job) in digests:
            assert digests["honest", job][0] not in found


def _wei(
    rpc: Rpc, at: str, facts: dict[str, Any], ended: list[dict[str, Any]], said: dict[str, Any]
) -> None:
    """What the market holds is what its own views say it owes, and what open jobs hold."""
    server = address_of(derive_key(f"{facts['seed']}|{facts['session']}", "server", 0))
    owed = sum(market.balance_of(rpc, at, one) for one in {server, *(r["worker"] for r in ended)})
    jobs = range(1, market.last_job(rpc, at) + 1)
    for job in jobs:
        state, terms = market.state_of(rpc, at, job), market.terms_of(rpc, at, job)
        if state.outcome is Outcome.OPEN:
            owed += terms.escrow + state.picked * terms.deposit
    owed += sum(market.owed_to(rpc, at, row["worker"], row["job"]) for row in ended)
    held = int(rpc.call("eth_getBalance", at, "latest"), 16)
    assert held == owed == said["balance_wei"] == said["owed_wei"]
    assert said["conserved"]
    assert held > 0
    assert said["jobs"] == len(jobs) - 1  # the first one was before the clock


def every_behaviour_over_many_jobs(url: str, place: Path) -> None:
    run_dir = place / "run"
    asked = ("--job-size", "5", "--evil", "0.5", "--evil-behaviour", ",".join(ALL))
    timed = ("--rate", "40", "--warmup", "0.5", "--duration", "2.5", "--privacy", "commit")
    said = run(_swarm(url, run_dir, 120, *asked, *timed), place)
    assert said.code == 0, said.err
    end, facts, ended = _checked(url, run_dir), _facts(run_dir), rows(run_dir)
    assert (facts["job_size"], facts["evil"], facts["evil_behaviour"]) == (5, 0.5, list(ALL))
    assert len(ended) == 120
    assert len({row["worker"] for row in ended}) >= 100
    assert len({row["job"] for row in ended}) >= 15
    assert end["market"]["most_open"] >= 10
    assert {row["behaviour"] for row in ended} == {"honest", *ALL}
    found = end["behaviours"]
    assert found["honest"]["outcomes"] == {"included": 60}
    assert found["honest"]["paid"] == found["honest"]["claimed"] > 30
    assert found["silent"]["counted"] == found["grief"]["counted"] == 0
    assert found["copycat"]["paid"] == found["random"]["paid"] == 0
    copied = [row for row in ended if row["behaviour"] == "copycat"]
    reverted = [row for row in copied if row["outcome"] == "reverted"]
    assert reverted
    for row in reverted:
        assert row["reason"].startswith("reverted: CommitmentMismatch(")
    assert "CommitmentMismatch" in revert_reason(Rpc(url), reverted[0]["hashes"][-1])
    assert found["copycat"]["reverted"] == {"CommitmentMismatch": len(reverted)}
    assert found["copycat"]["expected"] == len(reverted)
    paid_for = [row for row in ended if row["behaviour"] == "honest" and row["transactions"] == 5]
    assert len(paid_for) == found["honest"]["paid"]  # pick, commit, open, weights, claim
    for row in paid_for:
        assert row["first_block"] < row["last_block"]
        assert row["intended_s"] <= row["sent_s"] < row["seen_s"]
        assert row["payload_bytes"] == 2_600


def two_processes_share_a_market(url: str, place: Path) -> None:
    run_dir, port = place / "run", str(free_ports(1)[0])
    asked = ("--job-size", "3", "--evil", "0.3", "--evil-behaviour", "copycat,grief")
    timed = ("--rate", "8", "--warmup", "0.5", "--duration", "2.5", "--privacy", "sealed")
    two = ("--processes", "2", "--master-port", port, "--master-bind-port", port)
    said = run(_swarm(url, run_dir, 24, *asked, *timed, *two), place)
    assert said.code == 0, said.err
    end, ended = _checked(url, run_dir), rows(run_dir)
    assert len(ended) == 24
    assert len(list(run_dir.glob("submissions-*.jsonl"))) == 2
    assert {row["job"] % 2 for row in ended} == {0, 1}
    assert end["behaviours"]["copycat"]["paid"] == end["behaviours"]["grief"]["counted"] == 0


def plain_results_can_be_copied_in_a_closed_loop(url: str, place: Path) -> None:
    run_dir = place / "run"
    asked = ("--job-size", "3", "--evil", "0.34", "--evil-behaviour", "copycat,silent,collude")
    timed = ("--warmup", "1", "--duration", "4", "--privacy", "plain")
    said = run(_swarm(url, run_dir, 9, *asked, *timed), place)
    assert said.code == 0, said.err
    end, ended = _checked(url, run_dir), rows(run_dir)
    assert {row["outcome"] for row in ended} == {"included"}
    assert end["behaviours"]["copycat"]["counted"] > 0
    assert _facts(run_dir)["loop"] == "closed"


@pytest.fixture(scope="module")
def scenarios(
    single: Network, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Scenario, Future[None]]]:
    [url] = single.endpoints
    with side_by_side(test_a_market_swarm, url, request=request, places=tmp_path_factory) as runs:
        yield runs


@pytest.mark.parametrize(
    "scenario",
    [
        every_behaviour_over_many_jobs,
        two_processes_share_a_market,
        plain_results_can_be_copied_in_a_closed_loop,
    ],
)
def test_a_market_swarm(scenario: Scenario, scenarios: dict[Scenario, Future[None]]) -> None:
    scenarios[scenario].result()
