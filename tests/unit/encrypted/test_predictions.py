"""Predictions for a fee: every way a request ends, who gets what, and what is refused by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system.chain.keys import keccak256
from system.encrypted.contracts import agreement, predictions, rounds
from system.encrypted.contracts.agreement import Agreed
from system.encrypted.contracts.compensation import Reward
from system.encrypted.contracts.inputs import NotRecovered
from system.encrypted.contracts.predictions import Outcome, Phase
from system.encrypted.contracts.terms import terms_digest
from tests.evm import CHAIN_ID
from tests.unit.encrypted.federation import Federation
from tests.unit.encrypted.house import CHARTER, MODEL
from tests.unit.encrypted.recorder import Recorder

RIGHT, WRONG = b"a seven", b"a one"


@pytest.fixture
def federation() -> Federation:
    return Federation.built()


def answered(federation: Federation, number: int, *answers: bytes) -> None:
    """The first members answer."""
    for member, content in zip(federation.group.members, answers, strict=False):
        call = predictions.answering(federation.predictions, number, content)
        federation.send(member, call)


def challenged(federation: Federation, number: int) -> None:
    call = predictions.challenging(federation.predictions, number, bond=70)
    federation.send(federation.outsiders[1], call)


def voted(federation: Federation, number: int, *votes: bool) -> None:
    """The members from the second on vote."""
    for member, right in zip(federation.group.members[1:], votes, strict=False):
        call = predictions.voting(federation.predictions, number, right=right)
        federation.send(member, call)


def held(federation: Federation) -> list[int]:
    """What the members and the two outsiders can withdraw."""
    found = federation.held(federation.predictions)
    return [found.get(one, 0) for one in (*federation.group.members, *federation.outsiders)]


def test_a_fee_that_nobody_disputes_is_shared(federation):
    number = federation.asked(federation.serving([5_000, 2_500, 2_500]))
    answered(federation, number, RIGHT)
    assert federation.request(number).answer == keccak256(RIGHT)
    federation.pass_deadline(number)
    state = federation.finished(number)
    assert (state.phase, state.outcome) == (Phase.SETTLED, Outcome.ACCEPTED)
    assert held(federation) == [101 + 451, 225, 226, 0, 0]  # 902 of the fee's 1,003 are left


def test_a_fee_that_nobody_answers_goes_back(federation):
    number = federation.asked(federation.serving())
    federation.pass_deadline(number)
    late = predictions.answering(federation.predictions, number, RIGHT)
    refused = federation.evm.refusal(federation.group.members[0], late)
    assert refused == "WrongRequestPhase"
    assert federation.finished(number).outcome is Outcome.UNANSWERED
    assert held(federation) == [0, 0, 0, 0, 1_003]


@pytest.mark.parametrize(
    ("votes", "outcome", "bonds"),
    [
        ((True, True), Outcome.UPHELD, [35, 35]),
        ((True,), Outcome.UPHELD, [70, 0]),
        ((True, False), Outcome.OVERTURNED, []),
        ((False,), Outcome.OVERTURNED, []),
        ((), Outcome.OVERTURNED, []),
    ],
)
def test_disputes_are_decided_by_the_other_members(federation, votes, outcome, bonds):
    number = federation.asked(federation.serving([4_000, 3_000, 3_000]))
    answered(federation, number, WRONG)
    challenged(federation, number)
    voted(federation, number, *votes)
    if len(votes) < 2:
        federation.pass_deadline(number)
    assert federation.finished(number).outcome is outcome
    first, second, third = (360, 271, 271)  # of 902
    expected = (
        [101 + first, second + bonds[0], third + bonds[1], 0, 0]
        if bonds
        else [0, 0, 0, 0, 1_003 + 70]
    )
    assert held(federation) == expected


def test_as_many_as_the_offer_asks_have_to_answer_alike():
    federation = Federation.built(members=4)
    number = federation.asked(federation.serving(answers=2))
    answered(federation, number, RIGHT, WRONG)
    assert federation.request(number).phase is Phase.ASKED
    answered_by = predictions.answering(federation.predictions, number, RIGHT)
    federation.send(federation.group.members[3], answered_by)
    assert federation.request(number).phase is Phase.ANSWERED
    third = federation.evm.refusal(federation.group.members[2], answered_by)
    assert third == "WrongRequestPhase"
    challenged(federation, number)
    say = predictions.voting(federation.predictions, number, right=True)
    for place, refused in ((0, "OwnAnswer"), (3, "OwnAnswer"), (1, ""), (2, "")):
        assert federation.evm.refusal(federation.group.members[place], say) == refused
    assert federation.finished(number).outcome is Outcome.UPHELD
    # 902 in quarters, the cost to those who gave the answer, the bond to those who voted.
    assert held(federation) == [225 + 50, 226 + 35, 225 + 35, 226 + 51, 0, 0]


def rewarded(federation: Federation, reward: Reward) -> int:
    """An enrichment that earned the first outsider a tenth."""
    at = federation.brought(reward=reward)
    federation.judged(at, 9_500, 9_500, 9_500)
    federation.settled(at)
    return at.number


def test_of_profit_the_enricher_has_a_part_of_what_is_left(federation):
    service = federation.serving(enrichment=rewarded(federation, Reward.PROFIT))
    number = federation.asked(service)
    answered(federation, number, RIGHT)
    federation.pass_deadline(number)
    federation.finished(number)
    # 101 for the answer, 90 of 902 for the enricher, 812 for three.
    assert held(federation) == [101 + 270, 271, 271, 90, 0]


def test_of_revenue_the_enricher_has_a_part_as_a_member_with_the_key(federation):
    earned = rewarded(federation, Reward.REVENUE)
    group = federation.group
    call = predictions.proposing(
        federation.predictions, federation.offer(enrichment=earned), [4_000, 3_000, 3_000]
    )
    assert federation.evm.refusal(group.members[0], call) == "NoIncome"
    # The enricher joins: another group, with a key of its own.
    joined = with_member(federation, federation.outsiders[0])
    call = predictions.proposing(
        federation.predictions, federation.offer(group=joined, enrichment=earned), [5_000, 5_000]
    )
    federation.send(group.members[0], call)
    service = predictions.last_service(federation.evm, federation.predictions)
    approve = predictions.approving(federation.predictions, service)
    federation.send(federation.outsiders[0], approve)
    number = federation.asked(service)
    answered(federation, number, RIGHT)
    federation.pass_deadline(number)
    federation.finished(number)
    # A tenth of the whole fee, then the cost, then halves of 802.
    assert held(federation) == [101 + 401, 0, 0, 100 + 401, 0]


def with_member(federation: Federation, newcomer: str) -> int:
    """A group of the first member and a newcomer, its rounds open."""
    house, founder = federation.group.house, federation.group.members[0]
    charter = replace(CHARTER, seats=2, votes=2)
    house.evm.send(founder, agreement.founding(house.agreement, charter))
    group = agreement.last_group(house.evm, house.agreement)
    house.evm.send(newcomer, agreement.joining(house.agreement, group))
    terms = house.terms()
    digest = terms_digest(terms, chain_id=CHAIN_ID, rounds=house.rounds)
    for member in (founder, newcomer):
        vote = agreement.voting(house.agreement, group, Agreed(MODEL, digest))
        house.evm.send(member, vote)
    house.evm.send(founder, rounds.opening(house.rounds, group, terms))
    return group


def test_an_enrichment_that_earned_nothing_has_no_part(federation):
    for enrichment in (7, federation.brought().number):
        offer = federation.offer(enrichment=enrichment)
        call = predictions.proposing(federation.predictions, offer, [4_000, 3_000, 3_000])
        assert federation.evm.refusal(federation.group.members[0], call) == "NoIncome"


@pytest.mark.parametrize(
    "changes",
    [
        {"cost": 1_004},
        {"answers": 0},
        {"answers": 3},
        {"answer_bytes": 0},
        {"answer_blocks": 1},
        {"dispute_blocks": 1},
        {"vote_blocks": 1},
    ],
)
def test_offers_that_cannot_be_met_are_refused(federation, changes):
    offer = federation.offer(**changes)
    call = predictions.proposing(federation.predictions, offer, [4_000, 3_000, 3_000])
    assert federation.evm.refusal(federation.group.members[0], call) == "BadOffer"


@pytest.mark.parametrize("parts", [[], [10_000], [5_000, 5_000], [3_333] * 3, [2_500] * 4])
def test_parts_are_divided_among_all_members(federation, parts):
    call = predictions.proposing(federation.predictions, federation.offer(), parts)
    assert federation.evm.refusal(federation.group.members[0], call) == "BadOffer"


def test_a_service_opens_and_ends_by_votes(federation):
    [first, second, third] = federation.group.members
    offer = federation.offer()
    propose = predictions.proposing(federation.predictions, offer, [4_000, 3_000, 3_000])
    ask = predictions.asking(federation.predictions, 1, b"?", fee=1_003)
    approve = predictions.approving(federation.predictions, 1)
    retire = predictions.retiring(federation.predictions, 1)
    customer, refusal = federation.outsiders[1], federation.evm.refusal
    assert refusal(customer, propose) == "NotMember"
    federation.send(first, propose)
    assert refusal(customer, ask) == "ServiceClosed"
    assert refusal(customer, approve) == "NotMember"
    assert refusal(first, approve) == "AlreadySaid"
    federation.send(second, approve)
    assert refusal(customer, ask) == ""
    federation.send(second, retire)
    assert refusal(second, retire) == "AlreadySaid"
    assert refusal(customer, ask) == ""
    federation.send(third, retire)
    assert refusal(customer, ask) == "ServiceClosed"
    assert refusal(third, approve) == ""
    assert not predictions.service_of(federation.evm, federation.predictions, 1).is_open


def test_a_service_that_is_retired_first_does_not_open(federation):
    [first, second, third] = federation.group.members
    propose = predictions.proposing(federation.predictions, federation.offer(), [10_000, 0, 0])
    federation.send(first, propose)
    for member in (second, third):
        federation.send(member, predictions.retiring(federation.predictions, 1))
    federation.send(second, predictions.approving(federation.predictions, 1))
    assert not predictions.service_of(federation.evm, federation.predictions, 1).is_open


def test_who_may_ask_answer_challenge_and_vote(federation):
    [first, second, _] = federation.group.members
    stranger, customer = federation.outsiders
    refusal, contract = federation.evm.refusal, federation.predictions
    service = federation.serving()
    ask = predictions.asking(contract, service, b"?", fee=1_003)
    assert refusal(first, ask) == "IsMember"
    assert refusal(customer, replace(ask, value=1_002)) == "WrongValue"
    assert refusal(customer, predictions.asking(contract, service, b"", fee=1_003)) == "BadLength"
    assert refusal(customer, predictions.asking(contract, 9, b"?", fee=1_003)) == "ServiceClosed"
    number = federation.asked(service)
    answer = predictions.answering(contract, number, RIGHT)
    challenge = predictions.challenging(contract, number, bond=70)
    vote = predictions.voting(contract, number, right=False)
    settle = predictions.settling(contract, number, members=3)
    assert refusal(stranger, answer) == "NotMember"
    assert refusal(first, predictions.answering(contract, number, b"")) == "BadLength"
    assert refusal(first, predictions.answering(contract, number, bytes(65))) == "BadLength"
    assert refusal(customer, challenge) == "WrongRequestPhase"
    federation.send(first, answer)
    assert refusal(first, answer) == "WrongRequestPhase"
    assert refusal(second, vote) == "WrongRequestPhase"
    assert refusal(stranger, challenge) == "NotCustomer"
    assert refusal(customer, replace(challenge, value=69)) == "WrongValue"
    federation.send(customer, challenge)
    assert refusal(customer, challenge) == "WrongRequestPhase"
    assert refusal(customer, vote) == "NotMember"
    assert refusal(first, vote) == "OwnAnswer"
    federation.send(second, vote)
    assert refusal(second, vote) == "AlreadySaid"
    assert refusal(customer, settle) == "WrongRequestPhase"
    federation.pass_deadline(number)
    assert refusal(customer, settle) == ""
    assert refusal(customer, settle) == "WrongRequestPhase"


def test_a_member_answers_once():
    federation = Federation.built(members=4)
    number = federation.asked(federation.serving(answers=2))
    answered(federation, number, RIGHT)
    again = predictions.answering(federation.predictions, number, WRONG)
    assert federation.evm.refusal(federation.group.members[0], again) == "AlreadySaid"


@pytest.mark.parametrize(("length", "name"), [(64, ""), (63, "BadLength"), (96, "BadLength")])
def test_requests_of_units_are_checked(federation, length, name):
    service = federation.serving(input_units=2)
    call = predictions.asking(federation.predictions, service, bytes(length), fee=1_003)
    assert federation.evm.refusal(federation.outsiders[1], call) == name


def test_requests_and_answers_are_on_the_chain(federation):
    federation.group.house.evm = Recorder(federation.evm)
    number = federation.asked(federation.serving(), b"which digit?")
    answered(federation, number, RIGHT)
    where = (federation.evm, federation.predictions, number)
    assert predictions.read_request(*where) == b"which digit?"
    assert predictions.read_answer(*where, federation.group.members[0]) == RIGHT
    with pytest.raises(NotRecovered, match=r"the answer of .* is not on the chain"):
        predictions.read_answer(*where, federation.group.members[1])
