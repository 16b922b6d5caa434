"""Announcements before updates, and judgements after them, on an in-process chain."""

from __future__ import annotations

import pytest

from system.encrypted.contracts import reader, rounds
from system.encrypted.contracts.reader import Member, NotRecovered
from system.encrypted.contracts.rounds import Phase, Place
from tests.unit.encrypted.house import Group, House
from tests.unit.encrypted.recorder import Recorder

MASKED = {"share_units": 0, "seed_bytes": 4, "self_masked": True}


@pytest.fixture
def masked() -> Group:
    """Four members that announce six bytes."""
    return House.built().learning(4, **MASKED, announce_bytes=6, announce_blocks=3)


@pytest.fixture
def judged() -> Group:
    """Four members that judge: three have to object."""
    return House.built().learning(4, judge_blocks=3)


def announce(group: Group, place: Place, *members: int) -> None:
    for member in members:
        group.send(member, rounds.announcing(place, b"says %d" % member))


def judge(group: Group, place: Place, *members: int, wrong: tuple[int, ...] = ()) -> list:
    return [group.send(member, rounds.judging(place, wrong))[0] for member in members]


def test_updates_follow_when_all_announced(masked):
    place = masked.begun()
    assert masked.state(place).phase is Phase.ANNOUNCING
    early = masked.submitting(place, masked.update(0))[0]
    assert masked.refusal(0, early) == "WrongPhase"
    announce(masked, place, 3, 1, 2)
    assert masked.state(place).phase is Phase.ANNOUNCING
    announce(masked, place, 0)
    state = masked.state(place)
    assert (state.phase, state.announced) == (Phase.SUBMITTING, 4)
    assert state.ends_at == masked.house.evm.number + masked.terms.submit_blocks


def test_who_did_not_announce_sits_the_round_out(masked):
    place = masked.begun()
    announce(masked, place, 0, 1, 2)
    masked.wait_out(place, Phase.ANNOUNCING)
    assert masked.refusal(3, masked.submitting(place, masked.update(3))[0]) == "NotAnnounced"
    late = rounds.announcing(place, b"says 3")
    assert masked.refusal(3, late) == "WrongPhase"
    masked.submit(place, 0, 1, 2)
    assert masked.state(place).phase is Phase.SUMMING  # nobody else can come


@pytest.mark.parametrize("heard", [0, 1])
def test_a_round_in_which_too_few_announce_is_void(masked, heard):
    place = masked.begun()
    announce(masked, place, *range(heard))
    masked.wait_out(place, Phase.ANNOUNCING)
    assert masked.state(place).phase is Phase.VOID
    assert masked.state(masked.begun(2)).phase is Phase.ANNOUNCING


def test_announcements_are_members_once_and_of_their_length(masked):
    place = masked.begun()
    call = rounds.announcing(place, b"says x")
    assert masked.house.evm.refusal(masked.house.party(), call) == "NotMember"
    for length in (0, 5, 7):
        short = rounds.announcing(place, b"x" * length)
        assert masked.refusal(0, short) == "WrongLength"
    masked.send(0, call)
    assert masked.refusal(0, call) == "AlreadyComplete"


def test_groups_that_do_not_announce_have_no_such_phase(judged):
    place = judged.begun()
    assert judged.refusal(0, rounds.announcing(place, b"")) == "WrongPhase"


def test_announcements_come_back(masked):
    place = masked.begun()
    recorder = Recorder(masked.house.evm)
    masked.house.evm = recorder
    announce(masked, place, 1)
    member = Member(1, masked.members[1])
    assert reader.read_announcement(recorder, place, member) == b"says 1"
    recorder.inputs = {key: data.replace(b"says", b"said") for key, data in recorder.inputs.items()}
    with pytest.raises(NotRecovered, match="has no announcement"):
        reader.read_announcement(recorder, place, member)
    with pytest.raises(NotRecovered, match="has no announcement"):
        reader.read_announcement(recorder, place, Member(0, masked.members[0]))


def test_an_update_that_more_than_half_reject_is_in_no_sum(judged):
    place = judged.begun()
    judged.submit(place, 0, 1, 2, 3)
    assert judged.state(place).phase is Phase.JUDGING
    first = judged.adding(place, 0, 1, 2, 3)[0]
    assert judged.refusal(0, first) == "WrongPhase"
    *_, last = judge(judged, place, 0, 1, 3, wrong=(2,))
    assert len(last.named(rounds.UPDATE_REJECTED)) == 1
    assert judged.state(place).phase is Phase.JUDGING
    judge(judged, place, 2)
    assert judged.state(place).phase is Phase.SUMMING
    assert not rounds.is_counted(judged.house.evm, place, 2)
    judged.send(0, *judged.adding(place, 0, 1, 3))
    assert judged.state(place).phase is Phase.OPENING


def test_half_of_the_members_reject_nobody(judged):
    place = judged.begun()
    judged.submit(place, 0, 1, 2, 3)
    judge(judged, place, 0, 1, wrong=(2, 3))
    judged.wait_out(place, Phase.JUDGING)
    state = judged.state(place)
    assert (state.phase, state.counted) == (Phase.SUMMING, 4)


def test_too_many_rejected_updates_make_a_void_round(judged):
    place = judged.begun()
    judged.submit(place, 0, 1, 2, 3)
    judge(judged, place, 0, 1, 2, wrong=(0, 1, 3))
    assert judged.state(place).phase is Phase.VOID
    assert judged.refusal(3, rounds.judging(place, ())) == "WrongPhase"
    assert judged.state(judged.begun(2)).phase is Phase.SUBMITTING


def test_members_judge_once_and_in_time(judged):
    place = judged.begun()
    call = rounds.judging(place, (1,))
    assert judged.refusal(0, call) == "WrongPhase"
    judged.submit(place, 0, 1, 2, 3)
    assert judged.house.evm.refusal(judged.house.party(), call) == "NotMember"
    judged.send(0, call)
    assert judged.refusal(0, rounds.judging(place, ())) == "AlreadyComplete"
    judged.wait_out(place, Phase.JUDGING)
    assert judged.refusal(1, call) == "WrongPhase"


def test_a_member_that_was_not_counted_can_t_be_rejected_and_nobody_beyond_the_group(judged):
    place = judged.begun()
    judged.submit(place, 0, 1, 2)
    judged.wait_out(place, Phase.SUBMITTING)
    receipts = judge(judged, place, 0, 1, 2, wrong=(3, 63))
    assert [receipt.named(rounds.UPDATE_REJECTED) for receipt in receipts] == [[], [], []]
    assert judged.state(place).counted == 3


def test_a_rejected_member_is_a_dropped_one():
    house = House.built()
    group = house.learning(4, share_units=0, seed_bytes=4, judge_blocks=3)
    place = group.begun()
    group.submit(place, 0, 1, 2, 3)
    judge(group, place, 0, 1, 2, 3, wrong=(1,))
    group.send(0, *group.adding(place, 0, 2, 3))
    assert group.refusal(0, rounds.posting_seeds(place, group.seeds(0))) == "NotDropped"
    for member in (0, 2):
        group.send(member, rounds.posting_seeds(place, group.seeds(1)))
    assert group.state(place).phase is Phase.OPENED
