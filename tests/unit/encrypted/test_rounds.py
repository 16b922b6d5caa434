"""A round from its updates to its opened sum: who may do what, when, and only once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system.chain.abi import call_data, decoded
from system.chain.compiler import Artifact
from system.chain.sender import Call
from system.encrypted.contracts import rounds
from system.encrypted.contracts.folding import Step, folding
from system.encrypted.contracts.rounds import Phase
from tests.unit.encrypted.arithmetic import lanes_added
from tests.unit.encrypted.house import Group, House


@pytest.fixture
def group() -> Group:
    return House.built().learning()


def piece(group: Group, chunk: int, units: bytes, number: int = 1) -> Call:
    """The transaction that brings these bytes as chunk `chunk`."""
    data = call_data(rounds.SUBMIT, group.number, number, chunk, units)
    return Call(group.house.rounds, data, 0)


def step(group: Group, place: rounds.Place, *rows: bytes, **where: object) -> Call:
    """The transaction that adds these rows to chunk 0, or another, of nothing or of a total."""
    made = replace(Step(0, 0, b"", rows), **where)
    return folding(place, made, unit_bytes=group.unit_bytes)


def outputs(group: Group, receipts: list) -> dict[int, bytes]:
    """The sums by chunk that transactions left in events."""
    logs = [log for one in receipts for log in one.named(rounds.AGGREGATE_GRADIENTS_OUTPUT)]
    return {int(log.topics[3], 16): decoded(log.data, ["bytes"])[0] for log in logs}


def test_a_round_from_begin_to_opened(group):
    place = group.begun()
    assert group.state(place).phase is Phase.SUBMITTING
    group.submit(place, 2, 0, 1)
    assert group.state(place).phase is Phase.SUMMING  # all are in: nothing to wait for
    added = outputs(group, group.send(0, *group.adding(place, 0, 1, 2)))
    plain = lanes_added(*(group.update(member) for member in range(3)))
    assert b"".join(added[chunk] for chunk in range(3)) == plain
    assert group.state(place).phase is Phase.OPENING
    group.send(0, *group.sharing(place, 0))
    assert group.state(place).phase is Phase.OPENING
    [receipt] = group.send(2, *group.sharing(place, 2))
    assert len(receipt.named(rounds.SUM_OPENED)) == 1
    assert group.state(place).phase is Phase.OPENED


@pytest.mark.parametrize("limit_bytes", [164 + 64, 164 + 128, 65_000])
def test_an_update_comes_in_as_many_transactions_as_it_takes(group, limit_bytes):
    place = group.begun()
    calls = group.submitting(place, group.update(0), limit_bytes)
    assert len(calls) == {228: 3, 292: 2, 65_000: 1}[limit_bytes]
    assert all(len(call.data) <= limit_bytes for call in calls)
    *_, last = group.send(0, *calls)
    assert len(last.named(rounds.UPDATE_COMPLETE)) == 1
    assert rounds.is_counted(group.house.evm, place, 0)
    assert rounds.progress_of(group.house.evm, place, 0) == (3, 0)


def test_members_alone_submit_begin_and_share(group):
    stranger = group.house.party()
    foreign = group.house.learning()
    begun = rounds.beginning(group.place())
    for account in (stranger, foreign.members[0]):
        assert group.house.evm.refusal(account, begun) == "NotMember"
    place = group.begun()
    update = group.submitting(place, group.update(0))[0]
    for account in (stranger, foreign.members[1]):
        assert group.house.evm.refusal(account, update) == "NotMember"
    summed = group
    summed.submit(place, 0, 1, 2)
    summed.send(0, *summed.adding(place, 0, 1, 2))
    share = summed.sharing(place, 0)[0]
    for account in (stranger, foreign.members[2]):
        assert group.house.evm.refusal(account, share) == "NotMember"


def test_what_comes_through_a_contract_is_refused(group):
    """A wallet that is a contract: nobody would find what it brings in a transaction's input."""
    place = group.begun()
    evm = group.house.evm
    wallet = evm.deploy(forwarder(group.house.rounds), sender=group.members[0])
    for call in (
        group.submitting(place, group.update(0))[0],
        group.sharing(place, 0)[0],
    ):
        assert evm.refusal(group.members[0], replace(call, to=wallet)) == "NotDirect"


def forwarder(target: str) -> Artifact:
    """A contract that calls another with its own call data and reverts with what comes back."""
    code = bytes.fromhex(f"36600060003760006000366000600073{target[2:]}5af13d600060003e3d6000fd")
    head = bytes.fromhex(f"60{len(code):02x}80600b6000396000f3")
    return Artifact("Forwarder", [], head + code, len(code))


def test_an_update_counts_once(group):
    place = group.begun()
    group.submit(place, 0)
    for call in (group.submitting(place, group.update(0))[0], piece(group, 2, bytes(32))):
        assert group.refusal(0, call) == "AlreadyComplete"
    assert group.state(place).counted == 1


