"""The way of a job: who wins, who is paid, who loses what, and that it ends."""

from __future__ import annotations

import pytest

from system.bounties import credits, market
from system.bounties.credits import NOBODY, Reason, Standing
from system.bounties.ledger import movements
from system.bounties.reader import postings, read_model
from system.bounties.terms import NO_MODEL, TURNS, Outcome, Phase, Verdict
from tests.unit.bounties.house import GRANT, TASK, TERMS, House, model, terms

BOUNTY, STAKE, DEPOSIT, FEE = TERMS.bounty, TERMS.stake, TERMS.deposit, TERMS.fee


@pytest.fixture
def house() -> House:
    return House.built()


def collecting(house: House, job: int, turn: int, *voters: str) -> None:
    for voter in voters:
        house.send(voter, market.collecting(house.market, job, turn))


def published(house: House, losses: dict[str, int]) -> int:
    """A job whose winner has published its model."""
    job = house.posted(house.member())
    house.announced(job, losses)
    house.published(job)
    return job


def test_the_ten_steps(house):
    # 1: an identity is a key pair that registers. It has no credits by that.
    owner, worker, rival = house.member(), house.member(0), house.member(STAKE)
    assert house.account(owner).standing is Standing.MEMBER
    sponsored = house.member(0, sponsor=owner)
    house.send(owner, credits.vouching(house.market, sponsored, amount=STAKE))
    assert (house.own(worker), house.own(sponsored)) == (0, 0)
    # 3, 4, 5: the job names the task and its digests, and the bounty leaves the balance.
    job = house.posted(owner)
    assert house.own(owner) == GRANT - STAKE - BOUNTY
    [posting] = postings(house.chain, house.market)
    assert (posting.job, posting.owner, posting.terms, posting.task) == (job, owner, TERMS, TASK)
    # 6, 7: announcements, each of which can be beaten until the job expires.
    house.announced(job, {rival: 700})
    assert house.state(job).leader == rival
    house.announced(job, {sponsored: 650})
    assert house.state(job).leader == sponsored
    house.wait_for(job, Phase.REVEALING)
    late = house.committing(job, rival, 600)
    assert house.refusal(rival, late) == "WrongPhase"
    # 8, 9: the best one publishes the whole model, read back from the chain by its digest.
    assert house.published(job) == sponsored
    payload = read_model(house.chain, house.market, job, stores={house.store: "calldata"})
    assert payload == model(sponsored)
    # 10: everybody can check it.
    first, second = house.member(), house.member()
    house.voted(job, {first: 652, second: 653})
    # 2: credits were earned by working.
    state = house.settled(job)
    assert (state.outcome, state.leader) == (Outcome.PAID, sponsored)
    assert house.account(sponsored).own == BOUNTY - FEE
    assert house.account(sponsored).trust == STAKE
    collecting(house, job, 0, first, second)
    assert house.own(first) == house.own(second) == GRANT + FEE // 2
    house.send(rival, market.retiring(house.market, job))
    assert house.own(rival) == STAKE
    assert house.state(job).held == 0
    assert house.books().conserved


def test_earned_credits_pay_for_a_job_of_one_s_own_and_the_guarantee_does_not(house):
    sponsor = house.member()
    newcomer = house.member(0, sponsor=sponsor)
    house.send(sponsor, credits.vouching(house.market, newcomer, amount=GRANT))
    post = market.posting(house.market, TERMS, TASK)
    assert house.refusal(newcomer, post) == "TooFewCredits"
    job = house.posted(house.member())
    house.announced(job, {newcomer: 5})
    house.published(job)
    house.settled(job)
    assert house.own(newcomer) == BOUNTY
    assert house.posted(newcomer) == job + 1


