"""Handing a model over: the phases, who may do what, and what is refused by name."""

from __future__ import annotations

import pytest

from system.chain.sender import Call
from system.encrypted.contracts import key_transfer, key_transfer_reader
from system.encrypted.contracts.inputs import NotRecovered
from system.encrypted.contracts.key_transfer import Phase
from system.encrypted.contracts.key_transfer_reader import Cut, Masks
from system.encrypted.contracts.parts import ChunkTooLarge
from system.encrypted.contracts.reader import Member, Shares
from system.weights.digest import chained_digest
from tests.unit.encrypted.handovers import (
    CHUNK_BYTES,
    ONE_CHUNK,
    ONE_PAIR,
    WORD,
    Transfer,
    cut,
    row,
)
from tests.unit.encrypted.recorder import Recorder

CUT = Cut(3, CHUNK_BYTES, CHUNK_BYTES)


@pytest.fixture
def transfer() -> Transfer:
    return Transfer.built()


def test_a_model_comes_under_the_new_key_and_all_of_it_is_read_back(transfer):
    transfer.old.house.evm = Recorder(transfer.evm)
    at = transfer.proposed()
    assert key_transfer.terms_of(transfer.evm, at) == transfer.handover(offering={0, 1, 2})
    transfer.old.send(0, *transfer.model(at, ONE_CHUNK))
    for member in range(3):
        assert len(transfer.old.send(member, *transfer.offer(at, member, ONE_PAIR))) == 3
    transfer.old.send(2, *transfer.adding(at, 0, 1, 2))
    for member in (1, 2):
        assert len(transfer.old.send(member, *transfer.shares(at, member, ONE_CHUNK))) == 3
    transfer.new.send(0, *transfer.result(at, limit_bytes=ONE_CHUNK))
    digest = chained_digest(cut(row(77)))
    transfer.new.send(1, key_transfer.confirming(at, digest))
    state = transfer.state(at)
    assert (state.phase, state.result, state.ends_at) == (Phase.DONE, digest, 0)
    transfer.evm.mine(100)
    assert transfer.state(at).phase is Phase.DONE

    evm = transfer.evm
    members = [Member(place, one) for place, one in enumerate(transfer.old.members)]
    read = key_transfer_reader
    assert read.read_model(evm, at, members[0].address, CUT) == cut(row(9))
    for place, one in enumerate(members):
        expected = Masks(cut(row(place + 1)), cut(row(place + 101)), b"masks of %d" % place)
        assert read.read_masks(evm, at, one, CUT) == expected
    assert b"".join(read.read_masked_sum(evm, at, CUT)) == transfer.masked_sum(0, 1, 2)
    found = read.read_shares(evm, at, members[2], CUT)
    assert found == Shares(cut(row(53)), b"shares of 2")
    with pytest.raises(NotRecovered, match="brought 0 of 3 chunks"):
        read.read_shares(evm, at, members[0], CUT)
    newcomer = Member(0, transfer.new.members[0])
    assert read.read_result(evm, at, newcomer, CUT) == cut(row(77))


def test_who_does_not_offer_in_time_is_left_out(transfer):
    at = transfer.proposed()
    transfer.old.send(0, *transfer.model(at))
    for member in (0, 2):
        transfer.old.send(member, *transfer.offer(at, member))
    transfer.old.send(1, *transfer.offer(at, 1, ONE_PAIR)[:2])
    transfer.wait_out(at)
    state = transfer.state(at)
    assert (state.phase, state.offered) == (Phase.SUMMING, {0, 2})
    late = transfer.old.refusal(1, transfer.offer(at, 1, ONE_PAIR)[2])
    assert late == "WrongHandoverPhase"
    assert transfer.old.refusal(0, transfer.adding(at, 0, 1, 2)[0]) == "WrongLength"
    receipts = transfer.old.send(0, *transfer.adding(at, 0, 2))
    assert all(receipt.named(key_transfer.MASKED_SUM) for receipt in receipts)
    assert transfer.state(at).phase is Phase.OPENING


