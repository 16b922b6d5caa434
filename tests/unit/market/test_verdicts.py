"""Who is paid, who is not, and what becomes of the rest."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.jobs import market
from system.jobs.market import Outcome, Phase, Privacy, Results, Terms, TieRule
from system.weights.digest import chained_digest
from tests.unit.market.house import DEPOSIT, MODES, PAYMENT, House, result, terms

WON = PAYMENT + DEPOSIT


def played(house: House, asked: Terms, answers: str) -> tuple[int, list[str]]:
    """A job that is past Revealing; workers answered by these letters, "-" after it was picked
    up and "!" after it was committed to stayed silent."""
    job = house.started(asked)
    workers = [house.worker() for _ in answers]
    for worker, answer in zip(workers, answers, strict=True):
        if answer == "-":
            house.picked(job, worker)
        else:
            house.bind(job, worker, result(answer))
    if house.state(job).phase is Phase.COMMITTING:
        house.evm.mine(asked.commit_blocks)
    for worker, answer in zip(workers, answers, strict=True):
        if answer not in "-!":
            house.reveal(job, worker, result(answer))
    if house.state(job).phase is Phase.REVEALING:
        house.evm.mine(asked.reveal_blocks)
    return job, workers


def owed(house: House, job: int, workers: list[str]) -> list[int]:
    return [house.owed(worker, job) for worker in workers]


@pytest.mark.parametrize(("privacy", "results"), MODES)
def test_the_largest_group_is_paid_in_every_mode(privacy, results):
    house, asked = House.built(), terms(privacy=privacy, results=results)
    job, workers = played(house, asked, "gbg")
    if results is Results.HASH:
        assert house.state(job).phase is Phase.DELIVERING
        house.send(workers[0], *house.carrying(job, result("g")))
    state = house.closed(job)
    assert (state.outcome, state.votes, state.tied) == (Outcome.WON, 2, False)
    assert state.digest == chained_digest(result("g"))
    assert owed(house, job, workers) == [WON, 0, WON]
    assert [house.paid_out(workers[i], job) for i in (0, 2)] == [WON, WON]
    # One payment that nobody earned and one deposit that was forfeited.
    refund = market.balance_of(house.evm, house.market, house.server)
    assert refund == house.evm.balance(house.market) == PAYMENT + DEPOSIT


@pytest.mark.parametrize(
    ("rule", "answers", "outcome", "paid"),
    [
        (TieRule.NONE, "ab", Outcome.TIED, "  "),
        (TieRule.NONE, "abba", Outcome.TIED, "    "),
        (TieRule.NONE, "abbac", Outcome.TIED, "     "),
        (TieRule.NONE, "abbaa", Outcome.WON, "a  aa"),
        (TieRule.FIRST, "ab", Outcome.WON, "a "),
        (TieRule.FIRST, "abba", Outcome.WON, "a  a"),
        (TieRule.FIRST, "cabba", Outcome.WON, " a  a"),
        (TieRule.FIRST, "abbab", Outcome.WON, " bb b"),
    ],
)
def test_ties_pay_nobody_or_whose_first_result_came_first(rule, answers, outcome, paid):
    house = House.built()
    asked = terms(seats=len(answers), tie_rule=rule)
    job, workers = played(house, asked, answers)
    assert house.closed(job).outcome is outcome
    assert owed(house, job, workers) == [0 if one == " " else WON for one in paid]


def test_a_fast_liar_takes_a_tie_by_the_rule_first():
    """The rule's weakness: whoever reveals first wins it, and liars have nothing to compute."""
    house = House.built()
    job = house.started(terms(seats=2, tie_rule=TieRule.FIRST))
    honest, liar = house.worker(), house.worker()
    house.bind(job, honest, result("g"))
    house.bind(job, liar, result("b"))
    house.reveal(job, liar, result("b"))
    house.reveal(job, honest, result("g"))
    house.closed(job)
    assert owed(house, job, [honest, liar]) == [0, WON]


def test_who_stays_silent_forfeits_and_holds_up_nobody():
    house = House.built()
    job, workers = played(house, terms(seats=5), "gg-!")
    state = house.closed(job)
    assert (state.picked, state.committed, state.counted) == (4, 3, 2)
    assert owed(house, job, workers) == [WON, WON, 0, 0]
    refund = 3 * PAYMENT + 2 * DEPOSIT
    assert market.balance_of(house.evm, house.market, house.server) == refund


def test_below_the_quorum_who_revealed_has_its_deposit_back():
    house = House.built()
    job, workers = played(house, terms(seats=4, quorum=3), "gg-!")
    assert house.closed(job).outcome is Outcome.VOID
    assert owed(house, job, workers) == [DEPOSIT, DEPOSIT, 0, 0]
    assert house.paid_out(workers[0], job) == DEPOSIT
    refund = 4 * PAYMENT + 2 * DEPOSIT
    assert market.balance_of(house.evm, house.market, house.server) == refund


def test_opened_without_its_weights_is_not_revealed():
    house = House.built()
    job, workers = played(house, terms(quorum=2), "g!")
    # Too late now; what was opened in time counts only with its weights.
    assert house.state(job).counted == 1
    assert house.closed(job).outcome is Outcome.VOID
    assert owed(house, job, workers) == [DEPOSIT, 0]


@pytest.mark.parametrize("published", [False, True])
def test_a_job_that_nobody_picks_up_refunds_the_server(published):
    house = House.built()
    job = house.started() if published else house.deployed()
    house.evm.mine(10)
    state = house.closed(job)
    assert (state.outcome, state.counted) == (Outcome.VOID, 0)
    assert market.balance_of(house.evm, house.market, house.server) == terms().escrow


