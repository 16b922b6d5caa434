"""Groups of the encrypted swarm: who may bring what when, and updates that add up."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from bench.load.account import account
from bench.load.submission import Submission
from bench.load.workloads.encrypted.group import Group, Member, Stage, grouped
from bench.load.workloads.encrypted.hiding import Bank, Hider, MaskedRound, PlainRound
from bench.load.workloads.encrypted.setting import MARGIN_BLOCKS, SUBMIT_BLOCKS, Setting
from system.encrypted import knowledge, words
from system.encrypted.bigints import from_bytes
from system.encrypted.masking import unmask
from system.encrypted.packing import unpack
from system.encrypted.paillier import decrypt, generate
from system.encrypted.transcript import PROOF_UNITS

WEIGHTS, PARTIES = 75, 3


def setting(scheme: str, **changes: int) -> Setting:
    given = {"key_bits": 512, "parties": PARTIES, "summed": PARTIES, "weights": WEIGHTS}
    return Setting(scheme=scheme, limit_bytes=60_000, **(given | changes))


def accounts(count: int):
    return [account("encrypted", process=0, number=number) for number in range(count)]


def group() -> Group:
    return grouped(accounts(PARTIES), setting("plain"))[0]


def updates(members: int) -> list[np.ndarray]:
    random = np.random.default_rng(members)
    return [random.integers(-(2**18), 2**18, WEIGHTS) for _ in range(members)]


# -- groups ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "groups"), [(2, 0), (3, 1), (5, 1), (6, 2), (20, 6)])
def test_accounts_left_over_belong_to_no_group(count, groups):
    found = grouped(accounts(count), setting("plain"))
    assert len(found) == groups
    members = [one.account.index for each in found for one in each.members]
    assert members == list(range(groups * PARTIES))


def test_members_take_the_places_that_the_chain_gives_them():
    made = group()
    addresses = [one.address for one in made.members]
    assert not made.joined(addresses[0], 0)
    assert not made.joined(addresses[2], 1)
    assert made.joined(addresses[1], 2)
    assert [one.address for one in made.members] == [addresses[0], addresses[2], addresses[1]]


def test_a_member_submits_once_a_round_and_only_while_there_is_time():
    made = group()
    assert not made.may_submit(0, 100)
    made.begin(1, 100, PlainRound(setting("plain")), announces=False)
    assert made.may_submit(0, 101)
    last = 100 + SUBMIT_BLOCKS - MARGIN_BLOCKS - 1
    assert made.may_submit(0, last)
    assert not made.may_submit(0, last + 1)
    made.updates[0] = b"sent"
    assert not made.may_submit(0, 101)
    assert made.may_submit(1, 101)
    made.members[1].current = Submission("s", "a", made.accounts[1], [], 0, 0.0, 0.0)
    assert not made.may_submit(1, 101)
    made.begin(2, 110, PlainRound(setting("plain")), announces=False)
    assert made.may_submit(0, 111)


def test_nobody_submits_before_all_have_announced():
    made = group()
    made.begin(1, 100, PlainRound(setting("plain")), announces=True)
    assert made.stage is Stage.ANNOUNCING
    assert not made.may_submit(0, 101)
    made.all_announced(105)
    assert made.may_submit(0, 106)
    assert made.ends_at == 105 + SUBMIT_BLOCKS


@pytest.mark.parametrize(
    ("counted", "block", "ended"),
    [
        ({0, 1, 2}, 101, True),  # all are in: nothing to wait for
        ({0, 1}, 116, None),  # the contract's last block may still hold one
        ({0, 1}, 117, True),
        ({1}, 117, False),
        (set(), 500, False),
        (set(), 101, None),
    ],
)
def test_a_round_ends_with_everybody_or_with_its_time(counted, block, ended):
    made = group()
    made.begin(1, 100, PlainRound(setting("plain")), announces=False)
    made.counted = counted
    assert made.ended(block, quorum=2) is ended


def test_a_group_is_wanted_while_a_member_has_something_to_bring():
    made = group()
    assert not made.wanted
    made.members[2].waiting.append(Submission("s", "a", made.accounts[2], [], 0, 0.0, 0.0))
    assert made.wanted


# -- updates ---------------------------------------------------------------------------------


def test_masked_updates_add_up_to_what_was_hidden():
    hider, members = Hider(setting("masked")), accounts(PARTIES)
    made = hider.round(members, b"context")
    assert isinstance(made, MaskedRound)
    said = made.announcements()
    asked = setting("masked").terms("0x" + "11" * 20)
    assert {len(one) for one in said.values()} == {asked.announce_bytes}
    hidden = updates(PARTIES)
    sent = {at: made.update(at, one) for at, one in enumerate(hidden) if at != 1}
    shares = {at: made.share(at, sent) for at in range(asked.threshold)}
    assert {len(one) for one in shares.values()} == {PARTIES * asked.seed_bytes}
    total = hider.added(sent[0], sent[2])
    lanes = unmask(
        made.maskers[0].terms,
        words.from_bytes(total),
        announcements=said,
        counted=sent,
        revealed=shares,
    )
    assert np.array_equal(words.from_lanes(lanes, weights=WEIGHTS), hidden[0] + hidden[2])


def test_ciphertexts_of_the_bank_are_real_and_bear_proofs():
    private = generate(512, for_tests=True)
    public, chosen = private.public, setting("paillier")
    hider = Hider(chosen, Bank(public, Random(1)))
    made = hider.round(accounts(PARTIES), b"context")
    assert made.announcements() == {}
    hidden = updates(PARTIES)
    sent = [made.update(at, one) for at, one in enumerate(hidden)]
    assert {len(one) for one in sent} == {chosen.size.update_bytes}
    assert len(set(sent)) == PARTIES
    count = chosen.size.units
    for at, one in enumerate(sent):
        units = from_bytes(one, public.unit_bytes, count=count)
        proof = knowledge.knowledge_from_units(public, units[-PROOF_UNITS:])
        label = bytes([at]) + b"context"
        assert knowledge.holds(public, units[:-PROOF_UNITS], proof, label=label)
    total = hider.added(hider.added(sent[0], sent[1]), sent[2])
    opened = decrypt(private, from_bytes(total, public.unit_bytes, count=count)[:-PROOF_UNITS])
    found = unpack(opened, chosen.lanes, weights=WEIGHTS, summed=PARTIES)
    assert np.array_equal(found, sum(hidden))


def test_the_same_weights_never_make_the_same_ciphertexts():
    public = generate(512, for_tests=True).public
    made = Hider(setting("paillier"), Bank(public, Random(1))).round(accounts(PARTIES), b"c")
    [weights] = updates(1)
    assert made.update(0, weights) != made.update(0, weights)


# -- terms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "quorum", "threshold", "share_units", "seed_bytes"),
    [("plain", 1, 0, 0, 0), ("masked", 2, 2, 0, 32), ("paillier", 2, 2, 5, 0)],
)
def test_terms_follow_from_the_scheme(scheme, quorum, threshold, share_units, seed_bytes):
    found = setting(scheme).terms("0x" + "11" * 20)
    assert (found.quorum, found.threshold) == (quorum, threshold)
    assert (found.share_units, found.seed_bytes) == (share_units, seed_bytes)
    assert found.units == setting(scheme).size.units
    assert found.chunk_units <= found.units
    assert (found.announce_bytes > 0) is (scheme == "masked")


def test_members_start_with_nothing_to_do():
    [one] = accounts(1)
    assert Member(one).current is None
    assert not Member(one).waiting
