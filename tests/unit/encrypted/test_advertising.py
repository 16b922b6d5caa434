"""Words for advertisements, answers to them, and the groups that come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from system.chain.compiler import artifact
from system.encrypted.contracts import advertising, agreement, registry
from tests.evm import Evm
from tests.unit.encrypted.house import CHARTER, House

DATA, GOAL = "600 digits from a bank's forms: größer als 8×8", "Read amounts on cheques"
ANSWER = "We have 400 of them"


@dataclass(slots=True)
class Board:
    """A house with the contract for words, and an advertisement of its owner."""

    house: House
    contract: str
    owner: str
    number: int

    @property
    def evm(self) -> Evm:
        return self.house.evm


@pytest.fixture
def board() -> Board:
    house = House.built()
    deployer = house.evm.account()
    contract = house.evm.deploy(artifact("Advertisement"), house.agreement, sender=deployer)
    owner = house.party()
    digests = {"data": advertising.text_digest(DATA), "goal": advertising.text_digest(GOAL)}
    house.evm.send(owner, registry.advertising(house.registry, **digests))
    return Board(house, contract, owner, 1)


def test_words_are_those_of_the_digests(board):
    call = advertising.describing(board.contract, board.number, data=DATA, goal=GOAL)
    receipt = board.evm.send(board.owner, call)
    assert len(receipt.named(advertising.DESCRIBED)) == 1
    other = advertising.describing(board.contract, board.number, data=DATA, goal=GOAL + ".")
    assert board.evm.refusal(board.owner, other) == "WrongText"
    assert board.evm.refusal(board.house.party(), call) == "NotOwner"
    unknown = advertising.describing(board.contract, 2, data=DATA, goal=GOAL)
    assert board.evm.refusal(board.owner, unknown) == "UnknownAdvertisement"


@pytest.mark.parametrize(("length", "name"), [(0, "TextLength"), (256, ""), (257, "TextLength")])
def test_words_have_at_most_256_bytes(board, length, name):
    text = "x" * length
    digests = {"data": advertising.text_digest(text), "goal": advertising.text_digest(GOAL)}
    board.evm.send(board.owner, registry.revising(board.house.registry, 1, **digests))
    call = advertising.describing(board.contract, 1, data=text, goal=GOAL)
    assert board.evm.refusal(board.owner, call) == name
    answer = advertising.answering(board.contract, 1, text)
    assert board.evm.refusal(board.house.party(), answer) == name


def test_parties_answer_once_and_take_it_back(board):
    party, answer = board.house.party(), advertising.answering(board.contract, 1, ANSWER)
    take_back = advertising.taking_back(board.contract, 1)
    assert board.evm.refusal(board.owner, answer) == "OwnAdvertisement"
    assert board.evm.refusal(board.evm.account(), answer) == "NotParty"
    assert board.evm.refusal(party, take_back) == "NotAnswered"
    assert len(board.evm.send(party, answer).named(advertising.ANSWERED)) == 1
    assert advertising.has_answered(board.evm, board.contract, 1, party)
    assert board.evm.refusal(party, answer) == "AlreadyAnswered"
    board.evm.send(party, take_back)
    assert not advertising.has_answered(board.evm, board.contract, 1, party)
    assert board.evm.refusal(party, answer) == ""


def test_what_was_withdrawn_is_not_answered(board):
    board.evm.send(board.owner, registry.withdrawing(board.house.registry, 1))
    answer = advertising.answering(board.contract, 1, ANSWER)
    assert board.evm.refusal(board.house.party(), answer) == "UnknownAdvertisement"
    words = advertising.describing(board.contract, 1, data=DATA, goal=GOAL)
    assert board.evm.refusal(board.owner, words) == "UnknownAdvertisement"


def test_who_is_given_it_speaks_for_it(board):
    party = board.house.party()
    board.evm.send(board.owner, registry.handing_over(board.house.registry, 1, to=party))
    words = advertising.describing(board.contract, 1, data=DATA, goal=GOAL)
    assert board.evm.refusal(board.owner, words) == "NotOwner"
    assert board.evm.refusal(party, words) == ""


def founded(board: Board, founder: str, goal: str) -> int:
    charter = replace(CHARTER, purpose=advertising.text_digest(goal))
    board.evm.send(founder, agreement.founding(board.house.agreement, charter))
    return agreement.last_group(board.evm, board.house.agreement)


def test_the_owner_names_the_group_it_founded_for_the_goal(board):
    own = founded(board, board.owner, GOAL)
    foreign = founded(board, board.house.party(), GOAL)
    elsewhere = founded(board, board.owner, "Something else")
    refusal = board.evm.refusal
    for group in (foreign, elsewhere, 99):
        call = advertising.naming_group(board.contract, 1, group)
        assert refusal(board.owner, call) == "WrongGroup"
    call = advertising.naming_group(board.contract, 1, own)
    assert refusal(board.house.party(), call) == "NotOwner"
    board.evm.send(board.owner, call)
    assert advertising.group_of(board.evm, board.contract, 1) == own
    # Who answered joins.
    party = board.house.party()
    board.evm.send(party, advertising.answering(board.contract, 1, ANSWER))
    board.evm.send(party, agreement.joining(board.house.agreement, own))
    assert party in agreement.members_of(board.evm, board.house.agreement, own)


def test_a_group_that_does_not_form_any_more_is_not_named(board):
    group = founded(board, board.owner, GOAL)
    board.evm.mine(CHARTER.join_blocks)
    call = advertising.naming_group(board.contract, 1, group)
    assert board.evm.refusal(board.owner, call) == "WrongGroup"
