"""Everything that is refused is refused by its own name, and every name is reached."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from system.bounties import credits, market
from system.bounties.terms import MOST_TASK_BYTES, Phase
from system.chain.abi import call_data
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.jobs.board import authorising
from tests.unit.bounties.house import SUPPLY, TASK, House, digest, salt, terms

# Who sends what; the contract has to refuse it.
Attempt = tuple[str, Call]
EMPTY = bytes(32)


def posting(task: str = TASK, **changes: object) -> Callable[[House], Attempt]:
    return lambda house: (house.member(), market.posting(house.market, terms(**changes), task))


def unfunded(house: House) -> Attempt:
    return house.member(99), market.posting(house.market, terms(), TASK)


def announced(house: House, *losses: int) -> tuple[int, list[str]]:
    """A job with announcements of those losses, and who made them."""
    job, solvers = house.posted(house.member()), [house.member() for _ in losses]
    house.announced(job, dict(zip(solvers, losses, strict=True)))
    return job, solvers


def published(house: House) -> tuple[int, str]:
    """A job in Voting, and its solver."""
    job, [solver] = announced(house, 10)
    house.published(job)
    return job, solver


def counting(house: House) -> tuple[int, str]:
    """A job in Counting, and a voter that cast its vote."""
    job, _ = published(house)
    voter = house.member()
    house.send(voter, house.casting(job, voter, 10))
    house.wait_for(job, Phase.COUNTING)
    return job, voter


def banned(house: House) -> str:
    """An account that was banned."""
    job, liar = published(house)
    house.voted(job, dict.fromkeys([house.member(), house.member()], 99))
    house.settled(job)
    return liar


def completing(house: House, worker: str, job: int) -> Call:
    data = call_data("complete(address,uint64,uint32,bytes32)", worker, job, 1, EMPTY)
    return Call(house.market, data, 0)


def registered_twice(house: House) -> Attempt:
    return house.member(0), credits.registering(house.market)


def vouched_unasked(house: House) -> Attempt:
    return house.member(), credits.vouching(house.market, house.member(0), amount=1)


def vouched_with_what_it_lacks(house: House) -> Attempt:
    sponsor = house.member(5)
    newcomer = house.member(0, sponsor=sponsor)
    return sponsor, credits.vouching(house.market, newcomer, amount=6)


def vouched_for_a_banned_one(house: House) -> Attempt:
    return house.member(), credits.vouching(house.market, banned(house), amount=1)


def allotted_by(who: str, amount: int = 1) -> Callable[[House], Attempt]:
    def attempt(house: House) -> Attempt:
        member = house.member(0)
        sender = house.operator if who == "operator" else member
        return sender, credits.allotting(house.market, member, amount=amount)

    return attempt


def own_job(house: House) -> Attempt:
    owner = house.member()
    return owner, house.committing(house.posted(owner), owner, 1)


def committed_without_a_stake(house: House) -> Attempt:
    solver = house.member(19)
    return solver, house.committing(house.posted(house.member()), solver, 1)


def committed_to_nothing(house: House) -> Attempt:
    job = house.posted(house.member())
    return house.member(), market.committing(house.market, job, commitment=EMPTY)


def committed_late(house: House) -> Attempt:
    job, solver = house.posted(house.member()), house.member()
    house.mine(terms().open_blocks)
    return solver, house.committing(job, solver, 1)


def announced_in_the_same_block(house: House) -> Attempt:
    job, solver = house.posted(house.member()), house.member()
    house.send(solver, house.committing(job, solver, 1))
    return solver, house.announcing(job, solver, 1)


def announced_otherwise(house: House) -> Attempt:
    job, solver = house.posted(house.member()), house.member()
    house.send(solver, house.committing(job, solver, 2))
    house.mine()
    return solver, house.announcing(job, solver, 1)


def announced_twice(house: House) -> Attempt:
    job, [solver] = announced(house, 5)
    return solver, house.announcing(job, solver, 5)


def announced_no_better(house: House) -> Attempt:
    job, [solver] = announced(house, 5)
    house.send(solver, house.committing(job, solver, 5))
    house.mine()
    return solver, house.announcing(job, solver, 5)


def announced_no_digest(house: House) -> Attempt:
    job, solver = house.posted(house.member()), house.member()
    word = {"digest": EMPTY, "salt": salt(solver), "loss": 1}
    place = {"chain_id": 1337, "market": house.market, "solver": solver, "job": job}
    made = market.announcement(**place, **word)
    house.send(solver, market.committing(house.market, job, commitment=made))
    house.mine()
    return solver, market.announcing(house.market, job, **word)


def announced_late(house: House) -> Attempt:
    job, solver = house.posted(house.member()), house.member()
    house.send(solver, house.committing(job, solver, 1))
    house.wait_for(job, Phase.DUE)
    return solver, house.announcing(job, solver, 1)


def retired_from_nowhere(house: House) -> Attempt:
    return house.member(), market.retiring(house.market, house.posted(house.member()))


def retired_while_it_leads(house: House) -> Attempt:
    job, [solver] = announced(house, 5)
    return solver, market.retiring(house.market, job)


def claimed_without_an_announcement(house: House) -> Attempt:
    job, _ = announced(house, 1, 2)
    house.settled(job)
    return house.member(), market.claiming(house.market, job)


def claimed_behind_the_leader(house: House) -> Attempt:
    job, [_, second, third] = announced(house, 1, 2, 3)
    house.settled(job)
    house.send(second, market.claiming(house.market, job))
    return third, market.claiming(house.market, job)


def claimed_before_anybody_failed(house: House) -> Attempt:
    job, [_, second] = announced(house, 1, 2)
    return second, market.claiming(house.market, job)


def published_by_another(house: House) -> Attempt:
    job, [_, second] = announced(house, 1, 2)
    house.wait_for(job, Phase.PUBLISHING)
    return second, house.publishing(job, second)[0]


def published_something_else(house: House) -> Attempt:
    job, [solver] = announced(house, 1)
    house.wait_for(job, Phase.PUBLISHING)
    *begun, last = house.publishing(
        job, solver, b"no model of the solver's, but one of 3 chunks...."
    )
    house.send(solver, *begun)
    return solver, last


def published_before_it_won(house: House) -> Attempt:
    job, [solver] = announced(house, 1)
    return solver, house.publishing(job, solver)[0]


def completed_by_no_store(house: House) -> Attempt:
    job, [solver] = announced(house, 1)
    house.wait_for(job, Phase.PUBLISHING)
    return solver, completing(house, solver, job)


def voted_on_nothing(house: House) -> Attempt:
    job, _ = announced(house, 1)
    voter = house.member()
    return voter, house.casting(job, voter, 1)


def voted_by_the_solver(house: House) -> Attempt:
    job, solver = published(house)
    return solver, house.casting(job, solver, 10)


def voted_twice(house: House) -> Attempt:
    job, _ = published(house)
    voter = house.member()
    house.send(voter, house.casting(job, voter, 10))
    return voter, house.casting(job, voter, 99)


def voted_without_a_deposit(house: House) -> Attempt:
    job, _ = published(house)
    voter = house.member(4)
    return voter, house.casting(job, voter, 10)


def voted_for_nothing(house: House) -> Attempt:
    job, _ = published(house)
    return house.member(), market.casting(house.market, job, ballot=EMPTY)


def opened_no_vote(house: House) -> Attempt:
    job, _ = counting(house)
    other = house.member()
    return other, house.opening(job, other, 10)


def opened_twice(house: House) -> Attempt:
    job, voter = counting(house)
    house.send(voter, house.opening(job, voter, 10))
    return voter, house.opening(job, voter, 10)


def opened_otherwise(house: House) -> Attempt:
    job, voter = counting(house)
    return voter, house.opening(job, voter, 99)


def opened_early(house: House) -> Attempt:
    job, _ = published(house)
    voter = house.member()
    house.send(voter, house.casting(job, voter, 10))
    return voter, house.opening(job, voter, 10)


def settled_early(house: House) -> Attempt:
    return house.member(), market.settling(house.market, published(house)[0])


def settled_twice(house: House) -> Attempt:
    job = house.posted(house.member())
    house.settled(job)
    return house.member(), market.settling(house.market, job)


def collected_before_the_verdict(house: House) -> Attempt:
    job, voter = counting(house)
    house.send(voter, house.opening(job, voter, 10))
    return voter, market.collecting(house.market, job, 0)


def collected_twice(house: House) -> Attempt:
    job, voter = counting(house)
    house.send(voter, house.opening(job, voter, 10))
    house.settled(job)
    house.send(voter, market.collecting(house.market, job, 0))
    return voter, market.collecting(house.market, job, 0)


def by_a_stranger(call: Callable[[House], Call]) -> Callable[[House], Attempt]:
    return lambda house: (house.chain.evm.account(), call(house))


def by_a_banned_one(house: House) -> Attempt:
    liar = banned(house)
    return liar, house.committing(house.posted(house.member()), liar, 1)


def of_no_job(build: Callable[..., Call], **arguments: object) -> Callable[[House], Attempt]:
    return lambda house: (house.member(), build(house.market, 7, **arguments))


REFUSED: list[tuple[str, Callable[[House], Attempt]]] = [
    ("AlreadyRegistered", registered_twice),
    ("NotRegistered", by_a_stranger(lambda house: market.posting(house.market, terms(), TASK))),
    ("NotRegistered", by_a_stranger(lambda house: market.claiming(house.market, 1))),
    (
        "NotRegistered",
        by_a_stranger(lambda house: house.casting(counting(house)[0], house.operator, 1)),
    ),
    ("IsBanned", by_a_banned_one),
    ("IsBanned", vouched_for_a_banned_one),
    ("NotOperator", allotted_by("member")),
    ("NotOperator", by_a_stranger(lambda house: authorising(house.market, house.store))),
    ("SupplySpent", allotted_by("operator", SUPPLY + 1)),
    ("NoCredits", allotted_by("operator", 0)),
    ("NotSponsor", vouched_unasked),
    ("TooFewCredits", vouched_with_what_it_lacks),
    ("TooFewCredits", unfunded),
    ("IncompleteJob", posting(task_digest=EMPTY)),
    ("IncompleteJob", posting(evaluation_digest=EMPTY)),
    ("IncompleteJob", posting(bounty=0)),
    ("IncompleteJob", posting(deposit=0)),
    ("IncompleteJob", posting(task="")),
    ("IncompleteJob", posting(task="t" * (MOST_TASK_BYTES + 1))),
    ("FeeTooHigh", posting(fee=101)),
    ("StakeTooLow", posting(stake=12)),
    ("StakeTooLow", posting(fee=21)),
    ("QuorumTooLow", posting(quorum=1)),
    *(
        ("NoTime", posting(**{f"{wait}_blocks": 1}))
        for wait in ("open", "reveal", "claim", "publish", "vote")
    ),
    ("OwnJob", own_job),
    ("TooFewCredits", committed_without_a_stake),
    ("EmptyCommitment", committed_to_nothing),
    ("WrongPhase", committed_late),
    ("TooSoon", announced_in_the_same_block),
    ("CommitmentMismatch", announced_otherwise),
    ("NoCommitment", announced_twice),
    ("NotBetter", announced_no_better),
    ("EmptyDigest", announced_no_digest),
    ("WrongPhase", announced_late),
    ("NoEntry", retired_from_nowhere),
    ("AtStake", retired_while_it_leads),
    ("NoEntry", claimed_without_an_announcement),
    ("Outbid", claimed_behind_the_leader),
    ("WrongPhase", claimed_before_anybody_failed),
    ("NotYourTurn", published_by_another),
    ("WrongDigest", published_something_else),
    ("WrongPhase", published_before_it_won),
    ("NotStore", completed_by_no_store),
    ("WrongPhase", voted_on_nothing),
    ("Interested", voted_by_the_solver),
    ("AlreadyVoted", voted_twice),
    ("TooFewCredits", voted_without_a_deposit),
    ("EmptyCommitment", voted_for_nothing),
    ("NoCommitment", opened_no_vote),
    ("AlreadyVoted", opened_twice),
    ("CommitmentMismatch", opened_otherwise),
    ("WrongPhase", opened_early),
    ("WrongPhase", settled_early),
    ("WrongPhase", settled_twice),
    ("NothingOwed", collected_before_the_verdict),
    ("NothingOwed", collected_twice),
    ("NothingOwed", of_no_job(market.collecting, turn=0)),
    ("UnknownJob", of_no_job(market.committing, commitment=b"c" * 32)),
    ("UnknownJob", of_no_job(market.announcing, loss=1, digest=b"d" * 32, salt=EMPTY)),
    ("UnknownJob", of_no_job(market.claiming)),
    ("UnknownJob", of_no_job(market.casting, ballot=b"b" * 32)),
    ("UnknownJob", of_no_job(market.opening, loss=1, salt=EMPTY)),
    ("UnknownJob", of_no_job(market.settling)),
    ("NoEntry", of_no_job(market.retiring)),
]


@pytest.mark.parametrize(("name", "attempt"), REFUSED)
def test_it_is_refused_by_name_and_moves_nothing(name, attempt):
    house = House.built()
    sender, call = attempt(house)
    before = house.books()
    assert house.refusal(sender, call) == name
    assert house.books() == before


def test_every_name_is_reached():
    declared = {e["name"] for e in artifact("BountyMarket").abi if e["type"] == "error"}
    assert declared == {name for name, _ in REFUSED}


def test_a_published_model_is_not_published_again():
    house = House.built()
    job, solver = published(house)
    assert house.refusal(solver, house.publishing(job, solver)[0]) == "WrongPhase"
    entry = market.entry_of(house.chain, house.market, solver, job)
    assert entry.digest == digest(solver)
