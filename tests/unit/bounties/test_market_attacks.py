"""What front-runners, Sybils and spammers get out of it: nothing, or less than they put in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system.bounties import credits, market
from system.bounties.terms import Outcome, Phase, Verdict
from system.chain.sender import Call
from tests.evm import CHAIN_ID
from tests.unit.bounties.house import (
    CHUNK_BYTES,
    GRANT,
    TERMS,
    House,
    digest,
    model,
    salt,
    terms,
)

BOUNTY, STAKE, DEPOSIT, FEE = TERMS.bounty, TERMS.stake, TERMS.deposit, TERMS.fee


@pytest.fixture
def house() -> House:
    return House.built()


def stolen(house: House, job: int, thief: str, victim: str, loss: int) -> tuple[Call, Call]:
    """A thief's commitment to its victim's model at that loss, and its opening."""
    made = market.announcement(
        chain_id=CHAIN_ID,
        market=house.market,
        solver=thief,
        job=job,
        loss=loss,
        digest=digest(victim),
        salt=salt(victim),
    )
    return (
        market.committing(house.market, job, commitment=made),
        market.announcing(house.market, job, loss=loss, digest=digest(victim), salt=salt(victim)),
    )


def test_a_copied_commitment_can_be_opened_by_nobody_but_its_maker(house):
    job, victim, thief = house.posted(house.member()), house.member(), house.member()
    pending = house.committing(job, victim, 10)
    house.send(thief, pending)
    house.send(victim, pending)
    house.mine()
    opening = house.announcing(job, victim, 10)
    assert house.refusal(thief, opening) == "CommitmentMismatch"
    house.send(victim, opening)
    assert house.state(job).leader == victim


def test_a_copied_reveal_ahead_of_it_in_the_block_does_not_lead(house):
    """The thief sees the reveal wait, commits to the same, and gets every transaction in first."""
    job, victim, thief = house.posted(house.member()), house.member(), house.member()
    house.send(victim, house.committing(job, victim, 10))
    house.mine()
    commit, announce = stolen(house, job, thief, victim, 10)
    house.send(thief, commit)
    assert house.refusal(thief, announce) == "TooSoon"
    house.send(victim, house.announcing(job, victim, 10))
    house.mine()
    house.send(thief, announce)
    assert house.state(job).leader == victim


def test_a_reveal_held_back_until_the_copy_is_revealed_leads_all_the_same(house):
    """Even a block's proposer, who keeps the victim's reveal out for blocks, gains nothing."""
    job, victim, thief = house.posted(house.member()), house.member(), house.member()
    house.send(victim, house.committing(job, victim, 10))
    house.mine()
    commit, announce = stolen(house, job, thief, victim, 10)
    house.send(thief, commit)
    house.mine()
    house.send(thief, announce)
    assert house.state(job).leader == thief
    house.send(victim, house.announcing(job, victim, 10))
    assert house.state(job).leader == victim


def test_a_copier_that_says_less_can_t_publish_and_pays_the_victim(house):
    """With the digest alone the copier has no model: the victim's is never shown before it wins."""
    job, victim, thief = house.posted(house.member()), house.member(), house.member()
    house.announced(job, {victim: 10})
    commit, announce = stolen(house, job, thief, victim, 9)
    house.send(thief, commit)
    house.mine()
    house.send(thief, announce)
    house.wait_for(job, Phase.PUBLISHING)
    assert house.state(job).leader == thief
    *chunks, last = house.publishing(job, thief, model(thief))
    house.send(thief, *chunks)
    assert house.refusal(thief, last) == "WrongDigest"
    house.settled(job)
    house.send(victim, market.claiming(house.market, job))
    house.published(job)
    house.settled(job)
    assert house.own(victim) == GRANT + BOUNTY + STAKE
    assert house.own(thief) == GRANT - STAKE


def test_others_can_t_publish_a_model_that_they_copied_from_the_pool(house):
    job, winner, thief = house.posted(house.member()), house.member(), house.member()
    house.announced(job, {winner: 10, thief: 11})
    house.wait_for(job, Phase.PUBLISHING)
    for call in house.publishing(job, winner):
        assert house.refusal(thief, call) in ("NotYourTurn", "WrongChunk")
        house.send(winner, call)
    assert house.state(job).phase is Phase.VOTING


def test_votes_can_t_be_copied_while_they_are_cast(house):
    solver, honest, copier = (house.member() for _ in range(3))
    job = house.posted(house.member())
    house.announced(job, {solver: 10})
    house.published(job)
    ballot = house.casting(job, honest, 99)
    house.send(copier, ballot)
    house.send(honest, ballot)
    house.wait_for(job, Phase.COUNTING)
    opening = house.opening(job, honest, 99)
    assert house.refusal(copier, opening) == "CommitmentMismatch"
    house.send(honest, opening)
    late = house.casting(job, house.member(), 99)
    assert house.refusal(house.member(), late) == "WrongPhase"


def test_a_ballot_of_one_turn_is_none_of_the_next(house):
    first, second, voter, other = (house.member() for _ in range(4))
    job = house.posted(house.member())
    house.announced(job, {first: 10, second: 20})
    house.published(job)
    used = house.casting(job, voter, 99)
    house.voted(job, {voter: 99, other: 99})
    house.settled(job)
    house.send(second, market.claiming(house.market, job))
    house.published(job)
    house.send(voter, used)
    house.wait_for(job, Phase.COUNTING)
    assert house.refusal(voter, house.opening(job, voter, 99)) == "CommitmentMismatch"


