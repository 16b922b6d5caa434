"""Masked sums: exact whoever drops out, and nothing to be read before they are opened."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from coincurve.utils import GROUP_ORDER_INT
from hypothesis import given, settings
from hypothesis import strategies as st

from system.encrypted.announcement import Terms, readable
from system.encrypted.errors import (
    AlreadyMasked,
    AlreadyRevealed,
    InvalidKey,
    NoSecret,
    TooFewParties,
    TooFewShares,
    UnusableThreshold,
)
from system.encrypted.masking import Masker, unmask, wrong_reveals
from system.encrypted.masks import agreed, own_mask, pair_masks
from system.encrypted.shamir import public_of, scalar_bytes
from tests.unit.encrypted.groups import Group

LANES = 24


def lanes(parties: int, seed: int = 0):
    source = np.random.default_rng(seed)
    return [source.integers(0, 1 << 32, LANES, dtype=np.uint32) for _ in range(parties)]


def summed(given_lanes, chosen):
    return np.sum([given_lanes[at] for at in chosen], axis=0, dtype=np.uint32)


def opened(group, total, counted, revealing):
    revealed = {at: group.maskers[at].reveal(counted) for at in revealing}
    return unmask(
        group.terms,
        total,
        announcements=group.announcements,
        counted=counted,
        revealed=revealed,
    )


@settings(deadline=None, max_examples=40)
@given(st.data(), st.sampled_from([(1, 1), (2, 2), (3, 2), (5, 3), (6, 4)]))
def test_the_sum_is_exact_whoever_drops_out_at_whatever_point(data, size):
    parties, threshold = size
    group = Group(parties, threshold)

    def some(among):
        chosen = data.draw(st.lists(st.sampled_from(sorted(among)), unique=True))
        return sorted({*chosen, *sorted(among)[:threshold]})

    announced = some(range(parties))
    group.announce(announced)
    submitted = some(announced)
    revealing = data.draw(st.permutations(some(announced)))
    plain = lanes(parties)
    masked = {at: group.maskers[at].mask(plain[at]) for at in announced}
    found = opened(group, summed(masked, submitted), submitted, revealing)
    np.testing.assert_array_equal(found, summed(plain, submitted))


@pytest.mark.parametrize("dropped", range(3))
def test_every_choice_of_those_who_drop_before_and_after_submitting(dropped):
    plain = lanes(5)
    for absent in combinations(range(5), dropped):
        group = Group(5, 3)
        group.announce()
        counted = [at for at in range(5) if at not in absent]
        masked = {at: group.maskers[at].mask(plain[at]) for at in counted}
        # Up to two reveal nothing, be it those who dropped out or others.
        found = opened(group, summed(masked, counted), counted, revealing=(4, 1, 3))
        np.testing.assert_array_equal(found, summed(plain, counted))


def test_a_sum_over_many_words():
    group, source = Group(3, 2), np.random.default_rng(5)
    group.announce()
    plain = [source.integers(0, 1 << 32, 25_456, dtype=np.uint32) for _ in range(3)]
    masked = [one.mask(row) for one, row in zip(group.maskers, plain, strict=True)]
    np.testing.assert_array_equal(
        opened(group, summed(masked, range(3)), range(3), (0, 2)), summed(plain, range(3))
    )


def test_a_masked_update_looks_like_noise_and_is_another_in_each_round():
    zeros = np.zeros(1 << 14, dtype=np.uint32)
    group = Group(3, 2)
    group.announce()
    first = group.maskers[0].mask(zeros)
    # Bits of 2^19: half are set, within five standard deviations (362 each).
    assert abs(int(np.unpackbits(first.view(np.uint8)).sum()) - (1 << 18)) < 5 * 362
    assert len(np.unique(first)) > (1 << 14) - 100
    other = Group(3, 2, context=b"round 2")
    other.announce()
    assert (other.maskers[0].mask(zeros) != first).mean() > 0.99


def test_streams_depend_on_the_round_and_on_who_shares_them():
    secret, other = 1234567, 7654321
    assert not np.array_equal(own_mask(secret, b"1", 8), own_mask(secret, b"2", 8))
    theirs, mine = public_of(other), public_of(secret)
    assert agreed(scalar_bytes(secret), theirs) == agreed(scalar_bytes(other), mine)
    added = pair_masks(secret, 0, [(1, theirs)], context=b"1", count=8)
    taken = pair_masks(other, 1, [(0, mine)], context=b"1", count=8)
    np.testing.assert_array_equal(added + taken, np.zeros(8, np.uint32))
    assert not np.array_equal(added, pair_masks(secret, 0, [(1, theirs)], context=b"2", count=8))
    assert not np.array_equal(added, own_mask(secret, b"1", 8))


def test_who_gives_anothers_key_as_its_own_bares_nobody():
    # Party 2 copies party 0's key. With one mask for both, party 1 would take it off and add it.
    victim, honest = 1234567, public_of(7654321)
    found = pair_masks(victim, 1, [(0, honest), (2, honest)], context=b"1", count=64)
    assert np.count_nonzero(found) > 60


def test_a_late_update_stays_hidden():
    group, plain = Group(5, 3), lanes(5)
    group.announce()
    masked = {at: group.maskers[at].mask(plain[at]) for at in range(5)}
    counted = [0, 1, 2, 4]  # party 3's arrived after the deadline
    revealed = {at: group.maskers[at].reveal(counted) for at in counted}
    # All its masks with others are known now; its own is not, for nobody revealed that.
    heard = readable(group.terms, group.announcements)
    others = [(at, one.key) for at, one in heard.items() if at != 3]
    pair = pair_masks(
        group.maskers[3]._pair[0], 3, others, context=group.terms.context, count=LANES
    )
    own = own_mask(group.maskers[3]._own[0], group.terms.context, LANES)
    np.testing.assert_array_equal(masked[3] - pair - own, plain[3])
    assert not (masked[3] - pair == plain[3]).any()
    assert own.any()
    with pytest.raises(TooFewShares):  # the parts revealed do not open it
        unmask(
            group.terms,
            summed(masked, range(5)),
            announcements=group.announcements,
            counted=range(5),
            revealed=revealed,
        )
    with pytest.raises(AlreadyRevealed):  # and an honest party reveals no others
        group.maskers[0].reveal(range(5))


def test_revealing_the_same_again_gives_the_same():
    group = Group(3, 2)
    group.announce()
    assert group.maskers[1].reveal([0, 1]) == group.maskers[1].reveal({1, 0})


@pytest.mark.parametrize("counted", [[], [0], [0, 1, 2, 3], [0, 1, 5]])
def test_too_few_updates_or_strangers_are_not_opened(counted):
    group, plain = Group(5, 3), lanes(5)
    group.announce([0, 1, 2, 4])
    masked = {at: group.maskers[at].mask(plain[at]) for at in (0, 1, 2, 4)}
    with pytest.raises(TooFewParties):
        group.maskers[0].reveal(counted)
    with pytest.raises(TooFewParties):
        opened(group, masked[0], counted, [])


def test_too_few_shares_open_nothing():
    group, plain = Group(5, 3), lanes(5)
    group.announce()
    masked = {at: group.maskers[at].mask(plain[at]) for at in range(5)}
    with pytest.raises(TooFewShares, match="2 right shares of the 3 needed"):
        opened(group, summed(masked, range(5)), range(5), [0, 4])


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("kind", ["changed", "another's", "too large", "short"])
def test_a_wrong_part_is_named_and_the_rest_opens_the_sum(place, kind):
    group, plain, counted = Group(5, 3), lanes(5), [0, 1, 3, 4]
    group.announce()
    masked = {at: group.maskers[at].mask(plain[at]) for at in counted}
    revealed = {at: group.maskers[at].reveal(counted) for at in (0, 1, 3, 4)}
    at = slice(32 * place, 32 * place + 32)
    new = {
        "changed": scalar_bytes(int.from_bytes(revealed[1][at], "big") ^ 1),
        "another's": revealed[0][at],
        "too large": scalar_bytes(GROUP_ORDER_INT),
        "short": b"",
    }[kind]
    revealed[1] = revealed[1][: at.start] + new + revealed[1][at.stop :]
    told = {"announcements": group.announcements, "counted": counted, "revealed": revealed}
    assert wrong_reveals(group.terms, **told) == (1,)
    found = unmask(group.terms, summed(masked, counted), **told)
    np.testing.assert_array_equal(found, summed(plain, counted))
    del revealed[3], revealed[4]
    with pytest.raises(TooFewShares, match="those of party 1 are wrong") as refused:
        unmask(group.terms, summed(masked, counted), **told)
    assert refused.value.wrong == (1,)


def test_a_party_that_seals_rubbish_is_named_by_its_receiver():
    group = Group(3, 2)
    group.announce()
    broken = bytearray(group.announcements[2])
    broken[2 * 2 * 33 + 5] ^= 1  # inside what is sealed for party 0
    heard = group.announcements | {2: bytes(broken)}
    assert group.maskers[0].hear(heard) == (2,)
    assert group.maskers[1].hear(heard) == ()
    revealed = group.maskers[0].reveal([0, 1, 2])
    assert revealed[64:] == bytes(32)  # it was given nothing, and says so
    assert bytes(32) not in (revealed[:32], revealed[32:64])
    told = {"announcements": heard, "counted": [0, 1, 2]}
    assert wrong_reveals(group.terms, **told, revealed={0: revealed}) == ()


def test_parts_that_do_not_fit_their_commitments_are_found_on_arrival():
    group = Group(3, 2)
    group.announce()
    twin = Masker(group.terms, 2, group.identities[2])
    points, other = group.announcements[2], twin.announcement()
    mixed = points[: 2 * 2 * 33] + other[2 * 2 * 33 :]  # one polynomial's points, another's parts
    assert group.maskers[0].hear(group.announcements | {2: mixed}) == (2,)


def test_what_is_sealed_for_one_party_or_round_opens_for_no_other():
    group = Group(3, 2)
    group.announce()
    sealed, start = group.announcements[2], 2 * 2 * 33
    swapped = sealed[:start] + sealed[start + 92 :] + sealed[start : start + 92]
    assert group.maskers[0].hear(group.announcements | {2: swapped}) == (2,)
    later = Terms(b"round 2", 2, group.terms.identities)
    replayed = Masker(later, 0, group.identities[0])
    own = {0: replayed.announcement()}
    assert replayed.hear(group.announcements | own) == (1, 2)


@pytest.mark.parametrize("data", [b"", b"x", bytes(2 * 2 * 33 + 2 * 92), b"\2" + bytes(315)])
def test_rubbish_in_place_of_an_announcement_leaves_its_party_out(data):
    group = Group(3, 2)
    group.announce()
    told = group.announcements | {2: data, 7: group.announcements[1]}
    assert list(readable(group.terms, told)) == [0, 1]
    assert group.maskers[0].hear(told) == ()
    with pytest.raises(NoSecret, match="sits out"):
        group.maskers[2].hear(told)


def test_too_few_announcements_make_the_round_void():
    group = Group(5, 3)
    with pytest.raises(TooFewParties, match="2 parties announced"):
        group.announce([0, 1])


def test_masks_hide_one_update_only():
    group, plain = Group(3, 2), lanes(3)
    with pytest.raises(NoSecret):
        group.maskers[0].mask(plain[0])
    group.announce()
    masked = group.maskers[0].mask(plain[0])
    np.testing.assert_array_equal(group.maskers[0].mask(plain[0]), masked)
    with pytest.raises(AlreadyMasked):
        group.maskers[0].mask(plain[1])


@pytest.mark.parametrize(
    ("parties", "threshold"), [(0, 0), (2, 1), (5, 2), (6, 3), (5, 6), (256, 200)]
)
def test_thresholds_that_protect_nothing_are_refused(parties, threshold):
    with pytest.raises(UnusableThreshold):
        Terms(b"", threshold, (public_of(1),) * parties)


def test_an_identity_must_be_the_partys():
    group = Group(3, 2)
    with pytest.raises(InvalidKey, match="party 1's identity"):
        Masker(group.terms, 1, group.identities[0])


def test_a_masker_shows_no_secret():
    masker = Group(2, 2).maskers[0]
    shown = f"{masker!r} {masker}"
    assert not any(str(one) in shown for one in (*masker._pair, *masker._own))