def test_chunks_come_in_order_and_once(group):
    place = group.begun()
    first, second, third = group.chunks(0)
    assert group.refusal(0, piece(group, 1, second)) == "WrongChunk"
    group.send(0, piece(group, 0, first))
    assert group.refusal(0, piece(group, 0, first)) == "WrongChunk"
    assert group.refusal(0, piece(group, 2, third)) == "WrongChunk"
    assert group.refusal(0, piece(group, 3, third)) == "WrongChunk"
    group.send(0, piece(group, 1, second + third))
    assert group.state(place).counted == 1


@pytest.mark.parametrize(
    ("chunk", "length", "name"),
    [
        (0, 0, "WrongLength"),
        (0, 32, "WrongLength"),
        (0, 63, "NotWholeUnits"),
        (0, 96, "WrongLength"),
        (0, 192, "WrongLength"),
        (0, 64, ""),
        (0, 128, ""),
        (0, 160, ""),
    ],
)
def test_chunks_have_the_length_the_terms_say(group, chunk, length, name):
    group.begun()
    assert group.refusal(0, piece(group, chunk, b"\1" * length)) == name


def test_the_last_chunk_is_as_long_as_what_is_left(group):
    group.begun()
    group.send(0, piece(group, 0, b"\1" * 128))
    assert group.refusal(0, piece(group, 2, b"\1" * 64)) == "WrongLength"
    assert group.refusal(0, piece(group, 2, b"")) == "WrongLength"
    assert group.refusal(0, piece(group, 2, b"\1" * 32)) == ""


def test_late_and_early_updates_are_refused(group):
    early = group.submitting(group.place(), group.update(0))[0]
    assert group.refusal(0, early) == "WrongPhase"
    place = group.begun()
    group.house.evm.mine(group.terms.submit_blocks)
    assert group.refusal(0, group.submitting(place, group.update(0))[0]) == "WrongPhase"


@pytest.mark.parametrize("brought", [0, 1, 2])
def test_a_member_that_stops_half_way_is_in_no_sum(group, brought):
    place = group.begun()
    group.submit(place, 0, 2)
    group.send(1, *(piece(group, i, group.chunks(1)[i]) for i in range(brought)))
    group.wait_out(place, Phase.SUBMITTING)
    state = group.state(place)
    assert (state.phase, state.counted) == (Phase.SUMMING, 2)
    added = outputs(group, group.send(1, *group.adding(place, 0, 2)))
    assert b"".join(added[c] for c in range(3)) == lanes_added(group.update(0), group.update(2))
    late = piece(group, brought, group.chunks(1)[brought])
    assert group.refusal(1, late) == "WrongPhase"


@pytest.mark.parametrize("counted", [0, 1])
def test_too_few_updates_make_a_void_round_and_the_next_can_begin(group, counted):
    place = group.begun()
    group.submit(place, *range(counted))
    assert group.refusal(0, rounds.beginning(group.place(2))) == "WrongPhase"
    group.wait_out(place, Phase.SUBMITTING)
    assert group.state(place).phase is Phase.VOID
    assert group.refusal(0, step(group, place, group.chunks(0)[0])) == "WrongPhase"
    assert group.state(group.begun(2)).phase is Phase.SUBMITTING


def test_a_sum_not_added_in_time_is_void(group):
    place = group.begun()
    group.submit(place, 0, 1, 2)
    group.send(0, *group.adding(place, 0, 1, 2)[:2])
    group.wait_out(place, Phase.SUMMING)
    assert group.state(place).phase is Phase.VOID
    assert group.refusal(0, group.adding(place, 0, 1, 2)[2]) == "WrongPhase"
    assert group.state(group.begun(2)).phase is Phase.SUBMITTING


def test_rounds_are_begun_in_order_and_one_at_a_time(group):
    for number in (0, 2):
        assert group.refusal(0, rounds.beginning(group.place(number))) == "WrongRound"
    group.begun()
    assert group.refusal(1, rounds.beginning(group.place(1))) == "WrongRound"
    assert group.refusal(1, rounds.beginning(group.place(2))) == "WrongPhase"


def test_anybody_adds_in_steps_and_in_any_order_of_chunks(group):
    place = group.begun()
    group.submit(place, 0, 1, 2)
    stranger = group.house.evm.account()
    small = 4 + 8 * 32 + 2 * 64  # the sum so far and one row
    calls = group.adding(place, 0, 1, 2, limit_bytes=small)
    assert len(calls) == 3 * 2 - 1  # two rows go first; of the short chunk three
    receipts = [group.house.evm.send(stranger, call) for call in [*calls[2:], *calls[:2]]]
    plain = lanes_added(*(group.update(member) for member in range(3)))
    assert b"".join(outputs(group, receipts)[chunk] for chunk in range(3)) == plain


def test_steps_taken_before_have_no_effect(group):
    """Two that add side by side: whoever is slower loses its gas and nothing else."""
    place = group.begun()
    group.submit(place, 0, 1, 2)
    rows = [group.chunks(member)[0] for member in range(3)]
    group.send(0, step(group, place, rows[0]))
    [receipt] = group.send(1, step(group, place, *rows[:2]))
    assert receipt.logs == []
    assert rounds.sum_of(group.house.evm, place, 0)[0] == 1
    group.send(1, step(group, place, *rows[1:], start=1, total=rows[0]))
    for late in (step(group, place, *rows), step(group, place, rows[2], start=2)):
        [receipt] = group.send(2, late)
        assert receipt.logs == []
    assert rounds.sum_of(group.house.evm, place, 0)[0] == 3
    assert group.state(place).summed == 1