def test_a_thousand_new_keys_have_no_vote_and_no_credits(house):
    solver = house.member()
    job = house.posted(house.member())
    house.announced(job, {solver: 10})
    house.published(job)
    before = house.books().total
    for _ in range(20):
        assert house.refusal(house.member(0), house.casting(job, solver, 99)) == "TooFewCredits"
    assert house.books().total == before
    assert house.tally(job).cast == 0


def test_a_guarantee_is_no_vote(house):
    """One member's credits, spread over keys of its own, cast no votes."""
    solver, sponsor = house.member(), house.member()
    job = house.posted(house.member())
    house.announced(job, {solver: 10})
    house.published(job)
    for _ in range(5):
        puppet = house.member(0, sponsor=sponsor)
        house.send(sponsor, credits.vouching(house.market, puppet, amount=DEPOSIT))
        assert house.refusal(puppet, house.casting(job, puppet, 99)) == "TooFewCredits"


def test_a_wrong_verdict_takes_a_quorum_and_a_majority_and_costs_who_lacks_them(house):
    solver = house.member()
    job = house.posted(house.member(), terms(quorum=3))
    house.announced(job, {solver: 10})
    house.published(job)
    bribed, honest = [house.member() for _ in range(3)], [house.member() for _ in range(3)]
    house.voted(job, {**dict.fromkeys(bribed, 99), **dict.fromkeys(honest, 10)})
    assert house.settled(job).outcome is Outcome.PAID
    assert house.tally(job).verdict is Verdict.HONEST
    owed = [market.owed_to(house.chain, house.market, one, job, 0) for one in bribed + honest]
    assert owed == [0] * 3 + [DEPOSIT + (FEE + 3 * DEPOSIT) // 3] * 3


@pytest.mark.parametrize("who", ["owner", "solver", "rival", "guarantor", "owner's", "solver's"])
def test_the_interested_don_t_judge(house, who):
    sponsor, owner, rival = (house.member() for _ in range(3))
    solver = house.member(0, sponsor=sponsor)
    house.send(sponsor, credits.vouching(house.market, solver, amount=STAKE))
    job = house.posted(owner)
    house.announced(job, {solver: 10, rival: 20})
    house.published(job)
    voter = {
        "owner": lambda: owner,
        "solver": lambda: solver,
        "rival": lambda: rival,
        "guarantor": lambda: sponsor,
        "owner's": lambda: house.member(sponsor=owner),
        "solver's": lambda: house.member(sponsor=solver),
    }[who]()
    assert house.refusal(voter, house.casting(job, voter, 10)) == "Interested"
    if who == "rival":  # out of the line it may
        house.send(rival, market.retiring(house.market, job))
        assert house.refusal(rival, house.casting(job, rival, 10)) == ""


def test_a_solver_can_t_keep_a_voter_away_by_naming_it_its_sponsor(house):
    voter = house.member()
    solver = house.member(sponsor=voter)
    job = house.posted(house.member())
    house.announced(job, {solver: 10})
    house.published(job)
    assert house.refusal(voter, house.casting(job, voter, 99)) == ""


def test_the_leader_s_stake_stays_and_so_does_what_may_still_lead(house):
    job, best, other = house.posted(house.member()), house.member(), house.member()
    house.announced(job, {best: 1, other: 2})
    retire = market.retiring(house.market, job)
    for phase in (Phase.ANNOUNCING, Phase.REVEALING):
        house.wait_for(job, phase)
        assert {house.refusal(one, retire) for one in (best, other)} == {"AtStake"}
    house.wait_for(job, Phase.PUBLISHING)
    assert house.refusal(best, retire) == "AtStake"
    house.send(other, retire)
    assert house.own(other) == GRANT


def test_spam_costs_no_more_to_settle_and_keeps_nobody_out(house):
    """Forty false announcements, all better than the honest one: none of them claims."""
    gas = []
    for count in (1, 40):
        job, honest = house.posted(house.member()), house.member()
        spam = [house.member(STAKE) for _ in range(count)]
        house.announced(job, {one: loss for loss, one in enumerate(spam)} | {honest: 500})
        house.wait_for(job, Phase.DUE)
        gas.append(house.send(honest, market.settling(house.market, job))[0].gas_used)
        house.send(honest, market.claiming(house.market, job))
        assert house.published(job) == honest
        house.settled(job)
        assert house.own(honest) == GRANT + BOUNTY + STAKE
    assert gas[0] == gas[1]


def test_a_commitment_is_worth_nothing_at_another_job_or_market(house):
    owner, solver = house.member(), house.member()
    first, second = house.posted(owner), house.posted(owner)
    commit = house.committing(first, solver, 5)
    moved = market.committing(house.market, second, commitment=commit.data[-32:])
    house.send(solver, moved)
    house.mine()
    assert house.refusal(solver, house.announcing(second, solver, 5)) == "CommitmentMismatch"
    other = replace(house, market="0x" + "11" * 20)
    elsewhere = other.committing(first, solver, 5).data[-32:]
    house.send(solver, market.committing(house.market, first, commitment=elsewhere))
    house.mine()
    assert house.refusal(solver, house.announcing(first, solver, 5)) == "CommitmentMismatch"


def test_the_store_cuts_models_as_they_were_announced(house):
    """The digest binds where a model is cut: the same bytes cut otherwise are another model."""
    job, solver = house.posted(house.member()), house.member()
    house.announced(job, {solver: 1})
    house.wait_for(job, Phase.PUBLISHING)
    calls = market.publishing(
        house.store, "calldata", model(solver), job=job, chunk_bytes=CHUNK_BYTES + 1
    )
    house.send(solver, *calls[:-1])
    assert house.refusal(solver, calls[-1]) == "WrongDigest"
