"""The three schemes through the contracts: one member drops out, another one brings garbage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from system.encrypted.contracts import reader, rounds
from system.encrypted.contracts.folding import folding, steps
from system.encrypted.contracts.reader import Member
from system.encrypted.contracts.rounds import Phase, Place
from system.encrypted.packing import Lanes, largest
from system.encrypted.paillier import private_from_bytes
from system.encrypted.scheme import Masked, Paillier, Plain, Scheme
from system.encrypted.sizes import size_of
from system.encrypted.threshold import deal
from tests.unit.encrypted import groups
from tests.unit.encrypted.arithmetic import paillier
from tests.unit.encrypted.house import LIMIT_BYTES, Group, House
from tests.unit.encrypted.recorder import Recorder

PARTIES, THRESHOLD, WEIGHTS, CHUNK_UNITS = 5, 3, 97, 3
DROPPED, GARBAGE = 3, 1
# The shortest key that the contract takes: two safe primes, the secret of nobody.
PRIMES = bytes.fromhex(
    "f71909fdeded70f137c8212d5b53ed38ddb50beee42521fd9b635f2d1a51ec51"
    "c07b5cbd01b40cb8ebf0a86324a6d7c8eb04d0021e70f096315fa29e4e69be83"
    "d3795dc6782306e405c9317949cea413a43efec26d8f08be9e546dd55609be52"
    "73e4eb74c72bb25b1775a2f4256188e27ac27209a8a024ea33190549c0e8fb87"
)
LANES = Lanes(PARTIES, key_bits=1024)
SHARED_UNITS = LANES.units(WEIGHTS)


@dataclass(frozen=True)
class Learners:
    """A group with each member's scheme, somebody's without a secret, and what was announced."""

    group: Group
    schemes: list[Scheme]
    anybody: Scheme
    announcements: dict[int, bytes]


def learners(name: str) -> Learners:
    return {"plain": plainly, "masked": masked, "paillier": by_paillier}[name]()


def learning(name: str, house: House, **changes: Any) -> Group:
    """A group whose updates have the size of the scheme's, on a chain that remembers inputs."""
    size = size_of(WEIGHTS, scheme=name, lanes=LANES)
    common = {"units": size.units, "chunk_units": CHUNK_UNITS, "judge_blocks": 3}
    group = house.learning(PARTIES, **{**common, "share_units": 0, **changes})
    group.unit_bytes, house.evm = size.unit_bytes, Recorder(house.evm)
    return group


def plainly() -> Learners:
    group = learning("plain", House.built(), threshold=0)
    return Learners(group, [Plain(WEIGHTS, PARTIES)] * PARTIES, Plain(WEIGHTS, PARTIES), {})


def masked() -> Learners:
    made = groups.Group(PARTIES, THRESHOLD)
    made.announce()
    group = learning(
        "masked",
        House.built(),
        threshold=THRESHOLD,
        seed_bytes=32,
        self_masked=True,
        announce_bytes=made.terms.announcement_bytes,
        announce_blocks=3,
    )
    common = (WEIGHTS, made.terms, made.announcements)
    schemes: list[Scheme] = [Masked(*common, one) for one in made.maskers]
    return Learners(group, schemes, Masked(*common), dict(made.announcements))


def by_paillier() -> Learners:
    private = private_from_bytes(PRIMES, for_tests=True)
    key, shares = deal(private, parties=PARTIES, threshold=THRESHOLD)
    house = House.built()
    aggregation = paillier(house.evm, int(key.public.n))
    terms = {"threshold": THRESHOLD, "share_units": SHARED_UNITS, "aggregation": aggregation}
    common = (WEIGHTS, key, LANES, b"round 1")
    schemes: list[Scheme] = [Paillier(*common, one) for one in shares]
    return Learners(learning("paillier", house, **terms), schemes, Paillier(*common), {})


def member(group: Group, number: int) -> Member:
    return Member(number, group.members[number])


def announced(made: Learners, place: Place) -> None:
    for at, announcement in made.announcements.items():
        made.group.send(at, rounds.announcing(place, announcement))
        read = reader.read_announcement(made.group.house.evm, place, member(made.group, at))
        assert read == announcement


def submitted(made: Learners, place: Place, sent: list[bytes]) -> dict[int, bytes]:
    """The updates that are whole, as read from the chain."""
    for at, update in enumerate(sent):
        calls = made.group.submitting(place, update, 164 + CHUNK_UNITS * made.group.unit_bytes)
        made.group.send(at, *(calls[:1] if at == DROPPED else calls))
    made.group.wait_out(place, Phase.SUBMITTING)
    return {
        at: b"".join(reader.read_update(made.group.house.evm, place, member(made.group, at)))
        for at in range(PARTIES)
        if at != DROPPED
    }


def added(made: Learners, place: Place, updates: dict[int, bytes]) -> bytes:
    """The sum of these updates, as read from the chain."""
    size = CHUNK_UNITS * made.group.unit_bytes
    for chunk in range(made.group.terms.chunks):
        rows = [update[chunk * size : (chunk + 1) * size] for update in updates.values()]
        for step in steps(chunk, rows, add=refused_addition, limit_bytes=LIMIT_BYTES):
            made.group.send(0, folding(place, step, unit_bytes=made.group.unit_bytes))
    return b"".join(reader.read_sums(made.group.house.evm, place))


def refused_addition(total: bytes, row: bytes) -> bytes:
    raise AssertionError("all rows fit one transaction")


def posted(group: Group, place: Place, at: int, share: bytes) -> bytes:
    """A member's share, as read from the chain."""
    evm, reads = group.house.evm, member(group, at)
    if group.terms.seed_bytes:
        group.send(at, rounds.posting_seeds(place, share))
        return b"".join(reader.read_seeds(evm, place, reads))
    split = SHARED_UNITS * group.unit_bytes
    calls = rounds.posting_shares(
        place,
        share[:split],
        proof=share[split:],
        terms=group.terms,
        unit_bytes=group.unit_bytes,
        limit_bytes=3_000,
    )
    group.send(at, *calls)
    found = reader.read_shares(evm, place, reads)
    return b"".join(found.chunks) + found.proof


@pytest.mark.parametrize("name", ["plain", "masked", "paillier"])
def test_the_sum_of_the_others_is_that_of_the_integers(name):
    made = learners(name)
    group, place = made.group, made.group.begun()
    announced(made, place)
    given = groups.updates(PARTIES, WEIGHTS, limit=largest(32, PARTIES))
    sent = [scheme.encode(one) for scheme, one in zip(made.schemes, given, strict=True)]
    if name == "paillier":  # where a proof tells garbage from an update
        sent[GARBAGE] = sent[GARBAGE][: group.unit_bytes] + sent[0][group.unit_bytes :]
    updates = submitted(made, place, sent)

    wrong = made.anybody.wrong(updates)
    assert wrong == ((GARBAGE,) if name == "paillier" else ())
    for at in range(PARTIES):
        group.send(at, rounds.judging(place, wrong))
    counted = {at: update for at, update in updates.items() if at not in wrong}
    assert group.state(place).counted == len(counted)

    total = added(made, place, counted)
    assert total == made.anybody.add(list(counted.values()))
    helpers = () if name == "plain" else (4, 0, DROPPED)
    shares = {at: posted(group, place, at, made.schemes[at].share(counted)) for at in helpers}
    assert group.state(place).phase is Phase.OPENED
    found = made.anybody.open(total, counted=tuple(counted), shares=shares)
    np.testing.assert_array_equal(found, groups.total(given, tuple(counted)))
