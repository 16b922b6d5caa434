"""Rounds of ciphertexts on a node: read back from the chain alone, and what a ciphertext costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

import pytest

from system.chain.keys import derive_key
from system.chain.receipts import Reverted
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send, send_all
from system.encrypted.contracts import agreement, reader, registry, rounds
from system.encrypted.contracts.aggregation import deploy_paillier
from system.encrypted.contracts.agreement import Agreed, Charter
from system.encrypted.contracts.folding import folding, steps
from system.encrypted.contracts.reader import Member, Shares
from system.encrypted.contracts.registry import Party
from system.encrypted.contracts.rounds import Phase, Place
from system.encrypted.contracts.terms import Terms, terms_digest

pytestmark = pytest.mark.chain

LIMIT_BYTES = 60_000
# What adding a ciphertext cost before, submission and sum together, in gas by the key's bits.
MOST_GAS = {1024: 71_000, 2048: 170_000, 3072: 304_000}
_numbers = count()


@dataclass(frozen=True)
class House:
    rpc: Rpc
    registry: str
    agreement: str
    rounds: str


@dataclass(frozen=True)
class Group:
    """A group whose rounds are open, and numbers below n² for each member."""

    house: House
    members: list[Sender]
    terms: Terms
    place: Place
    modulus: int
    unit_bytes: int
    updates: list[bytes]

    def submitting(self, member: int) -> list[Call]:
        return rounds.submitting(
            self.place,
            self.updates[member],
            terms=self.terms,
            unit_bytes=self.unit_bytes,
            limit_bytes=LIMIT_BYTES,
        )

    def member(self, number: int) -> Member:
        return Member(number, self.members[number].address)


def account(rpc: Rpc) -> Sender:
    key = derive_key("encrypted", "account", next(_numbers))
    return Sender(rpc, key, int(rpc.call("eth_chainId"), 16))


@pytest.fixture(scope="module")
def house(instant) -> House:
    rpc = Rpc(instant.endpoints[0])
    deployer = account(rpc)
    parties = registry.deploy_registry(deployer).address
    groups = agreement.deploy_agreement(deployer, parties).address
    return House(rpc, parties, groups, rounds.deploy_rounds(deployer, groups).address)


def learning(house: House, bits: int, *, members: int, units: int, chunk_units: int) -> Group:
    """A group of new parties that agreed on a key of no meaning, in its first round."""
    random = Random(bits)
    key = random.getrandbits(bits) | 1 << bits - 1 | 1
    joined = [account(house.rpc) for _ in range(members)]
    terms = Terms(
        aggregation=deploy_paillier(joined[0], key, for_tests=bits == 1024).address,
        units=units,
        chunk_units=chunk_units,
        quorum=2,
        threshold=2,
        share_units=units,
        submit_blocks=40,
        sum_blocks=200,
        open_blocks=200,
    )
    number = formed(house, joined, terms)
    send(joined[0], rounds.opening(house.rounds, number, terms))
    place = Place(house.rounds, number, 1)
    send(joined[0], rounds.beginning(place))
    updates = [
        b"".join(random.randrange(1, key * key).to_bytes(bits // 4, "big") for _ in range(units))
        for _ in joined
    ]
    return Group(house, joined, terms, place, key * key, bits // 4, updates)


def formed(house: House, joined: Sequence[Sender], terms: Terms) -> int:
    """The number of a new group of these accounts that agreed on the terms."""
    for one in joined:
        send(one, registry.registering(house.registry, Party(bytes(32), one.address.encode())))
    charter = Charter(
        is_open=True,
        seats=len(joined),
        votes=len(joined) // 2 + 1,
        join_blocks=100,
        vote_blocks=100,
    )
    receipt = send(joined[0], agreement.founding(house.agreement, charter))
    number = agreement.founded_group(receipt)
    digest = terms_digest(terms, chain_id=joined[0].chain_id, rounds=house.rounds)
    for one in joined[1:]:
        send(one, agreement.joining(house.agreement, number))
    for one in joined[: charter.votes]:
        send(one, agreement.voting(house.agreement, number, Agreed(b"m" * 32, digest)))
    return number


def multiplied(group: Group, *rows: bytes) -> bytes:
    """The products of rows of units, unit by unit."""
    size, made = group.unit_bytes, []
    for at in range(0, len(rows[0]), size):
        product = 1
        for row in rows:
            product = product * int.from_bytes(row[at : at + size], "big") % group.modulus
        made.append(product.to_bytes(size, "big"))
    return b"".join(made)


def add(group: Group, members: Sequence[int]) -> list[dict[str, Any]]:
    """The receipts of adding these members' updates, as read from the chain, by a stranger."""
    rpc, place = group.house.rpc, group.place
    chunks = [reader.read_update(rpc, place, group.member(member)) for member in members]
    calls = [
        folding(place, step, unit_bytes=group.unit_bytes)
        for chunk in range(group.terms.chunks)
        for step in steps(
            chunk,
            [update[chunk] for update in chunks],
            add=lambda total, row: multiplied(group, total, row),
            limit_bytes=LIMIT_BYTES,
        )
    ]
    return send_all(account(rpc), calls)


def wait_for(group: Group, phase: Phase) -> None:
    """Make blocks until the round is in that phase: without transactions this node makes none."""
    idle = account(group.house.rpc)
    while rounds.state_of(group.house.rpc, group.place).phase < phase:
        send_all(idle, [Call(idle.address, b"", 21_000)])


def test_a_round_in_which_a_member_drops_out(house):
    group = learning(house, 2048, members=3, units=5, chunk_units=2)
    for member in (2, 0):
        send_all(group.members[member], group.submitting(member))
    half = group.updates[1][: 2 * group.unit_bytes]
    [call] = rounds.submitting(
        group.place,
        half,
        terms=group.terms,
        unit_bytes=group.unit_bytes,
        limit_bytes=LIMIT_BYTES,
    )
    send(group.members[1], call)
    with pytest.raises(Reverted, match="NotMember"):
        send(account(house.rpc), call)
    wait_for(group, Phase.SUMMING)

    add(group, [0, 2])
    total = multiplied(group, group.updates[0], group.updates[2])
    assert b"".join(reader.read_sums(house.rpc, group.place)) == total

    for member in (0, 1):
        calls = rounds.posting_shares(
            group.place,
            group.updates[member],
            proof=b"proof",
            terms=group.terms,
            unit_bytes=group.unit_bytes,
            limit_bytes=LIMIT_BYTES,
        )
        send_all(group.members[member], calls)
    assert rounds.state_of(house.rpc, group.place).phase is Phase.OPENED
    shares = reader.read_shares(house.rpc, group.place, group.member(1))
    size = 2 * group.unit_bytes
    row = group.updates[1]
    assert shares == Shares([row[at : at + size] for at in range(0, len(row), size)], b"proof")


@pytest.mark.parametrize("bits", MOST_GAS)
def test_a_ciphertext_costs_less_than_it_did(house, bits):
    """All transactions of submitting and adding, by ciphertext: less than half."""
    members, units = 2, 12
    group = learning(house, bits, members=members, units=units, chunk_units=12)
    receipts = [
        receipt
        for member in range(members)
        for receipt in send_all(group.members[member], group.submitting(member))
    ]
    receipts += add(group, range(members))
    gas = sum(int(receipt["gasUsed"], 16) for receipt in receipts)
    assert gas / (members * units) < MOST_GAS[bits] / 2
