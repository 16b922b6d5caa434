"""Every step out of place is refused by name, on chain and by the twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from system.chain.abi import call_data
from system.chain.compiler import artifact, compile_sources
from system.chain.sender import Call
from system.models import market_calls as calls
from system.models import trainer
from system.models.market_terms import Phase
from system.models.pieces import piece_of
from tests.unit.models.market_house import GAS, TERMS, House, table, table_model
from tests.unit.models.market_pair import Pair
from tests.unit.models.test_market import hidden_values, participating, rewarding

WRONG_TERMS = {
    "NoTime": [{"show_time": 0}, {"participation_time": 0}, {"reveal_time": 0}, {"reward_time": 0}],
    "EmptyMarket": [{"rounds": 0}, {"samples": 0}],
    "PiecesOutOfRange": [{"shown": 0}, {"shown": 4}],
    "ContributionsOutOfRange": [{"least": 0}, {"least": 21}],
    "BountyTooSmall": [{"rounds": 112}],
    "StakeTooSmall": [{"stake": 197}],
}


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, all_ in WRONG_TERMS.items() for change in all_]
)
def test_terms_that_cannot_be_met_are_refused(name: str, change: dict[str, int]) -> None:
    pair = Pair(House.built(), [])
    assert pair.open(pair.house.provider, replace(TERMS, **change), bounty=1_000) == name


def test_the_market_fits_the_code_limit() -> None:
    assert artifact("MarketIncentive").runtime_size_bytes <= 24_576


def test_the_smallest_stake_bears_the_worst_score_once() -> None:
    pair = Pair(House.built(), [])
    # 1,000 wei in 5 rounds over 9 hidden samples: 22 wei each, 198 for all of them.
    terms = replace(TERMS, stake=198)
    assert pair.open(pair.house.provider, terms, bounty=1_000) == ""


def test_the_bounty_has_to_fit_the_books() -> None:
    pair = Pair(House.built(), [])
    pair.house.evm.endow(pair.house.provider, 1 << 97)
    terms = replace(TERMS, stake=(1 << 96) - 1)
    assert pair.open(pair.house.provider, terms, bounty=1 << 96) == "TooMuch"
    assert pair.open(pair.house.provider, terms, bounty=(1 << 96) - 9) == ""
    pair.show()
    account = pair.house.evm.account(1 << 97)
    assert pair.add(account, 1, 1, stake=(1 << 96) - 1) == "TooMuch"


def test_only_the_admin_opens_and_only_once() -> None:
    pair = Pair(House.built(), [])
    assert pair.open(pair.house.evm.account(), TERMS, bounty=1_000) == "NotAdmin"
    assert pair.open(pair.house.provider, TERMS, bounty=1_000) == ""
    assert pair.open(pair.house.provider, TERMS, bounty=1_000) == "NotInPhase"


def test_there_are_at_most_256_pieces() -> None:
    house = House.built(pieces=257, samples=1)
    terms = replace(TERMS, samples=1)
    assert house.evm.refusal(house.provider, house.opening(terms)) == "PiecesOutOfRange"
    house.pieces.pop()
    pair = Pair(house, [])
    shown = replace(terms, shown=255)
    assert pair.open(house.provider, shown, bounty=1_000) == ""
    pair.show()
    assert pair.phase()[0] is Phase.PARTICIPATING
    pair.check()


def test_a_market_without_a_trainer_cannot_be_opened() -> None:
    house = House.built()
    market = house.evm.deploy(artifact("MarketIncentive"), sender=house.provider)
    call = calls.opening(market, TERMS, house.pieces, scorer=house.scorer, bounty=1_000)
    assert house.evm.refusal(house.provider, call) == "NoTrainer"


def scorer_of(house: House, sender: str, *, trainer: str | None = None) -> str:
    """Another instance of the model, deployed and appointed by that account."""
    model = house.evm.deploy(table_model(), sender=sender)
    call = Call(model, call_data("appoint(address)", trainer or house.market), GAS)
    house.evm.send(sender, call)
    return model


def other_code(house: House) -> str:
    """A contract that is no such model."""
    return house.evm.deploy(artifact("DataHandler"), sender=house.provider)


SCORERS: dict[str, Callable[[House], str]] = {
    "the trainer's own model": lambda house: house.wiring.classifier,
    "other code": other_code,
    "no contract": lambda house: house.provider,
    "another admin": lambda house: scorer_of(house, house.evm.account()),
    "another trainer": lambda house: scorer_of(house, house.provider, trainer=house.provider),
}


@pytest.mark.parametrize("kind", SCORERS)
def test_a_scorer_that_differs_is_refused(kind: str) -> None:
    house = House.built()
    house.scorer = SCORERS[kind](house)
    assert house.evm.refusal(house.provider, house.opening()) == "ScorerDiffers"


def test_a_scorer_with_other_weights_is_refused() -> None:
    house = House.built()
    house.send(Call(house.scorer, call_data("addClass()"), GAS))
    assert house.evm.refusal(house.provider, house.opening()) == "ScorerDiffers"


def test_drawing_has_its_blocks() -> None:
    pair = Pair(House.built(), [])
    house = pair.house
    assert pair.draw() == "NotInPhase"
    terms = replace(TERMS, show_time=1_000)
    pair.open(house.provider, terms, bounty=1_000)
    house.evm.mine(2)
    assert calls.drawing_block(house.evm, house.market) == house.evm.number
    assert pair.draw() == "TooEarly"
    house.evm.mine(257)
    assert pair.draw() == "DrawMissed"
    house.evm.mine(1_000)
    assert pair.draw() == "NotInPhase"
    assert pair.phase()[0] is Phase.VOID


def test_the_last_block_that_can_draw() -> None:
    pair = Pair(House.built(), [])
    pair.open(pair.house.provider, replace(TERMS, show_time=1_000), bounty=1_000)
    pair.house.evm.mine(258)
    assert pair.draw() == ""


def test_pieces_come_as_they_were_promised() -> None:
    pair = Pair(House.built(), [])
    house = pair.house
    pair.open(house.provider, TERMS, bounty=1_000)
    house.evm.mine(3)
    assert pair.reveal(0, house.pieces[0]) == "NotInPhase"
    assert pair.draw() == ""
    [shown] = house.shown()
    hidden = min(house.hidden())
    assert pair.reveal(4, house.pieces[0]) == "UnknownPiece"
    assert pair.reveal(hidden, house.pieces[hidden]) == "NotDrawn"
    assert pair.reveal(shown, house.pieces[hidden]) == "WrongDigest"
    salted = piece_of(house.pieces[shown].samples, house.pieces[shown].labels, salt=bytes(32))
    assert pair.reveal(shown, salted) == "WrongDigest"
    trailing = calls.revealing(house.market, shown, house.pieces[shown])
    trailing = replace(trailing, data=trailing.data + b"\0")
    assert house.evm.refusal(house.provider, trailing) == "WrongDigest"
    assert pair.reveal(shown, house.pieces[shown]) == ""
    assert pair.reveal(shown, house.pieces[shown]) == "NotInPhase"
    assert pair.add(house.provider, 1, 1, stake=200) == ""
    assert pair.add(house.provider, 2, 1, stake=200) == ""
    pair.wait_out()
    assert pair.reveal(shown, house.pieces[shown]) == "AlreadyRevealed"


BAD_PIECES = {
    "WrongPieceSize": [([[1], [2]], [1, 2]), ([[1], [2], [3]], [1, 2]), ([], [])],
    "SampleRefused": [([[1], [2, 3], [4]], [1, 2, 0]), ([[1], [2], []], [1, 2, 0])],
}


@pytest.mark.parametrize(
    ("name", "content"), [(name, one) for name, all_ in BAD_PIECES.items() for one in all_]
)
def test_a_piece_that_cannot_be_scored_cannot_be_revealed(
    name: str, content: tuple[list[list[int]], list[int]]
) -> None:
    house = House.built()
    house.pieces = [piece_of(*content, salt=bytes([at] * 32)) for at in range(4)]
    pair = Pair(house, [])
    pair.open(house.provider, TERMS, bounty=1_000)
    house.evm.mine(3)
    assert pair.draw() == ""
    [shown] = house.shown()
    assert pair.reveal(shown, house.pieces[shown]) == name


def test_stakes_below_the_minimum_and_foreign_trainers_are_refused() -> None:
    pair = participating()
    house, account = pair.house, pair.house.evm.account()
    assert trainer.cost_now(house.evm, house.market) == 200
    assert pair.add(account, 1, 1, stake=199) == "TooLittle"
    assert pair.add(account, 1, 1, stake=200) == ""
    assert pair.add(account, 1, 1, stake=200) == "DataConflict"
    direct = call_data("onData(address,bytes32)", account, bytes(32))
    assert house.evm.refusal(account, Call(house.market, direct, GAS, value=200)) == "NotTrainer"


def test_steps_come_in_their_order() -> None:
    pair = participating()
    house, anybody = pair.house, pair.house.evm.account()
    for value in hidden_values(pair, truth=1)[:2]:
        pair.add(anybody, value, 1, stake=200)
    first, second = pair.given
    hidden = house.hidden()
    low, *_, high = sorted(hidden)
    assert pair.learn(anybody, first) == "NotInPhase"
    assert pair.evaluate(anybody, low, hidden[low]) == "NotInPhase"
    assert pair.kick(anybody) == "NotInPhase"
    assert pair.collect(anybody, 0) == "NotInPhase"
    assert pair.return_bounty(anybody) == "NotInPhase"
    rewarding(pair)
    assert pair.evaluate(anybody, low, hidden[low]) == "LearningDue"
    assert pair.learn(anybody, second) == "WrongData"
    assert pair.learn(anybody, first, added_at=first.added_at + 1) == "WrongData"
    assert pair.kick(anybody) == "NotToKick"
    assert pair.learn(anybody, first) == ""
    assert pair.learn(anybody, first) == "EvaluationDue"
    assert pair.kick(anybody) == "EvaluationDue"
    assert pair.evaluate(anybody, high, hidden[high]) == "WrongPiece"
    assert pair.evaluate(anybody, house.shown()[0], hidden[low]) == "WrongPiece"
    assert pair.evaluate(anybody, low, hidden[high]) == "WrongDigest"
    assert pair.evaluate(anybody, low, hidden[low]) == ""
    assert pair.evaluate(anybody, low, hidden[low]) == "WrongPiece"
    pair.settle(anybody)
    assert pair.learn(anybody, first) == "NotInPhase"
    assert pair.denounce(anybody) == "NotInPhase"
    assert pair.collect(anybody, 2) == "UnknownContribution"
    assert pair.collect(anybody, 0) == ""
    assert pair.collect(anybody, 0) == "AlreadyCollected"
    assert pair.return_bounty(anybody) == ""
    assert pair.return_bounty(anybody) == "NothingToClaim"
    pair.check()


def test_who_cannot_bear_a_round_is_kicked_and_cannot_be_learned() -> None:
    pair = participating(replace(TERMS, rounds=50, stake=20, least=1), bounty=50 * 9 * 2)
    house, account = pair.house, pair.house.evm.account()
    pair.add(account, hidden_values(pair, truth=0)[0], 1, stake=20)
    rewarding(pair)
    while calls.due_in(house.evm, house.market).number == 1:
        pair.step(account)
    assert pair.learn(account, pair.given[0]) == "KickDue"
    assert pair.kick(account) == ""
    # Nobody is left: nothing more is lost or won.
    assert pair.phase()[0] is Phase.SETTLED
    pair.check()


# Passes a call on with as much gas as it is told.
MISER = """
pragma solidity ^0.8.30;
contract Miser {
    function pass(address to, uint256 most, bytes calldata data) external {
        (bool done, bytes memory why) = to.call{gas: most}(data);
        if (!done) assembly { revert(add(why, 32), mload(why)) }
    }
}
"""


def test_little_gas_makes_no_answer_wrong() -> None:
    # Where one prediction takes a million, the 64th part that the EVM leaves to the caller would be
    # enough to book a wrong answer.
    pieces = [piece_of([[100 + at]], [at % 2], salt=bytes(32)) for at in range(3)]
    pair = Pair(House.of(table(), pieces), [])
    house, account = pair.house, pair.house.evm.account()
    terms = replace(TERMS, samples=1, least=1)
    assert pair.open(house.provider, terms, bounty=1_000) == ""
    pair.show()
    pair.add(account, 1, 1, stake=500)
    rewarding(pair)
    initial = house.book.rounds.initial
    miser = house.evm.deploy(compile_sources({"Miser.sol": MISER})["Miser"], sender=account)
    names = set()
    while pair.phase()[0] is Phase.REWARDING:
        due = calls.due_in(house.evm, house.market)
        one, piece = pair.given[due.contribution], house.pieces[due.piece]
        call = (
            calls.evaluating(house.market, due.piece, piece)
            if due.learned
            else calls.learning(house.market, one.features, one.cls, added_at=one.added_at)
        )
        for most in (int(2_000 * 1.3**step) for step in range(40)):
            data = call_data("pass(address,uint256,bytes)", house.market, most, call.data)
            name = house.evm.refusal(account, Call(miser, data, GAS))
            names.add(name)
            if not name:
                break
    assert "GasTooLow" in names
    assert names <= {"", "GasTooLow", "0x"}
    # The contribution says nothing of these values: every answer is as it was.
    assert calls.due_in(house.evm, house.market).right == initial
