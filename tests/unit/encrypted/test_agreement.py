"""Groups form, vote once each, and agree for good or dissolve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system.encrypted.contracts import agreement
from system.encrypted.contracts.agreement import Agreed, Stage
from tests.unit.encrypted.house import CHARTER, MODEL, House

TERMS = b"t" * 32
CHOICE, OTHER = Agreed(MODEL, TERMS), Agreed(b"o" * 32, TERMS)
NOTHING = Agreed(bytes(32), bytes(32))


@pytest.fixture
def house() -> House:
    return House.built()


def stage(house: House, group: int) -> Stage:
    return agreement.stage_of(house.evm, house.agreement, group)[0]


def join(house: House, group: int) -> str:
    party = house.party()
    house.evm.send(party, agreement.joining(house.agreement, group))
    return party


def vote(house: House, group: int, *members: str, choice: Agreed = CHOICE) -> None:
    for member in members:
        house.evm.send(member, agreement.voting(house.agreement, group, choice))


def test_an_open_group_votes_when_its_seats_are_taken(house):
    group, founder = house.founded()
    assert stage(house, group) is Stage.FORMING
    others = [join(house, group), join(house, group)]
    assert stage(house, group) is Stage.VOTING
    late = agreement.joining(house.agreement, group)
    assert house.evm.refusal(house.party(), late) == "WrongStage"
    assert agreement.members_of(house.evm, house.agreement, group) == [founder, *others]
    assert agreement.charter_of(house.evm, house.agreement, group) == CHARTER


def test_a_group_votes_when_its_deadline_is_over(house):
    group, founder = house.founded()
    other = join(house, group)
    house.evm.mine(CHARTER.join_blocks - 1)
    assert stage(house, group) is Stage.FORMING
    house.evm.mine()
    vote(house, group, founder, other)
    assert stage(house, group) is Stage.AGREED
    assert agreement.result_of(house.evm, house.agreement, group) == CHOICE


def test_a_group_too_small_to_agree_dissolves(house):
    group, founder = house.founded()
    house.evm.mine(CHARTER.join_blocks)
    assert stage(house, group) is Stage.DISSOLVED
    call = agreement.voting(house.agreement, group, CHOICE)
    assert house.evm.refusal(founder, call) == "WrongStage"


def test_only_who_was_invited_joins_a_closed_group(house):
    group, founder = house.founded(replace(CHARTER, is_open=False))
    guest, stranger = house.party(), house.party()
    call = agreement.inviting(house.agreement, group, guest)
    assert house.evm.refusal(guest, call) == "NotFounder"
    house.evm.send(founder, call)
    joining = agreement.joining(house.agreement, group)
    assert house.evm.refusal(stranger, joining) == "NotInvited"
    house.evm.send(guest, joining)
    assert house.evm.refusal(guest, joining) == "AlreadyMember"
    assert house.evm.refusal(founder, joining) == "AlreadyMember"
    house.evm.mine(CHARTER.join_blocks)
    assert house.evm.refusal(founder, call) == "WrongStage"


def test_only_parties_are_members(house):
    group, _ = house.founded()
    stranger = house.evm.account()
    founding = agreement.founding(house.agreement, CHARTER)
    assert house.evm.refusal(stranger, founding) == "NotParty"
    joining = agreement.joining(house.agreement, group)
    assert house.evm.refusal(stranger, joining) == "NotParty"


def test_votes_are_members_once_and_for_something(house):
    group, members = house.formed(3)
    call = agreement.voting(house.agreement, group, CHOICE)
    assert house.evm.refusal(house.party(), call) == "NotMember"
    nothing = agreement.voting(house.agreement, group, replace(CHOICE, model=bytes(32)))
    assert house.evm.refusal(members[0], nothing) == "EmptyVote"
    house.evm.send(members[0], call)
    for choice in (CHOICE, OTHER):
        again = agreement.voting(house.agreement, group, choice)
        assert house.evm.refusal(members[0], again) == "AlreadyVoted"
    assert agreement.votes_for(house.evm, house.agreement, group, CHOICE) == 1
    assert stage(house, group) is Stage.VOTING


def test_a_result_is_final(house):
    group, members = house.formed(3)
    vote(house, group, members[0], members[2])
    assert stage(house, group) is Stage.AGREED
    late = agreement.voting(house.agreement, group, OTHER)
    assert house.evm.refusal(members[1], late) == "WrongStage"
    house.evm.mine(1_000)
    assert stage(house, group) is Stage.AGREED
    assert agreement.result_of(house.evm, house.agreement, group) == CHOICE


def test_the_same_model_on_other_terms_is_another_vote(house):
    group, members = house.formed(3)
    vote(house, group, members[0])
    vote(house, group, members[1], choice=replace(CHOICE, terms=b"u" * 32))
    assert stage(house, group) is Stage.VOTING


def test_a_group_that_can_t_agree_any_more_dissolves_at_once(house):
    group, members = house.formed(4)  # three of four have to agree
    vote(house, group, members[0], members[1])
    vote(house, group, members[2], choice=OTHER)
    assert stage(house, group) is Stage.VOTING
    vote(house, group, members[3], choice=OTHER)
    assert stage(house, group) is Stage.DISSOLVED
    assert agreement.result_of(house.evm, house.agreement, group) == NOTHING


def test_a_group_that_does_not_vote_in_time_dissolves(house):
    group, members = house.formed(3)
    vote(house, group, members[0])
    house.evm.mine(CHARTER.vote_blocks - 1)
    assert stage(house, group) is Stage.VOTING
    house.evm.mine()
    assert stage(house, group) is Stage.DISSOLVED
    late = agreement.voting(house.agreement, group, CHOICE)
    assert house.evm.refusal(members[1], late) == "WrongStage"


def test_nothing_happens_in_a_group_never_founded(house):
    assert stage(house, 7) is Stage.NONE
    party = house.party()
    for call in (
        agreement.joining(house.agreement, 7),
        agreement.inviting(house.agreement, 7, party),
    ):
        assert house.evm.refusal(party, call) == "WrongStage"
    assert house.evm.refusal(party, agreement.voting(house.agreement, 7, CHOICE)) == "NotMember"


@pytest.mark.parametrize(
    "changes",
    [
        {"seats": 1, "votes": 1},
        {"seats": 65, "votes": 33},
        {"votes": 1},
        {"votes": 4},
        {"seats": 4, "votes": 2},
        {"join_blocks": 1},
        {"vote_blocks": 1},
    ],
)
def test_charters_that_can_t_work_are_refused(house, changes):
    call = agreement.founding(house.agreement, replace(CHARTER, **changes))
    assert house.evm.refusal(house.party(), call) == "BadCharter"
