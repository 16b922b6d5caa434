"""A model handed to a new group: exact, hidden on its way, by five parties to six."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from gmpy2 import invert, mpz

from system.encrypted.decryption import combine, decrypt_share
from system.encrypted.errors import NoRoomToMask, TooFewParties, WrongShare
from system.encrypted.packing import Lanes, pack, unpack
from system.encrypted.paillier import add, decrypt, encrypt
from system.encrypted.threshold import deal
from system.encrypted.transfer import hidden, moved, offer, spare_bits
from tests.unit.encrypted.groups import BITS, dealt, private_key, updates

OLD, NEW = 5, 6
LABEL = b"chain 1, group 2"
LANES = Lanes(NEW, key_bits=BITS, spare_bits=spare_bits(OLD))


def offers(count=OLD, units=2, lanes=LANES):
    old, new = dealt(OLD, 3)[0].public, private_key(BITS, 1).public
    common = {"lanes": lanes, "units": units, "parties": count, "label": LABEL}
    return [offer(old, new, party=at, **common) for at in range(count)]


def opened(ciphertexts):
    key, shares = dealt(OLD, 3)
    return combine(key, [decrypt_share(key, one, ciphertexts) for one in shares[1:4]])


def test_six_parties_open_what_five_handed_over():
    [weights] = updates(1, 20, limit=LANES.limit)
    old, new = dealt(OLD, 3)[0].public, private_key(BITS, 1)
    model, given = encrypt(old, pack(weights, LANES)), offers()
    received = moved(new.public, opened(hidden(old, model, given, label=LABEL)), given)
    new_key, new_shares = deal(new, parties=NEW, threshold=4)
    parts = [decrypt_share(new_key, one, received) for one in new_shares[2:]]
    found = unpack(combine(new_key, parts), LANES, weights=20, summed=1)
    np.testing.assert_array_equal(found, weights)


def test_everybody_computes_the_same_new_ciphertexts():
    old, new = dealt(OLD, 3)[0].public, private_key(BITS, 1).public
    model, given = encrypt(old, [mpz(1), mpz(2)]), offers()
    seen = opened(hidden(old, model, given, label=LABEL))
    assert moved(new, seen, given) == moved(new, seen, list(reversed(given)))


def test_what_is_opened_on_the_way_is_the_model_under_every_mask():
    old, new = private_key(), private_key(BITS, 1)
    given, model = offers(), [mpz(1), mpz(2) ** LANES.used_bits - 1]
    masks = [decrypt(old, one.old) for one in given]
    sums = [sum(column) for column in zip(*masks, strict=True)]
    seen = opened(hidden(old.public, encrypt(old.public, model), given, label=LABEL))
    assert seen == [w + r for w, r in zip(model, sums, strict=True)]  # no sum went round n
    for one, mask in zip(given, masks, strict=True):
        taken = decrypt(new, one.new)
        assert [(x + r) % new.public.n for x, r in zip(taken, mask, strict=True)] == [0, 0]
        # Each mask alone is far longer than a plaintext; one in 2^64 would be shorter than this.
        assert all(r.bit_length() > LANES.used_bits + 64 for r in mask)


def test_masks_of_all_parties_stay_below_the_modulus():
    for parties in (1, 2, 5, 6, 255):
        lanes = Lanes(parties, spare_bits=spare_bits(parties))
        longest = 2048 - 1 - parties.bit_length()
        assert parties * ((1 << longest) - 1) + (1 << lanes.used_bits) <= 1 << 2047
        assert longest - lanes.used_bits >= 128


def test_lanes_without_room_are_refused():
    with pytest.raises(NoRoomToMask, match="131 spare bits"):
        offers(lanes=Lanes(NEW, key_bits=BITS))
    large = Lanes(NEW, key_bits=1024, spare_bits=spare_bits(OLD))
    old, new = private_key(1024).public, private_key(BITS, 1).public
    with pytest.raises(NoRoomToMask):
        offer(old, new, party=0, lanes=large, units=1, parties=OLD, label=LABEL)


def test_without_masks_nothing_is_opened():
    with pytest.raises(TooFewParties):
        hidden(private_key().public, [mpz(1)], [], label=LABEL)


def test_the_last_to_offer_cannot_take_the_others_masks_back():
    old, given = dealt(OLD, 3)[0].public, offers()
    model = encrypt(old, [mpz(1), mpz(2)])
    others = add(old, [one.old for one in given[:4]])
    back = tuple(invert(one, old.squared) for one in others)
    for proof in (given[4].proof, given[0].proof):
        given[4] = replace(given[4], old=back, proof=proof)
        with pytest.raises(WrongShare, match="party 4") as refused:
            hidden(old, model, given, label=LABEL)
        assert refused.value.parties == (4,)
    # Opened all the same, it would have been the model.
    assert decrypt(private_key(), add(old, (model, *(one.old for one in given)))) == [1, 2]


@pytest.mark.parametrize("change", ["another's", "elsewhere", "short", "no ciphertext"])
def test_offers_that_are_not_a_partys_own_are_named(change):
    old, given = dealt(OLD, 3)[0].public, offers()
    given[3] = {
        "another's": replace(given[2], party=3),
        "elsewhere": given[3],
        "short": replace(given[3], new=given[3].new[:1]),
        "no ciphertext": replace(given[3], old=(mpz(0), given[3].old[1])),
    }[change]
    label = b"chain 2, group 2" if change == "elsewhere" else LABEL
    with pytest.raises(WrongShare) as refused:
        hidden(old, encrypt(old, [mpz(1), mpz(2)]), given, label=label)
    assert refused.value.parties == ((0, 1, 2, 3, 4) if change == "elsewhere" else (3,))


def test_an_offer_shows_no_number():
    assert repr(offers()[1]) == "Offer(party=1)"
