"""The three schemes give one result, bit for bit, through one interface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from gmpy2 import invert

from system.encrypted.bigints import from_bytes, to_bytes
from system.encrypted.errors import (
    AlreadyRevealed,
    InvalidCiphertext,
    LaneOverflow,
    MalformedUnits,
    NoSecret,
    TooFewShares,
    WrongUpdate,
)
from system.encrypted.packing import Lanes, largest
from system.encrypted.paillier import blindings, decrypt
from system.encrypted.scheme import Masked, Paillier, Plain, Scheme
from system.encrypted.sizes import NAMES, size_of
from tests.unit.encrypted.groups import BITS, Group, dealt, private_key, total, updates

PARTIES, THRESHOLD = 5, 3
LIMIT = largest(32, PARTIES)
LANES = Lanes(PARTIES, key_bits=BITS)


def views(name: str, weights: int) -> tuple[list[Scheme], Scheme]:
    """Each party's scheme, and that of somebody without a secret."""
    if name == "plain":
        return [Plain(weights, PARTIES)] * PARTIES, Plain(weights, PARTIES)
    if name == "masked":
        group = Group(PARTIES, THRESHOLD)
        group.announce()
        common = (weights, group.terms, group.announcements)
        return [Masked(*common, one) for one in group.maskers], Masked(*common)
    key, shares = dealt(PARTIES, THRESHOLD)
    everybody = (weights, key, LANES, b"round 1")
    return [Paillier(*everybody, one) for one in shares], Paillier(*everybody)


@pytest.mark.parametrize("counted", [(0, 1, 2, 3, 4), (0, 2, 4), (1, 2, 3, 4)])
@pytest.mark.parametrize("weights", [1, 8, 15, 97])
@pytest.mark.parametrize("name", NAMES)
def test_every_scheme_gives_the_integers_of_plain_addition(name, weights, counted):
    given = updates(PARTIES, weights, limit=LIMIT, seed=weights)
    parties, anybody = views(name, weights)
    assert anybody.name == name
    sent = [party.encode(one) for party, one in zip(parties, given, strict=True)]
    size = size_of(weights, scheme=name, lanes=LANES)
    assert {len(one) for one in sent} == {size.update_bytes}
    added = anybody.add([sent[at] for at in counted])
    assert len(added) == size.update_bytes
    submitted = {at: sent[at] for at in counted}
    assert anybody.wrong(submitted) == ()
    shares = {at: parties[at].share(submitted) for at in (4, 1, 0)}
    found = anybody.open(added, counted=counted, shares=shares)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, total(given, counted))


@pytest.mark.parametrize("name", NAMES)
def test_adding_step_by_step_is_adding_at_once(name):
    given = updates(PARTIES, 20, limit=LIMIT)
    parties, anybody = views(name, 20)
    sent = [party.encode(one) for party, one in zip(parties, given, strict=True)]
    one_by_one = sent[0]
    for update in sent[1:]:
        one_by_one = anybody.add([one_by_one, update])
    assert one_by_one == anybody.add(sent)


@pytest.mark.parametrize("name", NAMES)
def test_weights_whose_sum_might_not_fit_are_refused(name):
    parties, _ = views(name, 3)
    with pytest.raises(LaneOverflow, match="the first at 2"):
        parties[0].encode(np.array([0, LIMIT, -LIMIT - 1]))


@pytest.mark.parametrize("name", NAMES)
def test_updates_of_another_length_are_refused(name):
    parties, anybody = views(name, 20)
    sent = [party.encode(one) for party, one in zip(parties, updates(5, 20, limit=9), strict=True)]
    for broken in (sent[0][:-1], b"", sent[0] + sent[0]):
        with pytest.raises(MalformedUnits):
            anybody.add([broken, sent[1]])


@pytest.mark.parametrize("name", ["masked", "paillier"])
def test_without_a_secret_nothing_is_encoded_or_shared(name):
    parties, anybody = views(name, 3)
    sent = [one.encode(np.zeros(3, np.int64)) for one in parties]
    with pytest.raises(NoSecret):
        anybody.share(dict(enumerate(sent)))
    with pytest.raises(TooFewShares):
        anybody.open(anybody.add(sent), counted=range(5), shares={})
    with pytest.raises(NoSecret):
        anybody.encode(np.zeros(3, np.int64))


