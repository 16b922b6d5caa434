"""A try of the bounty market: who takes part, what jobs pay and how long they last."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bench.learn.bounties import tasks
from bench.learn.bounties.cast import BOUNTIES, FOUNDERS, POOR_BOUNTY, cast
from bench.learn.bounties.options import BountiesOptions
from bench.learn.bounties.stage import allotments, trust_of
from bench.learn.bounties.terms import LEFT_S, Pace, fee_of, stake_of, task_time_s, terms_of
from bench.learn.command import app
from system.bounties.isolation import NoIsolation
from system.bounties.terms import least_stake
from system.errors import UsageError


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"clients": 1}, "--clients 1: give a number from 2"),
        ({"jobs": 0}, "--jobs 0"),
        ({"liars": -1}, "--liars -1"),
        ({"silent": 99}, "--silent 99"),
        ({"clients": 4, "liars": 2}, "leave 1 honest"),
        ({"clients": 20, "liars": 8, "silent": 0}, "at most 7 in all"),
    ],
)
def test_what_can_t_be_met_is_refused_in_one_line(given, said):
    with pytest.raises(UsageError, match=said) as raised:
        BountiesOptions(**given)
    assert "\n" not in str(raised.value)


def test_everybody_has_a_name_and_an_account_of_their_own():
    members = cast(BountiesOptions(clients=7, liars=2, silent=1, jobs=3))
    assert len({one.name for one in members}) == len({one.address for one in members})
    kinds = [one.behaviour for one in members]
    assert kinds.count("founder") == FOUNDERS
    assert [kinds.count(kind) for kind in ("owner", "honest", "liar", "silent")] == [4, 4, 2, 1]
    assert [one.bounty for one in members if one.bounty] == [*BOUNTIES, POOR_BOUNTY]


def test_only_who_names_no_sponsor_is_given_credits():
    members = cast(BountiesOptions())
    given = allotments(members, jobs=2)
    assert given.keys() == {one.name for one in members if not one.sponsor}
    for one in members:
        if one.bounty:
            assert given[one.name] > one.bounty
    sponsored = sum(bool(one.sponsor) for one in members)
    founders = sum(amount for name, amount in given.items() if "founder" in name)
    assert founders > sponsored * trust_of(2)


@pytest.mark.parametrize("bounty", [POOR_BOUNTY, 60, *BOUNTIES])
def test_stakes_and_fees_are_what_the_market_takes(bounty):
    assert 0 < fee_of(bounty) <= bounty
    assert stake_of(bounty) >= least_stake(bounty, fee=fee_of(bounty))


@pytest.mark.parametrize("solve_s", [0.1, 1.0, 7.0])
@pytest.mark.parametrize("period_s", [None, 1.0, 5.0])
def test_a_job_is_open_for_longer_than_its_task_may_run(solve_s, period_s):
    pace = Pace(solve_s, period_s, clients=6, voters=5, jobs=2)
    terms = terms_of(b"\1" * 32, b"\2" * 32, bounty=80, pace=pace)
    # Clients want a second more than that, and see a job two blocks after it was posted.
    assert (terms.open_blocks - 2) * pace.block_s > task_time_s(solve_s) + LEFT_S >= 3 * solve_s
    waits = (terms.reveal_blocks, terms.claim_blocks, terms.publish_blocks, terms.vote_blocks)
    assert min(waits) >= 4


def test_each_task_is_judged_by_data_of_its_own():
    made = tasks.assignments(3, seed=1, solve_s=0.5)
    assert len({one.task.evaluation for one in made}) == 3
    assert len({one.reference for one in made}) == 3
    assert {one.task.wanted.time_s for one in made} == {task_time_s(0.5)}


def test_without_isolation_nothing_is_started(monkeypatch, tmp_path):
    def missing():
        raise NoIsolation("no task of a stranger is run without isolation")

    monkeypatch.setattr(tasks, "found", missing)
    done = CliRunner().invoke(app, ["bounties", "--out", str(tmp_path / "run")])
    assert isinstance(done.exception, NoIsolation)
    assert not list((tmp_path / "run").iterdir())
