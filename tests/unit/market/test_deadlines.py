"""The last block in which something is taken, and the first in which it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from system.chain.sender import Call
from system.jobs import market
from system.jobs.market import Outcome, Phase, Privacy, Results
from tests.unit.market.house import DEPOSIT, PAYMENT, WEIGHTS, House, result, terms

GOOD = result("good")
BY_HASH = terms(results=Results.HASH)
SEALED = terms(privacy=Privacy.SEALED)
MOST = 2**32 - 1
# The house, who sends, what it sends, after how many blocks it is refused, and by which name.
Edge = tuple[House, str, Call, int, str]


def publishing() -> Edge:
    house = House.built()
    [call] = market.publishing(house.market, WEIGHTS, job=house.deployed())
    return house, house.server, call, terms().publish_blocks, "TooLate"


def cancelling() -> Edge:
    house = House.built()
    call = market.cancelling(house.market, house.started())
    return house, house.server, call, terms().commit_blocks, "TooLate"


def picking() -> Edge:
    house = House.built()
    call = house.picking(house.started())
    return house, house.worker(), call, terms().commit_blocks, "TooLate"


def committing() -> Edge:
    house = House.built()
    job, worker = house.started(), house.worker()
    house.picked(job, worker)
    return house, worker, house.committing(job, worker, GOOD), terms().commit_blocks, "TooLate"


def sealing() -> Edge:
    house = House.built()
    job, worker = house.started(SEALED), house.worker()
    house.picked(job, worker)
    first, last = house.carrying(job, GOOD)
    house.send(worker, house.committing(job, worker, GOOD), first)
    return house, worker, last, SEALED.commit_blocks, "TooLate"


def opening() -> Edge:
    house = House.built()
    job, worker = revealing(house)
    return house, worker, house.opening(job, worker, GOOD), terms().reveal_blocks, "TooLate"


def opening_when_all_committed() -> Edge:
    house = House.built()
    job, worker = house.started(terms(seats=1)), house.worker()
    house.bind(job, worker, GOOD)
    return house, worker, house.opening(job, worker, GOOD), terms().reveal_blocks, "TooLate"


def returning() -> Edge:
    house = House.built()
    job, worker = revealing(house)
    first, last = house.carrying(job, GOOD)
    house.send(worker, house.opening(job, worker, GOOD), first)
    return house, worker, last, terms().reveal_blocks, "TooLate"


def delivering() -> Edge:
    house = House.built()
    job = house.started(BY_HASH)
    workers = [house.worker() for _ in range(BY_HASH.seats)]
    for worker in workers:
        house.bind(job, worker, GOOD)
    for worker in workers:
        house.reveal(job, worker, GOOD)
    first, last = house.carrying(job, GOOD)
    house.send(workers[0], first)
    return house, workers[0], last, BY_HASH.delivery_blocks, "NotYourTurn"


def delivering_last() -> Edge:
    house, _, last, turn, _ = delivering()
    house.evm.mine(2 * turn)
    third = market.member_at(house.evm, house.market, 1, house.state(1).digest, 2)
    house.send(third, house.carrying(1, GOOD)[0])
    return house, third, last, turn, "TooLate"


def revealing(house: House) -> tuple[int, str]:
    """A job whose commits ended at their deadline, and its one bound worker."""
    job, worker = house.started(), house.worker()
    house.bind(job, worker, GOOD)
    house.evm.mine(terms().commit_blocks)
    return job, worker


EDGES = [publishing, cancelling, picking, committing, sealing, opening]
EDGES += [opening_when_all_committed, returning, delivering, delivering_last]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.__name__)
def test_the_last_block_is_in_and_the_next_one_out(edge: Callable[[], Edge]):
    house, sender, call, blocks, _ = edge()
    house.evm.mine(blocks - 1)
    assert house.evm.refusal(sender, call) == ""
    house, sender, call, blocks, name = edge()
    house.evm.mine(blocks)
    assert house.evm.refusal(sender, call) == name


@pytest.mark.parametrize("edge", [opening, returning, delivering_last])
def test_what_is_too_late_for_anything_else_can_be_closed(edge: Callable[[], Edge]):
    house, _, _, blocks, _ = edge()
    closing = market.closing(house.market, 1)
    house.evm.mine(blocks - 1)
    assert house.evm.refusal(house.server, closing) == "TooEarly"
    house.evm.mine()
    house.send(house.server, closing)


@pytest.mark.parametrize(
    "short",
    [{"commit_blocks": 1}, {"reveal_blocks": 1}, {"delivery_blocks": 1, "results": Results.HASH}],
)
def test_no_phase_is_over_before_others_could_see_it_begin(short: dict[str, object]):
    """Who commits last could open in that block and be the only one that did: a whole job won."""
    house = House.built()
    call = market.deploying(house.market, terms(**short))
    assert house.evm.refusal(house.server, call) == "NoTime"


def test_two_blocks_are_enough_to_answer_who_commits_last_and_opens_at_once():
    house = House.built()
    job = house.started(terms(commit_blocks=2, reveal_blocks=2, seats=3))
    honest, liar = [house.worker(), house.worker()], house.worker()
    for worker in honest:
        house.bind(job, worker, GOOD)
    house.bind(job, liar, result("bad"))
    house.reveal(job, liar, result("bad"))
    house.evm.mine()
    for worker in honest:
        house.reveal(job, worker, GOOD)
    house.closed(job)
    assert [house.owed(one, job) for one in (*honest, liar)] == [PAYMENT + DEPOSIT] * 2 + [0]


def test_who_is_silent_holds_nobody_up_once_all_commitments_are_counted():
    house = House.built()
    job, worker = house.started(), house.worker()
    house.picked(job, house.worker())
    house.bind(job, worker, GOOD)
    house.evm.mine(terms().commit_blocks)
    house.reveal(job, worker, GOOD)
    assert house.state(job).phase is Phase.ENDED


def test_the_first_turn_begins_with_the_last_reveal():
    house = House.built()
    job, worker = house.started(replace(BY_HASH, seats=1)), house.worker()
    house.bind(job, worker, GOOD)
    house.evm.mine(BY_HASH.reveal_blocks - 1)
    house.reveal(job, worker, GOOD)
    assert house.state(job).ends_at == house.evm.number + BY_HASH.delivery_blocks


def test_the_first_turn_begins_no_sooner_than_the_commits_end():
    house = House.built()
    job, worker = house.started(replace(BY_HASH, privacy=Privacy.PLAIN)), house.worker()
    house.bind(job, worker, GOOD)
    house.evm.mine(BY_HASH.commit_blocks)
    state = house.state(job)
    assert (state.phase, state.turn) == (Phase.DELIVERING, 0)
    assert state.ends_at == house.evm.number + BY_HASH.delivery_blocks


def test_delivering_need_not_last_where_there_is_none():
    House.built().deployed(terms(delivery_blocks=1))


@pytest.mark.parametrize("results", list(Results))
def test_the_largest_terms_there_are_lock_no_wei(results: Results):
    house = House.built()
    blocks = {f"{phase}_blocks": MOST for phase in ("publish", "commit", "reveal", "delivery")}
    wei = {"payment": 2**128 - 1, "deposit": 2**128 - 1}
    asked = terms(**blocks, **wei, seats=MOST, result_chunk_bytes=MOST, results=results)
    worker = house.worker()
    house.evm.endow(house.server, asked.escrow)
    house.evm.endow(worker, asked.deposit)
    job = house.started(asked)
    house.bind(job, worker, GOOD)
    house.evm.mine(MOST)
    house.reveal(job, worker, GOOD)
    if results is Results.HASH:
        assert house.state(job).ends_at == house.evm.number + MOST
        house.send(worker, *house.carrying(job, GOOD))
    state = house.closed(job)
    assert (state.phase, state.outcome) == (Phase.CLOSED, Outcome.WON)
    assert house.paid_out(worker, job) == asked.payment + asked.deposit
    house.send(house.server, market.withdrawing(house.market))
    assert house.evm.balance(house.server) == asked.escrow - asked.payment
    assert house.evm.balance(house.market) == 0


def test_jobs_open_side_by_side_keep_their_own_wei():
    house = House.built(limit=3)
    jobs = [house.started(terms(seats=2, deposit=deposit)) for deposit in (10, 20, 30)]
    assert house.evm.refusal(house.server, market.deploying(house.market, terms())) == (
        "TooManyJobs"
    )
    workers = [house.worker() for _ in range(6)]
    for place, worker in enumerate(workers):
        house.bind(jobs[place // 2], worker, GOOD)
    for place in (0, 1, 4):
        house.reveal(jobs[place // 2], workers[place], GOOD)
    house.evm.mine(terms().reveal_blocks)
    for job in reversed(jobs):
        house.closed(job)
    owed = [house.owed(worker, jobs[place // 2]) for place, worker in enumerate(workers)]
    assert owed == [PAYMENT + 10, PAYMENT + 10, 0, 0, PAYMENT + 30, 0]
    # Nothing of the first job, all of the second, one payment and one deposit of the third.
    refund = 2 * (PAYMENT + 20) + PAYMENT + 30
    assert market.balance_of(house.evm, house.market, house.server) == refund
    assert house.evm.balance(house.market) == refund + sum(owed)
