"""Shares of seeds: what opens a masked sum when members dropped, and nobody else's update."""

from __future__ import annotations

import pytest

from system.encrypted.contracts import rounds
from system.encrypted.contracts.rounds import Phase
from tests.unit.encrypted.house import Group, House


@pytest.fixture
def group() -> Group:
    return House.built().learning(4, share_units=0, seed_bytes=8)


def test_masks_cancel_where_nobody_dropped(group):
    place = group.summed(0, 1, 2, 3)
    assert group.state(place).phase is Phase.OPENED


def test_shares_for_the_dropped_open_a_sum(group):
    place = group.summed(0, 1, 3)
    for member in (0, 2):  # who dropped may help, too
        assert group.state(place).phase is Phase.OPENING
        group.send(member, rounds.posting_seeds(place, group.seeds(2)))
    assert group.state(place).phase is Phase.OPENED


@pytest.mark.parametrize("subjects", [(0,), (3,), (0, 2), (0, 1, 2, 3)])
def test_shares_for_members_that_did_not_drop_are_refused(group, subjects):
    place = group.summed(0, 1, 3)
    call = rounds.posting_seeds(place, group.seeds(*subjects))
    assert group.refusal(1, call) == "NotDropped"


def test_a_half_brought_update_is_a_dropped_one(group):
    place = group.begun()
    group.submit(place, 0, 1, 3)
    group.send(2, group.submitting(place, group.update(2), 164 + 64)[0])
    group.wait_out(place, Phase.SUBMITTING)
    group.send(0, *group.adding(place, 0, 1, 3))
    assert group.refusal(1, rounds.posting_seeds(place, group.seeds(2))) == ""


def test_members_with_masks_of_their_own_need_shares_for_all():
    group = House.built().learning(share_units=0, seed_bytes=8, self_masked=True)
    place = group.summed(0, 1, 2)
    assert group.state(place).phase is Phase.OPENING
    for member in (0, 1):
        group.send(member, rounds.posting_seeds(place, group.seeds(0, 1, 2)))
    assert group.state(place).phase is Phase.OPENED


def test_shares_come_once_whole_and_from_members(group):
    place = group.summed(0, 1, 3)
    seeds = group.seeds(2)
    for length in (0, 31, 33):
        call = rounds.posting_seeds(place, (seeds + seeds)[:length])
        assert group.refusal(0, call) == "WrongLength"
    call = rounds.posting_seeds(place, seeds)
    assert group.house.evm.refusal(group.house.party(), call) == "NotMember"
    group.send(0, call)
    assert group.refusal(0, call) == "AlreadyComplete"
    assert group.refusal(1, group.sharing(place, 1)[0]) == "NotOpenedThisWay"


def test_early_and_late_shares_are_refused(group):
    place = group.begun()
    call = rounds.posting_seeds(place, group.seeds(2))
    assert group.refusal(0, call) == "WrongPhase"
    group.submit(place, 0, 1, 3)
    group.wait_out(place, Phase.SUBMITTING)
    assert group.refusal(0, call) == "WrongPhase"
    group.send(0, *group.adding(place, 0, 1, 3))
    group.house.evm.mine(group.terms.open_blocks)
    assert group.refusal(0, call) == "WrongPhase"
    assert group.state(place).phase is Phase.VOID


def test_decryption_shares_are_not_opened_by_seeds():
    group = House.built().learning()
    place = group.summed(0, 1)
    assert group.refusal(0, rounds.posting_seeds(place, bytes(24))) == "NotOpenedThisWay"