@pytest.mark.parametrize(
    "phase",
    [Phase.BRINGING, Phase.OFFERING, Phase.SUMMING, Phase.OPENING, Phase.CONFIRMING],
)
def test_what_does_not_come_in_time_is_void(transfer, phase):
    at = transfer.until(phase)
    transfer.wait_out(at)
    state = transfer.state(at)
    assert (state.phase, state.ends_at) == (Phase.VOID, 0)
    calls = [
        (transfer.old, transfer.model(at)[0]),
        (transfer.old, transfer.offer(at, 0)[0]),
        (transfer.old, transfer.shares(at, 2)[0]),
        (transfer.new, transfer.result(at)[0]),
        (transfer.new, key_transfer.confirming(at, bytes([1]) * 32)),
    ]
    for group, call in calls:
        assert group.refusal(0, call) == "WrongHandoverPhase"
    # The next one is another.
    assert transfer.state(transfer.proposed()).phase is Phase.BRINGING


def test_too_few_offers_are_no_consent(transfer):
    at = transfer.proposed()
    transfer.old.send(0, *transfer.model(at))
    transfer.old.send(0, *transfer.offer(at, 0))
    transfer.wait_out(at)
    assert transfer.state(at).phase is Phase.VOID


def test_who_spoiled_one_handover_is_left_out_of_the_next(transfer):
    at = transfer.proposed(offering=[0, 1])
    transfer.old.send(0, *transfer.model(at))
    assert transfer.old.refusal(2, transfer.offer(at, 2)[0]) == "NotOffering"
    for member in (0, 1):
        transfer.old.send(member, *transfer.offer(at, member))
    assert transfer.state(at).phase is Phase.SUMMING


@pytest.mark.parametrize(
    "changes",
    [
        {"units": 0},
        {"chunk_units": 0},
        {"wait_blocks": 1},
        {"offering": [0]},
        {"offering": [0, 1, 3]},
        {"new": 1},
    ],
)
def test_handovers_that_cannot_be_done_are_refused(transfer, changes):
    call = key_transfer.proposing(transfer.contract, transfer.handover(**changes))
    assert transfer.old.refusal(0, call) == "BadHandover"


def test_groups_learn_and_decrypt_by_shares(transfer):
    plain = transfer.old.house.learning(3, threshold=0, share_units=0)
    call = key_transfer.proposing(transfer.contract, transfer.handover(new=plain.number))
    assert transfer.old.refusal(0, call) == "BadHandover"
    call = key_transfer.proposing(transfer.contract, transfer.handover(new=99))
    assert transfer.old.refusal(0, call) == "NotOpen"
    call = key_transfer.proposing(transfer.contract, transfer.handover())
    assert transfer.new.refusal(0, call) == "NotMember"


def test_who_may_do_what(transfer):
    at = transfer.until(Phase.BRINGING)
    assert transfer.old.refusal(1, transfer.model(at)[0]) == "NotHandoverFounder"
    assert transfer.old.refusal(0, transfer.offer(at, 0)[0]) == "WrongHandoverPhase"
    transfer.old.send(0, *transfer.model(at))
    assert transfer.old.refusal(0, transfer.model(at)[0]) == "WrongHandoverPhase"
    assert transfer.new.refusal(0, transfer.offer(at, 0)[0]) == "NotMember"
    transfer.old.send(1, *transfer.offer(at, 1))
    assert transfer.old.refusal(1, transfer.offer(at, 1)[0]) == "AlreadyComplete"
    assert transfer.old.refusal(0, transfer.adding(at, 1)[0]) == "WrongHandoverPhase"
    at = transfer.until(Phase.OPENING)
    assert transfer.new.refusal(0, transfer.shares(at, 0)[0]) == "NotMember"
    assert transfer.new.refusal(0, transfer.result(at)[0]) == "WrongHandoverPhase"
    transfer.old.send(0, *transfer.shares(at, 0))
    assert transfer.old.refusal(0, transfer.shares(at, 0)[0]) == "AlreadyComplete"


