"""The prediction market's game: who gains, who loses, and what happens when somebody is silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system.chain.abi import call_data
from system.chain.sender import Call
from system.models import market_calls as calls
from system.models import trainer
from system.models.market_terms import MarketTerms, Phase
from tests.unit.models.market_house import GAS, TERMS, TRUTH, House
from tests.unit.models.market_pair import Pair

WRONG = {0: 1, 1: 2, 2: 0}


def participating(terms: MarketTerms = TERMS, *, pieces: int = 4, bounty: int = 1_000) -> Pair:
    """A market that takes contributions, and its twin."""
    house = House.built(pieces=pieces, samples=terms.samples)
    pair = Pair(house, [])
    assert pair.open(house.provider, terms, bounty=bounty) == ""
    pair.show()
    return pair


def hidden_values(pair: Pair, *, truth: int | None = None) -> list[int]:
    """The values that only hidden pieces have, or those of that class."""
    pieces = pair.house.hidden().values()
    values = sorted({sample[0] for piece in pieces for sample in piece.samples})
    return [value for value in values if truth in (None, TRUTH[value])]


def rewarding(pair: Pair) -> None:
    """End the participation, and reveal everything."""
    pair.wait_out()
    pair.reveal_hidden()
    assert pair.phase()[0] is Phase.REWARDING


def test_a_bounty_of_100_000_over_ten_pieces_only_changes_hands() -> None:
    terms = replace(TERMS, samples=3, rounds=100, stake=1_000)
    pair = participating(terms, pieces=10, bounty=100_000)
    evm = pair.house.evm
    good, bad = [evm.account() for _ in range(3)], evm.account()
    everybody = [pair.house.provider, *good, bad]
    before = {one: evm.balance(one) for one in everybody}
    values = [value for value in range(12) if TRUTH[value]]
    for turn, value in enumerate(values):
        assert pair.add(good[turn % 3], value, TRUTH[value], stake=1_000) == ""
    right = [value for value in range(12) if not TRUTH[value]]
    for value in right[:2]:
        assert pair.add(bad, value, WRONG[TRUTH[value]], stake=1_000) == ""
    rewarding(pair)
    pair.settle(bad)
    pair.check()
    assert pair.phase() == (Phase.SETTLED, 0)
    pair.pay_all(bad)
    changes = {one: evm.balance(one) - before[one] for one in everybody}
    changes[pair.house.provider] -= 100_000  # which it had escrowed before
    assert sum(changes.values()) == 0
    assert evm.balance(pair.house.market) == 0
    assert all(changes[one] > 0 for one in good)
    assert changes[bad] < 0
    assert -100_000 <= changes[pair.house.provider] < 0


def test_a_score_moves_its_unit_in_every_round() -> None:
    terms = replace(TERMS, rounds=5, stake=200, samples=3)
    pair = participating(terms, bounty=1_000)
    good, bad = pair.house.evm.account(), pair.house.evm.account()
    to_learn, to_spoil = hidden_values(pair, truth=1), hidden_values(pair, truth=0)
    pair.add(good, to_learn[0], 1, stake=200)
    pair.add(bad, to_spoil[0], 1, stake=250)
    rewarding(pair)
    unit = calls.unit_of(pair.house.evm, pair.house.market)
    assert unit == 1_000 // (5 * 9)
    pair.settle(good)
    first, second = calls.row_of(pair.house.evm, pair.house.market)
    # Five rounds of one point each: the bad one bears them all.
    assert (first.balance, second.balance) == (200 + 5 * unit, 250 - 5 * unit)
    pair.check()


def test_losers_leave_one_pass_after_another_and_the_rest_goes_on_without_them() -> None:
    terms = replace(TERMS, rounds=50, stake=20, samples=3, least=1)
    pair = participating(terms, bounty=50 * 9 * 2)
    account = pair.house.evm.account()
    spoiled = hidden_values(pair, truth=0)
    for value, stake in zip(spoiled, (20, 31, 42), strict=True):
        pair.add(account, value, 1, stake=stake)
    pair.add(account, hidden_values(pair, truth=2)[0], 2, stake=20)
    rewarding(pair)
    pair.settle(account)
    pair.check()
    row = calls.row_of(pair.house.evm, pair.house.market)
    # Two wei a point and round: 20 bear ten rounds, 31 five more, 42 six more after those.
    assert [one.kicked for one in row] == [True, True, True, False]
    assert [one.balance for one in row] == [0, 1, 0, 20 + 50 * 2]
    due = calls.due_in(pair.house.evm, pair.house.market)
    assert (due.number, due.rounds_left) == (4, 0)
    assert due.paid == 50 * 2 - 20 - 30 - 42


def test_shown_pieces_do_not_count() -> None:
    pair = participating()
    account, other = pair.house.evm.account(), pair.house.evm.account()
    [index] = pair.house.shown()
    seen = next(s[0] for s in pair.house.pieces[index].samples if TRUTH[s[0]])
    pair.add(account, seen, TRUTH[seen], stake=200)
    unseen = hidden_values(pair, truth=2)[0]
    pair.add(other, unseen, 2, stake=200)
    rewarding(pair)
    pair.settle(account)
    assert [one.score for one in calls.row_of(pair.house.evm, pair.house.market)] == [0, 1]


def test_a_copy_of_good_data_earns_nothing() -> None:
    pair = participating()
    first, copier = pair.house.evm.account(), pair.house.evm.account()
    value = hidden_values(pair, truth=1)[0]
    pair.add(first, value, 1, stake=200)
    pair.add(copier, value, 1, stake=200)
    rewarding(pair)
    pair.settle(copier)
    assert [one.score for one in calls.row_of(pair.house.evm, pair.house.market)] == [1, 0]


def test_data_that_makes_the_model_refuse_costs_its_author_and_stops_nothing() -> None:
    pair = participating()
    good, evil = pair.house.evm.account(), pair.house.evm.account()
    pair.add(good, hidden_values(pair, truth=1)[0], 1, stake=200)
    pair.add(evil, hidden_values(pair, truth=0)[0], 3, stake=200)
    rewarding(pair)
    pair.settle(good)
    assert [one.score for one in calls.row_of(pair.house.evm, pair.house.market)] == [1, -1]
    pair.check()


def test_data_that_only_the_scorer_refuses_scores_nothing() -> None:
    pair = participating()
    house, account = pair.house, pair.house.evm.account()
    house.send(Call(house.wiring.classifier, call_data("addClass()"), GAS))
    house.twin.model.classes += 1  # type: ignore[attr-defined]
    assert pair.add(account, 5, 4, stake=200) == ""
    pair.add(account, hidden_values(pair, truth=1)[0], 1, stake=200)
    rewarding(pair)
    pair.step(account)
    assert calls.due_in(house.evm, house.market).contribution == 1
    pair.settle(account)
    assert [one.score for one in calls.row_of(house.evm, house.market)] == [0, 1]


def test_with_the_most_contributions_the_phase_ends_before_its_time() -> None:
    pair = participating(replace(TERMS, most=2, least=2))
    account = pair.house.evm.account()
    pair.add(account, 1, 1, stake=200)
    assert pair.phase()[0] is Phase.PARTICIPATING
    pair.add(account, 2, 2, stake=200)
    assert pair.phase() == (Phase.REVEALING, pair.house.now_s + TERMS.reveal_time)
    assert pair.add(account, 3, 2, stake=200) == "NotInPhase"


def test_with_less_than_the_least_the_market_is_void() -> None:
    pair = participating(replace(TERMS, least=2))
    account = pair.house.evm.account()
    before = pair.house.evm.balance(account)
    pair.add(account, 1, 1, stake=777)
    pair.wait_out()
    assert pair.phase() == (Phase.VOID, 0)
    pair.pay_all(account)
    assert pair.house.evm.balance(account) == before
    assert pair.house.evm.balance(pair.house.market) == 0


def test_a_provider_that_does_not_reveal_loses_the_bounty_by_stakes() -> None:
    pair = participating(bounty=1_001)
    evm = pair.house.evm
    small, large = evm.account(), evm.account()
    before = [evm.balance(small), evm.balance(large)]
    provider = evm.balance(pair.house.provider)
    pair.add(small, 1, 1, stake=200)
    pair.add(large, 2, 2, stake=400)
    pair.wait_out()
    first_hidden = min(pair.house.hidden())
    assert pair.reveal(first_hidden, pair.house.pieces[first_hidden]) == ""
    pair.wait_out()
    assert pair.phase() == (Phase.FORFEITED, 0)
    assert pair.return_bounty(pair.house.provider) == "NothingToClaim"
    pair.pay_all(large)
    gains = [evm.balance(one) - had for one, had in zip((small, large), before, strict=True)]
    assert gains == [333, 668]
    assert evm.balance(pair.house.provider) == provider
    assert evm.balance(pair.house.market) == 0


def test_an_unfinished_scoring_gives_everything_back() -> None:
    pair = participating()
    evm, account = pair.house.evm, pair.house.evm.account()
    before, provider = evm.balance(account), evm.balance(pair.house.provider)
    pair.add(account, hidden_values(pair, truth=0)[0], 1, stake=200)
    pair.add(account, hidden_values(pair, truth=1)[0], 1, stake=200)
    rewarding(pair)
    for _ in range(5):
        pair.step(account)
    pair.wait_out()
    assert pair.phase() == (Phase.VOID, 0)
    pair.pay_all(account)
    assert evm.balance(account) == before
    assert evm.balance(pair.house.provider) == provider + 1_000


def test_a_market_that_is_not_shown_in_time_is_void() -> None:
    house = House.built()
    pair = Pair(house, [])
    assert pair.open(house.provider, TERMS, bounty=1_000) == ""
    house.evm.mine(3)
    assert pair.draw() == ""
    pair.wait_out()
    assert pair.phase() == (Phase.VOID, 0)
    [shown] = house.shown()
    assert pair.reveal(shown, house.pieces[shown]) == "NotInPhase"
    pair.pay_all(house.provider)
    assert house.evm.balance(house.market) == 0


def test_who_changes_the_scorer_forfeits() -> None:
    pair = participating()
    house, account = pair.house, pair.house.evm.account()
    before = house.evm.balance(account)
    for value in hidden_values(pair, truth=1)[:2]:
        pair.add(account, value, 1, stake=200)
    rewarding(pair)
    assert pair.denounce(account) == "ModelsUnchanged"
    pair.step(account)
    house.send(Call(house.scorer, call_data("addClass()"), GAS))
    house.book.scorer.classes += 1  # type: ignore[attr-defined]
    hidden = house.hidden()
    *others, last = sorted(hidden)
    for index in others:
        assert pair.evaluate(account, index, hidden[index]) == ""
    assert pair.evaluate(account, last, hidden[last]) == "ScorerChanged"
    assert pair.denounce(account) == ""
    pair.pay_all(account)
    assert house.evm.balance(account) == before + 1_000


def test_who_lets_the_model_take_what_the_scorer_refuses_forfeits() -> None:
    pair = participating()
    house, account = pair.house, pair.house.evm.account()
    before = house.evm.balance(account)
    house.send(Call(house.wiring.classifier, call_data("addClass()"), GAS))
    house.twin.model.classes += 1  # type: ignore[attr-defined]
    for value in hidden_values(pair)[:2]:
        assert pair.add(account, value, 4, stake=200) == ""
    # Unpaid, were it not for the next step: the scorer knows no such class.
    assert pair.denounce(account) == ""
    assert pair.phase() == (Phase.FORFEITED, 0)
    pair.pay_all(account)
    assert house.evm.balance(account) == before + 1_000


def test_a_pass_is_planned_ahead_and_sent_at_once() -> None:
    pair = participating(replace(TERMS, rounds=50, stake=20, least=1), bounty=50 * 9 * 2)
    house, account = pair.house, pair.house.evm.account()
    for value in hidden_values(pair, truth=0):
        pair.add(account, value, 1, stake=20 + value)
    pair.add(account, hidden_values(pair, truth=2)[0], 2, stake=20)
    rewarding(pair)
    given = {one.key: one for one in pair.given}
    passes = 0
    while pair.phase()[0] is Phase.REWARDING:
        plan = calls.scoring(
            house.market,
            calls.row_of(house.evm, house.market),
            unit=calls.unit_of(house.evm, house.market),
            given=given,
            hidden=house.hidden(),
        )
        for call in plan:
            house.send(call, account)
        passes += 1
    assert passes == 4
    assert pair.phase()[0] is Phase.SETTLED


@pytest.mark.parametrize("step", ["refund", "report"])
def test_refunds_and_reports_are_unsupported(step: str) -> None:
    pair = participating()
    house, author = pair.house, pair.house.evm.account()
    pair.add(author, 1, 1, stake=200)
    [one] = pair.given
    place, when = house.wiring.trainer, one.added_at
    call = (
        trainer.refunding(place, one.features, one.cls, added_at=when)
        if step == "refund"
        else trainer.reporting(place, one.features, one.cls, added_at=when, author=author)
    )
    assert house.evm.refusal(author, call) == "Unsupported"
    pair.check()