def test_a_replay_after_the_round_has_no_effect(group):
    place = group.summed(0, 1)
    before = group.state(place)
    for call in group.adding(place, 0, 1):
        [receipt] = group.send(2, call)
        assert receipt.logs == []
    assert group.state(place) == before


def test_steps_out_of_order_or_of_other_bytes_are_refused(group):
    place = group.begun()
    early = step(group, place, group.chunks(0)[0])
    assert group.refusal(0, early) == "WrongPhase"
    group.submit(place, 0, 1, 2)
    rows = [group.chunks(member)[0] for member in range(3)]
    wrong = {
        "WrongStep": [step(group, place, rows[1], start=1, total=rows[0])],
        "WrongSum": [step(group, place, *rows, total=rows[0])],
        "WrongDigest": [
            step(group, place, rows[1]),
            step(group, place, rows[0], rows[2]),
            step(group, place, *rows, chunk=1),
            step(group, place, rows[0], chunk=2),  # two rows of a short one
            step(group, place, rows[0], bytes(64), rows[2]),
        ],
        "WrongLength": [
            step(group, place, b""),
            step(group, place, rows[0], rows[1][1:]),
            step(group, place, *rows, rows[0]),
        ],
        "NoSuchChunk": [step(group, place, *rows, chunk=3)],
    }
    for name, calls in wrong.items():
        assert [group.refusal(0, call) for call in calls] == [name] * len(calls)
    group.send(0, step(group, place, rows[0]))
    for total in (b"", rows[1], rows[0][:32]):
        call = step(group, place, *rows[1:], start=1, total=total)
        assert group.refusal(0, call) == "WrongSum"
    assert rounds.sum_of(group.house.evm, place, 0)[0] == 1


def test_shares_come_in_order_once_and_whole(group):
    place = group.summed(0, 1)
    calls = group.sharing(place, 2, limit_bytes=164 + 128 + 64)
    assert len(calls) > 1
    assert group.refusal(2, calls[1]) == "WrongChunk"
    group.send(2, calls[0])
    assert group.refusal(2, calls[0]) == "WrongChunk"
    group.send(2, *calls[1:])
    assert group.refusal(2, calls[0]) == "AlreadyComplete"
    assert group.state(place).opened == 1


def test_a_wrong_share_can_be_replaced_by_another_member_s_after_the_threshold(group):
    place = group.summed(0, 1)
    for member in range(3):
        group.send(member, *group.sharing(place, member))
    assert group.state(place).phase is Phase.OPENED
    assert group.state(place).opened == 3


def test_early_and_late_shares_are_refused(group):
    place = group.begun()
    share = group.sharing(place, 0)[0]
    assert group.refusal(0, share) == "WrongPhase"
    group.submit(place, 0, 1, 2)
    assert group.refusal(0, share) == "WrongPhase"
    group.send(0, *group.adding(place, 0, 1, 2))
    group.house.evm.mine(group.terms.open_blocks)
    assert group.refusal(0, share) == "WrongPhase"
    assert group.state(place).phase is Phase.VOID
    assert group.state(group.begun(2)).phase is Phase.SUBMITTING


def test_rounds_of_two_groups_and_of_one_group_are_apart():
    house = House.built()
    one, other = house.learning(), house.learning()
    place, elsewhere = one.begun(), other.begun()
    one.submit(place, 0, 1, 2)
    assert other.state(elsewhere).counted == 0
    one.send(0, *one.adding(place, 0, 1, 2))
    for member in (0, 1):
        one.send(member, *one.sharing(place, member))
    again = one.begun(2)
    assert one.state(again).counted == 0
    assert one.state(place).phase is Phase.OPENED


def test_plain_sums_are_open_when_they_are_added():
    group = House.built().learning(threshold=0, share_units=0, quorum=1)
    place = group.summed(1)
    assert group.state(place).phase is Phase.OPENED
    assert group.refusal(0, group.sharing(place, 0)[0]) == "NotOpenedThisWay"
    assert group.refusal(0, rounds.posting_seeds(place, b"")) == "NotOpenedThisWay"


def test_shares_can_be_of_fewer_units_than_the_sum_has():
    """An update's last units may be a proof: nobody decrypts their sum."""
    group = House.built().learning(share_units=3)
    place = group.summed(0, 1)
    row = group.update(0)
    for units in (1, 5):
        data = call_data(rounds.POST_SHARES, group.number, 1, 0, row[: 32 * units], b"")
        assert group.refusal(0, Call(group.house.rounds, data, 0)) == "WrongLength"
    data = call_data(rounds.POST_SHARES, group.number, 1, 0, row[: 32 * 3], b"")
    group.send(0, Call(group.house.rounds, data, 0))
    assert group.state(place).opened == 1