def test_every_wait_lasts_as_many_blocks_as_the_terms_say(house):
    first, second = house.member(), house.member()
    waits = terms(open_blocks=11, reveal_blocks=3, claim_blocks=5, publish_blocks=7, vote_blocks=6)
    start = house.chain.number
    job = house.posted(house.member(), waits)
    house.announced(job, {first: 1, second: 2})

    def ends(phase: Phase) -> int:
        house.wait_for(job, phase)
        return house.state(job).ends_at

    assert ends(Phase.ANNOUNCING) == start + 11
    assert ends(Phase.REVEALING) == start + 11 + 3
    assert ends(Phase.PUBLISHING) == start + 11 + 3 + 7
    house.settled(job)
    failed = house.chain.number
    assert ends(Phase.CLAIMING) == failed + 5
    house.send(second, market.claiming(house.market, job))
    assert ends(Phase.PUBLISHING) == failed + 5 + 7
    house.published(job)
    assert ends(Phase.VOTING) == failed + 5 + 6
    assert ends(Phase.COUNTING) == failed + 5 + 6 + 6
    assert ends(Phase.DUE) == 0


def test_equal_losses_go_to_the_earliest_commitment_not_the_earliest_reveal(house):
    job, first, second = house.posted(house.member()), house.member(), house.member()
    house.send(first, house.committing(job, first, 10))
    house.send(second, house.committing(job, second, 10))
    house.mine()
    house.send(second, house.announcing(job, second, 10))
    assert house.state(job).leader == second
    house.send(first, house.announcing(job, first, 10))
    assert house.state(job).leader == first
    assert house.published(job) == first


def test_a_better_announcement_of_one_s_own_counts_from_its_own_commitment(house):
    job, first, second = house.posted(house.member()), house.member(), house.member()
    house.announced(job, {first: 20, second: 10})
    house.announced(job, {first: 10})
    assert house.state(job).leader == second
    entry = market.entry_of(house.chain, house.market, first, job)
    assert (entry.loss, entry.order, entry.own) == (10, 3, STAKE)
    assert house.own(first) == GRANT - STAKE
    house.announced(job, {first: 9})
    assert house.state(job).leader == first


def test_nobody_announces_and_the_owner_has_the_bounty_back(house):
    owner = house.member()
    job = house.posted(owner)
    state = house.settled(job)
    assert (state.phase, state.outcome, state.leader) == (Phase.CLOSED, Outcome.REFUNDED, NOBODY)
    assert house.own(owner) == GRANT


def test_a_commitment_that_is_never_opened_counts_for_nothing(house):
    owner, solver = house.member(), house.member()
    job = house.posted(owner)
    house.send(solver, house.committing(job, solver, 1))
    assert house.settled(job).outcome is Outcome.REFUNDED
    house.send(solver, market.retiring(house.market, job))
    assert (house.own(owner), house.own(solver)) == (GRANT, GRANT)


def test_a_winner_that_never_publishes_loses_its_stake_and_the_next_best_may_claim(house):
    owner, best, next_best, third = (house.member() for _ in range(4))
    job = house.posted(owner)
    house.announced(job, {best: 1, next_best: 2, third: 3})
    assert house.settled(job).phase is Phase.CLAIMING
    assert house.own(best) == GRANT - STAKE
    for claimant in (third, next_best):
        house.send(claimant, market.claiming(house.market, job))
    assert house.refusal(third, market.claiming(house.market, job)) == "Outbid"
    assert house.refusal(best, market.claiming(house.market, job)) == "NoEntry"
    assert house.published(job) == next_best
    state = house.settled(job)
    assert (state.outcome, state.leader, state.turn) == (Outcome.PAID, next_best, 1)
    assert house.own(next_best) == GRANT + BOUNTY + STAKE
    assert house.account(best).standing is Standing.MEMBER


def test_a_model_half_published_is_none(house):
    owner, solver = house.member(), house.member()
    job = house.posted(owner)
    house.announced(job, {solver: 1})
    house.wait_for(job, Phase.PUBLISHING)
    *begun, last = house.publishing(job, solver)
    house.send(solver, *begun)
    house.wait_for(job, Phase.DUE)
    assert house.refusal(solver, last) == "WrongPhase"
    assert house.settled(job).outcome is Outcome.REFUNDED
    assert house.own(owner) == GRANT + STAKE