@pytest.mark.parametrize("name", ["masked", "paillier"])
def test_a_wrong_share_is_left_out_while_enough_others_are_right(name):
    given = updates(PARTIES, 20, limit=LIMIT)
    parties, anybody = views(name, 20)
    sent = [party.encode(one) for party, one in zip(parties, given, strict=True)]
    added = anybody.add(sent)
    shares = {at: parties[at].share(dict(enumerate(sent))) for at in range(4)}
    shares[0] = bytes([shares[0][0] ^ 1]) + shares[0][1:]
    np.testing.assert_array_equal(
        anybody.open(added, counted=range(5), shares=shares), total(given, range(5))
    )
    del shares[3]
    with pytest.raises(TooFewShares, match="those of party 0 are wrong"):
        anybody.open(added, counted=range(5), shares=shares)


def test_a_ciphertext_that_is_none_is_refused_by_its_position():
    parties, anybody = views("paillier", 40)
    sent = parties[0].encode(np.zeros(40, np.int64))
    unit = dealt(PARTIES, THRESHOLD)[0].public.unit_bytes
    with pytest.raises(InvalidCiphertext) as refused:
        anybody.add([sent, sent[:unit] + bytes(unit) + sent[2 * unit :]])
    assert refused.value.position == 1


def test_blindings_made_ahead_leave_the_list():
    key, shares = dealt(PARTIES, THRESHOLD)
    ahead = blindings(key.public, 7)
    scheme = Paillier(20, key, LANES, b"", shares[0], ahead)
    scheme.encode(np.zeros(20, np.int64))
    assert len(ahead) == 7 - LANES.units(20)


def submitted(weights: int = 40) -> tuple[list[Scheme], Scheme, dict[int, bytes]]:
    """Each party's Paillier scheme, somebody's, and random updates of all."""
    given = updates(PARTIES, weights, limit=LIMIT)
    parties, anybody = views("paillier", weights)
    sent = [party.encode(one) for party, one in zip(parties, given, strict=True)]
    return parties, anybody, dict(enumerate(sent))


def test_nobody_isolates_an_update_by_cancelling_the_others():
    parties, anybody, sent = submitted()
    public = dealt(PARTIES, THRESHOLD)[0].public
    unit = public.unit_bytes
    others = from_bytes(anybody.add([sent[1], sent[2], sent[3]]), unit)
    attack = to_bytes([invert(one, public.squared) for one in others], unit)
    ends = -2 * unit
    for proof in (sent[4][ends:], sent[1][ends:], attack[ends:]):
        sent[4] = attack[:ends] + proof
        assert anybody.wrong(sent) == (4,)
        with pytest.raises(WrongUpdate, match="party 4") as refused:
            parties[0].share(sent)
        assert refused.value.parties == (4,)
    # Decrypted all the same, the sum would have been the update of party 0.
    key = private_key()
    alone = decrypt(key, from_bytes(sent[0], unit)[:-2])
    assert decrypt(key, from_bytes(anybody.add(list(sent.values())), unit)[:-2]) == alone


def test_another_partys_update_or_an_older_one_is_nobodys():
    _, anybody, sent = submitted()
    assert anybody.wrong(sent | {2: sent[1]}) == (2,)
    later = replace(anybody, label=b"round 2")
    assert later.wrong(sent) == (0, 1, 2, 3, 4)


@pytest.mark.parametrize("name", NAMES)
def test_updates_of_another_form_are_named(name):
    parties, anybody = views(name, 40)
    sent = [one.encode(np.zeros(40, np.int64)) for one in parties[:3]]
    told = {0: sent[0], 1: sent[1][:-32], 2: sent[2] + sent[2]}
    assert anybody.wrong(told) == (1, 2)


def test_a_party_shares_in_the_decryption_of_one_sum_a_round():
    parties, _, sent = submitted()
    first = parties[0].share(sent)
    assert len(parties[0].share(sent)) == len(first)
    with pytest.raises(AlreadyRevealed):
        parties[0].share({at: sent[at] for at in range(4)})
