"""A model of ciphertexts handed over through the contract, and opened by the new group."""

from __future__ import annotations

import numpy as np
import pytest

from system.chain.compiler import artifact
from system.encrypted.bigints import from_bytes, to_bytes
from system.encrypted.contracts import key_transfer, key_transfer_reader
from system.encrypted.contracts.carrying import At
from system.encrypted.contracts.key_transfer import Handover, Phase
from system.encrypted.contracts.key_transfer_reader import Cut
from system.encrypted.contracts.reader import Member
from system.encrypted.decryption import combine, decrypt_share, partial_from_bytes
from system.encrypted.packing import Lanes, pack, unpack
from system.encrypted.paillier import encrypt, private_from_bytes
from system.encrypted.threshold import deal
from system.encrypted.transfer import Offer, moved, offer, spare_bits
from system.weights.digest import chained_digest
from tests.unit.encrypted import groups
from tests.unit.encrypted.arithmetic import paillier
from tests.unit.encrypted.house import House
from tests.unit.encrypted.recorder import Recorder
from tests.unit.encrypted.test_schemes_on_chain import PRIMES

OLD, NEW, WEIGHTS, CHUNK_UNITS, UNIT = 3, 4, 60, 2, 256
LANES = Lanes(NEW, key_bits=1024, spare_bits=spare_bits(OLD))
UNITS = LANES.units(WEIGHTS)
CHUNK_BYTES = CHUNK_UNITS * UNIT
SIZE = {"chunk_bytes": CHUNK_BYTES, "limit_bytes": 4_000}
LABEL = b"handover 1"
CUT = Cut(-(-UNITS // CHUNK_UNITS), CHUNK_BYTES, CHUNK_BYTES)


def test_four_open_what_three_handed_over():
    old_key, old_shares = deal(private_from_bytes(PRIMES, for_tests=True), parties=OLD, threshold=2)
    new_private = groups.private_key(1024)
    new_key, new_shares = deal(new_private, parties=NEW, threshold=3)
    house = House.built()
    terms = {"units": UNITS, "chunk_units": CHUNK_UNITS, "share_units": UNITS}
    old_contract, new_contract = (
        paillier(house.evm, int(key.public.n)) for key in (old_key, new_key)
    )
    old = house.learning(OLD, aggregation=old_contract, **terms)
    new = house.learning(NEW, aggregation=new_contract, threshold=3, **terms)
    contract = house.evm.deploy(artifact("KeyTransfer"), house.rounds, sender=house.evm.account())
    house.evm = Recorder(house.evm)
    evm = house.evm

    handover = Handover(
        old=old.number,
        new=new.number,
        offering=range(OLD),
        units=UNITS,
        chunk_units=CHUNK_UNITS,
        wait_blocks=4,
    )
    old.send(0, key_transfer.proposing(contract, handover))
    at = At(contract, 1)
    [weights] = groups.updates(1, WEIGHTS, limit=LANES.limit)
    model = encrypt(old_key.public, pack(weights, LANES))
    old.send(0, *key_transfer.bringing_model(at, to_bytes(model, UNIT), **SIZE))

    common = {"lanes": LANES, "units": UNITS, "parties": OLD, "label": LABEL}
    offers = [offer(old_key.public, new_key.public, party=one, **common) for one in range(OLD)]
    for one in offers:
        given, taken = to_bytes(one.old, UNIT), to_bytes(one.new, UNIT)
        proof = to_bytes(one.proof.to_units(old_key.public), UNIT)
        chunks = {"chunk_bytes": (CHUNK_BYTES, CHUNK_BYTES), "limit_bytes": 4_000}
        old.send(one.party, *key_transfer.offering(at, given, taken, proof=proof, **chunks))

    # What everybody reads from the chain.
    founder, places = old.members[0], [Member(i, one) for i, one in enumerate(old.members)]
    read = key_transfer_reader
    rows = [read.read_model(evm, at, founder, CUT)]
    rows += [read.read_masks(evm, at, one, CUT).given for one in places]
    for chunk in range(CUT.chunks):
        part = [row[chunk] for row in rows]
        call = key_transfer.adding_up(at, chunk, part, unit_bytes=UNIT, limit_bytes=4_000)
        new.send(3, call)
    hidden = from_bytes(b"".join(read.read_masked_sum(evm, at, CUT)), UNIT)

    for place in (2, 1):
        partial = decrypt_share(old_key, old_shares[place], hidden, label=LABEL).to_bytes(old_key)
        shares, proof = partial[: UNITS * UNIT], partial[UNITS * UNIT :]
        old.send(place, *key_transfer.posting_shares(at, shares, proof=proof, **SIZE))
    parts = []
    for place in (1, 2):
        shares = read.read_shares(evm, at, places[place], CUT)
        row = b"".join(shares.chunks) + shares.proof
        parts.append(partial_from_bytes(old_key, place, row))
    opened = combine(old_key, parts)

    seen = [read.read_masks(evm, at, one, CUT) for one in places]
    taken = [tuple(from_bytes(b"".join(masks.taken), UNIT)) for masks in seen]
    read_offers = [
        Offer(one.party, one.old, new_units, one.proof)
        for one, new_units in zip(offers, taken, strict=True)
    ]
    result = to_bytes(moved(new_key.public, opened, read_offers), UNIT)
    new.send(0, *key_transfer.bringing_result(at, result, **SIZE))
    chunks = [result[i : i + CHUNK_BYTES] for i in range(0, len(result), CHUNK_BYTES)]
    for member in (1, 2):
        new.send(member, key_transfer.confirming(at, chained_digest(chunks)))
    assert key_transfer.state_of(evm, at).phase is Phase.DONE

    newcomer = Member(0, new.members[0])
    received = from_bytes(b"".join(read.read_result(evm, at, newcomer, CUT)), UNIT)
    shares = [decrypt_share(new_key, one, received) for one in new_shares[1:]]
    found = unpack(combine(new_key, shares), LANES, weights=WEIGHTS, summed=1)
    np.testing.assert_array_equal(found, weights)


@pytest.mark.parametrize("unit", [0, 1])
def test_masks_out_of_range_are_refused(unit):
    house = House.built()
    n = groups.private_key(1024).public.n
    aggregation = paillier(house.evm, int(n))
    terms = {"units": 2, "chunk_units": 2, "share_units": 2, "aggregation": aggregation}
    old, new = house.learning(2, **terms), house.learning(2, **terms)
    contract = house.evm.deploy(artifact("KeyTransfer"), house.rounds, sender=house.evm.account())
    handover = Handover(
        old=1, new=new.number, offering=[0, 1], units=2, chunk_units=2, wait_blocks=4
    )
    old.send(0, key_transfer.proposing(contract, handover))
    at, right = At(contract, 1), to_bytes([1, n * n - 1], UNIT)
    old.send(0, *key_transfer.bringing_model(at, right, **SIZE))
    wrong = to_bytes([(0, 1)[unit], (1, n * n)[unit]], UNIT)
    for given, taken in ((wrong, right), (right, wrong)):
        [call] = key_transfer.offering(
            at, given, taken, proof=b"", chunk_bytes=(CHUNK_BYTES, CHUNK_BYTES), limit_bytes=4_000
        )
        assert old.refusal(0, call) == "UnitOutOfRange"