def test_nobody_claims_and_the_owner_is_refunded_with_the_lost_stake(house):
    owner, best, other = (house.member() for _ in range(3))
    job = house.posted(owner)
    house.announced(job, {best: 1, other: 2})
    house.settled(job)
    assert house.settled(job).outcome is Outcome.REFUNDED
    assert house.own(owner) == GRANT + STAKE
    house.send(other, market.retiring(house.market, job))
    assert house.own(other) == GRANT


def test_a_liar_is_banned_and_its_credits_are_burnt(house):
    owner, liar, honest, first, second, third = (house.member() for _ in range(6))
    job = house.posted(owner)
    house.announced(job, {liar: 10, honest: 20})
    house.published(job)
    house.voted(job, {first: 14, second: NO_MODEL, third: 13})
    state = house.settled(job)
    assert (state.phase, state.turn) == (Phase.CLAIMING, 1)
    assert house.tally(job).verdict is Verdict.CHEAT
    account = house.account(liar)
    assert (account.standing, account.own) == (Standing.BANNED, 0)
    # The fee came of its stake, and the deposit of who said otherwise is shared too.
    assert credits.supply_of(house.chain, house.market).burnt == GRANT - FEE
    collecting(house, job, 0, first, second)
    assert house.own(first) == GRANT + (FEE + DEPOSIT) // 2
    assert house.refusal(third, market.collecting(house.market, job, 0)) == "NothingOwed"
    # The honest one claims, and is paid what the liar would have been.
    house.send(honest, market.claiming(house.market, job))
    house.published(job)
    house.voted(job, {first: 20})
    assert house.settled(job).leader == honest
    assert house.own(honest) == GRANT + BOUNTY - FEE + (FEE + DEPOSIT) % 2


def test_a_liar_alone_and_the_bounty_returns_to_the_owner(house):
    owner, liar, first, second = (house.member() for _ in range(4))
    job = house.posted(owner)
    house.announced(job, {liar: 10})
    house.published(job)
    house.voted(job, {first: 99, second: 99})
    state = house.settled(job)
    assert (state.phase, state.outcome) == (Phase.CLOSED, Outcome.REFUNDED)
    assert house.own(owner) == GRANT


def test_a_banned_account_can_do_nothing_and_what_comes_back_to_it_is_burnt(house):
    liar, first, second = (house.member() for _ in range(3))
    elsewhere = house.posted(house.member(), terms(open_blocks=99))
    house.send(liar, house.committing(elsewhere, liar, 1))
    own_job = house.posted(liar, terms(bounty=8, fee=0))
    job = published(house, {liar: 10})
    house.voted(job, {first: 99, second: 99})
    house.settled(job)
    for call in (
        credits.vouching(house.market, first, amount=1),
        market.posting(house.market, TERMS, TASK),
        house.committing(elsewhere, liar, 1),
    ):
        assert house.refusal(liar, call) == "IsBanned"
    assert house.refusal(liar, credits.registering(house.market)) == "AlreadyRegistered"
    before = credits.supply_of(house.chain, house.market).burnt
    house.send(liar, market.retiring(house.market, elsewhere))
    house.settled(own_job)
    assert credits.supply_of(house.chain, house.market).burnt == before + STAKE + 8
    assert house.own(liar) == 0
    assert house.books().conserved


def test_whoever_vouches_for_a_liar_loses_what_it_guaranteed(house):
    sponsor = house.member()
    liar = house.member(0, sponsor=sponsor)
    house.send(sponsor, credits.vouching(house.market, liar, amount=100))
    first, second = house.member(), house.member()
    job = published(house, {liar: 10})
    house.voted(job, {first: 99, second: 99})
    house.settled(job)
    assert credits.supply_of(house.chain, house.market).burnt == 100 - FEE
    assert house.refusal(sponsor, credits.recalling(house.market, liar)) == "NoCredits"