@pytest.mark.parametrize(
    ("chunk", "given", "taken", "name"),
    [
        (1, 64, 64, "WrongChunk"),
        (0, 64, 128, "WrongChunk"),
        (0, 160, 128, "WrongChunk"),
        (0, 32, 64, "WrongLength"),
        (0, 64, 32, "WrongLength"),
        (0, 63, 64, "NotWholeUnits"),
        (0, 192, 192, "WrongLength"),
    ],
)
def test_masks_come_in_order_and_as_many_of_both(transfer, chunk, given, taken, name):
    at = transfer.until(Phase.OFFERING)
    data = key_transfer.call_data(
        key_transfer.OFFER, at.number, chunk, bytes(given), bytes(taken), b""
    )
    assert transfer.old.refusal(0, Call(at.contract, data, 0)) == name


def test_what_is_added_is_what_was_brought(transfer):
    at = transfer.until(Phase.SUMMING)
    calls = transfer.adding(at, 0, 1, 2)
    swapped = transfer.adding(at, 1, 0, 2)
    assert transfer.old.refusal(0, swapped[0]) == "WrongDigest"
    rows = [row(8), row(1), row(2), row(3)]
    size = {"unit_bytes": WORD, "limit_bytes": 65_000}
    other = key_transfer.adding_up(at, 0, [cut(one)[0] for one in rows], **size)
    assert transfer.old.refusal(0, other) == "WrongDigest"
    beyond = key_transfer.adding_up(at, 3, [cut(one)[0] for one in rows], **size)
    assert transfer.old.refusal(0, beyond) == "NoSuchChunk"
    [receipt] = transfer.new.send(0, calls[1])
    assert len(receipt.logs) == 1
    [receipt] = transfer.old.send(1, calls[1])  # somebody was faster
    assert receipt.logs == []
    transfer.old.send(1, calls[0], calls[2])
    assert transfer.state(at).phase is Phase.OPENING
    assert transfer.old.refusal(1, swapped[0]) == ""


def test_shares_are_taken_also_when_there_are_enough(transfer):
    at = transfer.until(Phase.CONFIRMING)
    transfer.old.send(2, *transfer.shares(at, 2))
    state = transfer.state(at)
    assert (state.phase, state.opened) == (Phase.CONFIRMING, 3)


def test_a_result_needs_votes_and_its_bytes(transfer):
    at, digest = transfer.until(Phase.CONFIRMING), chained_digest(cut(row(77)))
    confirm = key_transfer.confirming(at, digest)
    assert transfer.old.refusal(0, confirm) == "NotMember"
    assert transfer.new.refusal(0, key_transfer.confirming(at, bytes(32))) == "EmptyResult"
    for member in (0, 1):
        transfer.new.send(member, confirm)
        assert transfer.new.refusal(member, confirm) == "AlreadyConfirmed"
    assert transfer.state(at).phase is Phase.CONFIRMING
    transfer.new.send(1, *transfer.result(at, limit_bytes=ONE_CHUNK)[:2])
    assert transfer.state(at).phase is Phase.CONFIRMING
    transfer.new.send(1, transfer.result(at, limit_bytes=ONE_CHUNK)[2])
    assert transfer.state(at).result == digest


def test_results_that_differ_are_none(transfer):
    at = transfer.until(Phase.CONFIRMING)
    transfer.new.send(0, *transfer.result(at, 77))
    transfer.new.send(1, *transfer.result(at, 78))
    state = transfer.state(at)
    assert (state.phase, state.confirmed) == (Phase.CONFIRMING, 1)
    transfer.wait_out(at)
    assert transfer.state(at).phase is Phase.VOID


def test_chunks_that_fit_no_transaction_are_told(transfer):
    at = transfer.proposed()
    with pytest.raises(ChunkTooLarge, match="fewer units a chunk"):
        transfer.model(at, ONE_CHUNK - 2 * WORD)
    with pytest.raises(ChunkTooLarge, match="fewer units a chunk"):
        transfer.offer(at, 0, ONE_CHUNK)
    with pytest.raises(ChunkTooLarge, match="fewer units a chunk"):
        key_transfer.adding_up(at, 0, [bytes(64)] * 4, unit_bytes=WORD, limit_bytes=300)
