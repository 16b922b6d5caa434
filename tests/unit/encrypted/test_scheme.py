"""The three schemes give one result, bit for bit, through one interface."""

from __future__ import annotations

import numpy as np
import pytest

from system.encrypted.errors import (
    InvalidCiphertext,
    LaneOverflow,
    MalformedUnits,
    NoSecret,
    TooFewShares,
)
from system.encrypted.packing import Lanes, largest
from system.encrypted.paillier import blindings
from system.encrypted.scheme import Masked, Paillier, Plain, Scheme
from system.encrypted.sizes import NAMES, size_of
from tests.unit.encrypted.groups import BITS, Group, dealt, total, updates

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
    shares = {at: parties[at].share(added, counted=counted) for at in (4, 1, 0)}
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
        anybody.share(anybody.add(sent), counted=range(5))
    with pytest.raises(TooFewShares):
        anybody.open(anybody.add(sent), counted=range(5), shares={})
    if name == "masked":
        with pytest.raises(NoSecret):
            anybody.encode(np.zeros(3, np.int64))


@pytest.mark.parametrize("name", ["masked", "paillier"])
def test_a_wrong_share_is_left_out_while_enough_others_are_right(name):
    given = updates(PARTIES, 20, limit=LIMIT)
    parties, anybody = views(name, 20)
    sent = [party.encode(one) for party, one in zip(parties, given, strict=True)]
    added = anybody.add(sent)
    shares = {at: parties[at].share(added, counted=range(5)) for at in range(4)}
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