def test_a_sponsor_recalls_what_is_not_staked(house):
    sponsor = house.member()
    newcomer = house.member(0, sponsor=sponsor)
    house.send(sponsor, credits.vouching(house.market, newcomer, amount=50))
    job = house.posted(house.member())
    house.send(newcomer, house.committing(job, newcomer, 1))
    house.send(sponsor, credits.recalling(house.market, newcomer))
    assert house.own(sponsor) == GRANT - STAKE
    house.send(newcomer, market.retiring(house.market, job))
    house.send(sponsor, credits.recalling(house.market, newcomer))
    assert (house.own(sponsor), house.account(newcomer).trust) == (GRANT, 0)


@pytest.mark.parametrize(
    ("votes", "verdict", "changes"),
    [
        ([], Verdict.HONEST, []),
        ([10], Verdict.HONEST, [FEE]),
        ([13, 13, 13], Verdict.HONEST, [3, 3, 3]),
        # One says it lied: that is most, and not the quorum. Nobody loses or gains.
        ([14], Verdict.UNPROVEN, [0]),
        ([14, 99], Verdict.CHEAT, [FEE // 2] * 2),
        # As many on either side convict nobody.
        ([14, 14, 10, 10], Verdict.HONEST, [-DEPOSIT, -DEPOSIT, FEE, FEE]),
        ([14, 14, 10], Verdict.CHEAT, [(FEE + DEPOSIT) // 2] * 2 + [-DEPOSIT]),
        ([14, 10, 10], Verdict.HONEST, [-DEPOSIT, 7, 7]),
    ],
)
def test_what_votes_decide_and_earn(house, votes, verdict, changes):
    solver = house.member()
    job = published(house, {solver: 10})
    voters = [house.member() for _ in votes]
    house.voted(job, dict(zip(voters, votes, strict=True)))
    house.settled(job)
    assert house.tally(job).verdict is verdict
    for voter in voters:
        if market.owed_to(house.chain, house.market, voter, job, 0):
            collecting(house, job, 0, voter)
    assert [house.own(voter) - GRANT for voter in voters] == changes
    assert house.state(job).held == 0
    if verdict is not Verdict.CHEAT:
        assert house.own(solver) - GRANT == BOUNTY - sum(changes)


def test_a_ballot_that_is_not_opened_loses_its_deposit(house):
    solver, voter, silent = (house.member() for _ in range(3))
    job = published(house, {solver: 10})
    house.send(silent, house.casting(job, silent, 99))
    house.voted(job, {voter: 10})
    house.settled(job)
    collecting(house, job, 0, voter)
    assert house.own(voter) == GRANT + FEE + DEPOSIT
    assert house.refusal(silent, market.collecting(house.market, job, 0)) == "NothingOwed"


def test_after_eight_winners_that_failed_the_owner_is_refunded(house):
    owner, solvers = house.member(), [house.member() for _ in range(TURNS + 1)]
    job = house.posted(owner)
    house.announced(job, {solver: loss for loss, solver in enumerate(solvers)})
    for solver in solvers[: TURNS - 1]:
        assert house.settled(job).phase is Phase.CLAIMING
        assert house.own(solver) == GRANT - STAKE
        for claimant in reversed(solvers[solvers.index(solver) + 1 :]):
            house.send(claimant, market.claiming(house.market, job))
    state = house.settled(job)
    assert (state.outcome, state.turn, state.standing) == (Outcome.REFUNDED, TURNS - 1, 1)
    # It cost them more than the bounty to keep the ninth one out.
    assert house.own(owner) == GRANT + TURNS * STAKE >= GRANT + BOUNTY
    house.send(solvers[-1], market.retiring(house.market, job))
    assert house.state(job).held == 0


def test_one_job_can_t_spend_another_s_credits(house):
    first, second = house.posted(house.member()), house.posted(house.member())
    house.settled(first)
    assert house.state(second).held == BOUNTY
    assert [m.reason for m in movements(house.chain, house.market) if m.job == first] == [
        Reason.POSTED,
        Reason.REFUNDED,
    ]


def test_the_operator_s_supply_is_all_there_will_be():
    house = House.built(supply=100)
    member = house.member(60)
    more = credits.allotting(house.market, member, amount=41)
    assert house.refusal(house.operator, more) == "SupplySpent"
    house.send(house.operator, credits.allotting(house.market, member, amount=40))
    assert house.own(member) == 100
