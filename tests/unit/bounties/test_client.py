"""Clients at a market: who competes, lies, keeps silent, checks, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from system.bounties.client_choice import STAKELESS
from system.bounties.credits import Standing
from system.bounties.filters import OWN, POOR, Interest
from system.bounties.market import ANNOUNCE_GAS
from system.bounties.terms import Outcome, Phase, Verdict
from system.chain.abi import call_data
from system.chain.sender import Call
from tests.unit.bounties.street import SPONSORED, Street


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path)


def watched(street: Street):
    """An owner with credits for a job, and three members who check."""
    for number in range(3):
        street.joins(f"checker {number}", own=50)
    return street.joins("owner", own=200)


def test_the_ten_steps_with_a_liar_and_one_who_keeps_silent(street):
    owner = watched(street)
    street.posts(owner)
    good, better = street.joins("good", 3000), street.joins("better", 2000)
    liar = street.joins("liar", 9000, kind="liar")
    silent = street.joins("silent", 8000, kind="silent")
    street.plays()
    assert [name for name, _ in street.happened("Claimed")][-1] == "better"
    assert [name for name, _ in street.happened("Published")] == ["liar", "better"]
    assert [facts["verdict"] for _, facts in street.happened("Judged")] == [
        Verdict.CHEAT,
        Verdict.HONEST,
    ]
    assert [name for name, _ in street.happened("Lapsed")] == ["silent"]
    assert [name for name, _ in street.happened("Banned")] == ["liar"]
    assert [name for name, _ in street.happened("JobClosed")] == ["better"]
    assert {facts["loss"] for _, facts in street.happened("VoteOpened")} == {9000, 2000}
    assert not street.refused
    books = street.house.books()
    assert books.conserved
    assert books.held.total() == 0
    # The bounty less the fee, with the silent one's stake and what the voters left over.
    assert books.own[better.address] >= 100 - 10 + 20
    assert (books.own[liar.address], books.trust[liar.address]) == (0, 0)
    assert books.trust[silent.address] == SPONSORED - 20
    assert (books.own[good.address], books.trust[good.address]) == (0, SPONSORED)
    assert street.house.account(liar.address).standing is Standing.BANNED


def test_earned_credits_pay_for_a_job_of_one_s_own(street):
    street.posts(watched(street))
    winner = street.joins("winner", 2000)
    other = street.joins("other", 3000)
    street.plays()
    earned = street.house.own(winner.address)
    assert earned >= 90
    street.posts(winner, bounty=60, fee=6)
    street.plays()
    assert street.house.own(winner.address) == earned - 60
    assert street.house.own(other.address) >= 54
    assert winner.parts[2].left == OWN
    assert street.house.books().conserved


def test_who_is_outbid_tries_again_and_announces_only_what_is_better(street):
    street.posts(watched(street))
    street.joins("one", 2500)
    street.joins("two", 3000, 9000, 2000)
    street.plays()
    announced = [(name, facts["loss"]) for name, facts in street.happened("Announced")]
    # 9000 was trained and told to nobody; 2000 comes after it.
    assert sorted(announced) == [("one", 2500), ("two", 2000), ("two", 3000)]
    assert street.happened("JobClosed")[0][0] == "two"


def test_who_leads_does_not_train_again(street):
    street.posts(watched(street))
    leader = street.joins("leader", 1000, 1, seed=77)
    street.plays()
    assert street.workshop.solved_for.count(77) == 1
    assert leader.parts[1].tries == 1


def test_a_job_that_pays_too_little_is_left_and_refunded(street):
    owner = watched(street)
    picky = street.joins("picky", 1000, interest=Interest(least_bounty=101, least_left_s=0))
    street.posts(owner)
    street.plays()
    assert picky.parts[1].left == POOR
    assert street.events[-1].name == "Credit"
    [(name, facts)] = street.happened("JobClosed")
    assert (name, facts["outcome"], facts["amount"]) == ("owner", Outcome.REFUNDED, 100)
    assert street.house.own(owner.address) == 200


def test_nobody_stakes_more_than_it_has(street):
    street.posts(watched(street), stake=SPONSORED + 1)
    poor = street.joins("poor", 1000)
    street.plays()
    assert poor.parts[1].left == STAKELESS
    assert not street.happened("Committed")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reference": "nowhere"}, "no task 'nowhere'"),
        ({"evaluation_digest": b"\7" * 32}, "ask its owner for the right ones"),
        ({"reference": "http://127.0.0.1/task"}, "not allowed"),
    ],
)
def test_tasks_that_are_not_what_the_job_says_are_left(street, changes, why):
    owner = watched(street)
    client = street.joins("client", 1000)
    street.posts(owner, **changes)
    street.plays()
    assert why in client.parts[1].left
    assert not street.workshop.solved_for


def test_a_task_without_an_answer_is_left(street):
    street.posts(watched(street))
    client = street.joins("client", -1)
    street.plays()
    assert client.parts[1].left == "task 'numbers' left no model"
    assert not street.happened("Committed")


def test_only_as_many_jobs_at_once_as_there_is_room_for(street):
    owner = watched(street)
    busy = street.joins("busy", 1000, interest=Interest(most_jobs=1, least_left_s=0))
    street.posts(owner, bounty=90)
    street.posts(owner)
    street.plays()
    assert [facts["order"] for _, facts in street.happened("Committed")] == [1]
    assert [busy.parts[job].takes for job in (1, 2)] == [False, True]


def test_an_owner_that_is_away_holds_nobody_up(street):
    away = watched(street)
    street.posts(away)
    street.joins("client", 1000)
    del street.clients[away.address]
    street.plays()
    assert street.board.jobs[1].state.phase is Phase.CLOSED
    assert [name for name, _ in street.happened("JobClosed")] == ["client"]


def test_a_step_that_always_fails_is_given_up(street, monkeypatch):
    owner = watched(street)
    street.posts(owner)
    client = street.joins("client", 1000)
    # Its commitment is to something else than it opens.
    monkeypatch.setattr("system.bounties.client_calls.market.announcing", _wrong)
    street.plays()
    assert street.refused["announce 1", "CommitmentMismatch"] == 3
    assert street.house.account(client.address).trust == SPONSORED


def _wrong(at, job, *, loss, digest, salt):
    signature = "announce(uint64,uint64,bytes32,bytes32)"
    return Call(at, call_data(signature, job, loss + 1, digest, salt), ANNOUNCE_GAS)
