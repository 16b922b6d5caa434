"""Updates, sums and shares are read back from logs and transactions' input alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system.encrypted.contracts import reader, rounds
from system.encrypted.contracts.reader import Member, NotRecovered, Shares
from system.encrypted.contracts.rounds import ChunkTooLarge, Phase
from tests.unit.encrypted.arithmetic import lanes_added
from tests.unit.encrypted.house import Group, House
from tests.unit.encrypted.recorder import Recorder


@pytest.fixture
def group() -> Group:
    return recorded(House.built())


def recorded(house: House, **changes: object) -> Group:
    """A group whose transactions are remembered."""
    made = house.learning(**changes)
    house.evm = Recorder(house.evm)
    return made


def member(group: Group, number: int) -> Member:
    return Member(number, group.members[number])


@pytest.mark.parametrize("limit_bytes", [164 + 64, 164 + 128, 65_000])
def test_an_update_comes_back(group, limit_bytes):
    place = group.begun()
    group.submit(place, 0)
    group.send(1, *group.submitting(place, group.update(1), limit_bytes))
    found = reader.read_update(group.house.evm, place, member(group, 1))
    assert found == group.chunks(1)


def test_half_an_update_is_none(group):
    place = group.begun()
    group.send(1, group.submitting(place, group.update(1), 164 + 64)[0])
    with pytest.raises(NotRecovered, match="brought 1 of 3 chunks"):
        reader.read_update(group.house.evm, place, member(group, 1))
    with pytest.raises(NotRecovered, match="brought 0 of 3 chunks"):
        reader.read_update(group.house.evm, place, member(group, 0))


def test_an_update_is_of_its_round(group):
    place = group.summed(0, 1)
    for one in (0, 1):
        group.send(one, *group.sharing(place, one))
    again = group.begun(2)
    with pytest.raises(NotRecovered):
        reader.read_update(group.house.evm, again, member(group, 0))
    assert reader.read_update(group.house.evm, place, member(group, 0)) == group.chunks(0)


def test_bytes_of_another_digest_are_told(group):
    place = group.begun()
    group.submit(place, 1)
    tampered = {key: data.replace(b"\x02\x01", b"\x02\x02") for key, data in inputs(group).items()}
    group.house.evm.inputs = tampered
    with pytest.raises(NotRecovered, match=r"chunk 0 of member 0x\w+ in .* has another digest"):
        reader.read_update(group.house.evm, place, member(group, 1))


def inputs(group: Group) -> dict[str, bytes]:
    return group.house.evm.inputs


def test_a_transaction_of_another_call_is_told(group):
    place = group.begun()
    group.submit(place, 1)
    group.house.evm.inputs = {key: b"\0" * 4 + data[4:] for key, data in inputs(group).items()}
    with pytest.raises(NotRecovered, match="did not call the contract itself"):
        reader.read_update(group.house.evm, place, member(group, 1))


@pytest.mark.parametrize("limit_bytes", [4 + 8 * 32 + 2 * 64, 65_000])
def test_a_sum_comes_back(group, limit_bytes):
    place = group.begun()
    group.submit(place, 0, 1, 2)
    calls = group.adding(place, 0, 1, 2, limit_bytes=limit_bytes)
    group.send(0, *calls[:-1])
    with pytest.raises(NotRecovered, match="chunk 2 of round 1 of group 1 is not added"):
        reader.read_sums(group.house.evm, place)
    group.send(0, calls[-1])
    plain = lanes_added(*(group.update(one) for one in range(3)))
    assert b"".join(reader.read_sums(group.house.evm, place)) == plain


@pytest.mark.parametrize("limit_bytes", [164 + 64 + 64 + 32, 65_000])
def test_shares_and_their_proof_come_back(group, limit_bytes):
    place = group.summed(0, 1)
    group.send(2, *group.sharing(place, 2, limit_bytes))
    found = reader.read_shares(group.house.evm, place, member(group, 2))
    assert found == Shares(group.chunks(2), b"proof of 2")
    with pytest.raises(NotRecovered, match="brought 0 of 3 chunks"):
        reader.read_shares(group.house.evm, place, member(group, 0))


def test_seeds_come_back():
    group = recorded(House.built(), share_units=0, seed_bytes=8)
    place = group.summed(0, 1)
    group.send(0, rounds.posting_seeds(place, group.seeds(2)))
    found = reader.read_seeds(group.house.evm, place, member(group, 0))
    assert found == [bytes(8), bytes(8), b"\3" * 8]
    with pytest.raises(NotRecovered, match="has no shares of seeds"):
        reader.read_seeds(group.house.evm, place, member(group, 1))


@pytest.mark.parametrize("limit_bytes", [0, 164, 164 + 63])
def test_chunks_that_fit_no_transaction_are_told(group, limit_bytes):
    place = group.begun()
    with pytest.raises(ChunkTooLarge, match="agree on fewer units a chunk"):
        group.submitting(place, group.update(0), limit_bytes)
    with pytest.raises(ChunkTooLarge, match="agree on fewer units a chunk"):
        group.adding(place, 0, 1, limit_bytes=limit_bytes)
    group.wait_out(place, Phase.SUBMITTING)
    with pytest.raises(ChunkTooLarge):
        replace(group, terms=replace(group.terms, chunk_units=5)).sharing(place, 0, limit_bytes)