@pytest.mark.parametrize("published", [False, True])
def test_a_cancelled_job_makes_room_for_another(published):
    house = House.built()
    job = house.started() if published else house.deployed()
    house.send(house.server, market.cancelling(house.market, job))
    assert house.state(job).outcome is Outcome.VOID
    house.send(house.server, market.withdrawing(house.market))
    assert house.evm.balance(house.market) == 0
    assert house.started() == job + 1


@pytest.mark.parametrize("privacy", [Privacy.COMMIT, Privacy.PLAIN])
@pytest.mark.parametrize("silent", [0, 1, 2])
def test_members_deliver_by_turns_and_lose_by_silence(privacy, silent):
    house, asked = House.built(), terms(seats=4, privacy=privacy, results=Results.HASH)
    job, workers = played(house, asked, "gbgg")
    group = [workers[0], workers[2], workers[3]]
    house.evm.mine(silent * asked.delivery_blocks)
    state = house.state(job)
    assert (state.phase, state.turn) == (Phase.DELIVERING, silent)
    member = market.member_at(house.evm, house.market, job, state.digest, state.turn)
    assert member == group[silent]
    house.send(group[silent], *house.carrying(job, result("g")))
    assert house.closed(job).outcome is Outcome.WON
    assert owed(house, job, group) == [0] * silent + [WON] * (3 - silent)
    assert house.owed(workers[1], job) == 0
    refund = market.balance_of(house.evm, house.market, house.server)
    assert refund == WON * (1 + silent)


def test_a_model_that_nobody_delivers_pays_nobody():
    house, asked = House.built(), terms(results=Results.HASH)
    job, workers = played(house, asked, "ggb")
    house.evm.mine(2 * asked.delivery_blocks)
    assert house.closed(job).outcome is Outcome.UNDELIVERED
    assert owed(house, job, workers) == [0, 0, 0]
    assert market.balance_of(house.evm, house.market, house.server) == 3 * WON


def test_a_turn_ends_in_the_middle_of_a_delivery():
    house, asked = House.built(), terms(results=Results.HASH)
    job, workers = played(house, asked, "ggb")
    first, last = house.carrying(job, result("g"))
    house.send(workers[0], first)
    house.evm.mine(asked.delivery_blocks)
    assert house.evm.refusal(workers[0], last) == "NotYourTurn"
    house.send(workers[1], first, last)
    house.closed(job)
    assert owed(house, job, workers) == [0, WON, 0]


@pytest.mark.parametrize(("privacy", "profit"), [(Privacy.COMMIT, 0), (Privacy.PLAIN, WON)])
def test_who_copies_what_it_sees_earns_only_where_results_are_plain(privacy, profit):
    house = House.built()
    job = house.started(terms(privacy=privacy))
    honest, copycat = [house.worker(), house.worker()], house.worker()
    house.bind(job, honest[0], result("g"))
    house.picked(job, copycat)
    # All it has seen so far: the commitment's 32 bytes, or the weights themselves.
    seen = house.seat(honest[0], job).word
    if privacy is Privacy.PLAIN:
        house.send(copycat, *house.carrying(job, result("g")))
    else:
        house.send(copycat, market.committing(house.market, job, commitment=seen))
    house.bind(job, honest[1], result("g"))
    for worker in honest:
        house.reveal(job, worker, result("g"))
    if privacy is Privacy.COMMIT:
        # It has seen the weights by now, and they are not what it is bound to.
        opening = house.opening(job, copycat, result("g"))
        assert house.evm.refusal(copycat, opening) == "CommitmentMismatch"
        house.evm.mine(terms().reveal_blocks)
    house.closed(job)
    assert owed(house, job, [*honest, copycat]) == [WON, WON, profit]


def passed(house: House, job: int) -> Phase:
    """Wait for the phase's end as the contract tells it; the phase after it."""
    state = house.state(job)
    house.evm.mine(state.ends_at - house.evm.number - 1)
    assert house.state(job) == state
    house.evm.mine()
    return house.state(job).phase


def test_every_phase_ends_in_the_block_it_says():
    house = House.built()
    job = house.started(terms(results=Results.HASH))
    workers = [house.worker(), house.worker()]
    for worker in workers:
        house.bind(job, worker, result("g"))
    assert passed(house, job) is Phase.REVEALING
    house.reveal(job, workers[0], result("g"))
    assert passed(house, job) is Phase.DELIVERING
    assert passed(house, job) is Phase.ENDED
    assert house.state(job).ends_at == 0
    unpublished = House.built()
    assert passed(unpublished, unpublished.deployed()) is Phase.ENDED


@settings(max_examples=60, deadline=None)
@given(st.text("abcd", min_size=1, max_size=12), st.sampled_from(TieRule))
def test_the_leader_is_who_counting_at_the_end_would_find(answers, rule):
    house = House.built()
    asked = terms(seats=len(answers), privacy=Privacy.PLAIN, tie_rule=rule)
    job, workers = played(house, asked, answers)
    sizes = Counter(answers)
    largest = [one for one in sizes if sizes[one] == max(sizes.values())]
    state = house.state(job)
    assert state.digest == chained_digest(result(largest[0]))
    assert (state.votes, state.tied) == (max(sizes.values()), len(largest) > 1)
    for one, size in sizes.items():
        assert market.votes_for(house.evm, house.market, job, chained_digest(result(one))) == size
    house.closed(job)
    wins = len(largest) == 1 or rule is TieRule.FIRST
    assert owed(house, job, workers) == [WON * (wins and one == largest[0]) for one in answers]
