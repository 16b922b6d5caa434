"""Rounds open on the terms a group agreed on, and on no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi.abi import encode

from system.chain.abi import selector
from system.encrypted.contracts import rounds
from system.encrypted.contracts.terms import TERMS_TUPLE, TERMS_TYPES, terms_digest
from tests.evm import CHAIN_ID
from tests.unit.encrypted.house import House


@pytest.fixture
def house() -> House:
    return House.built()


def test_anybody_opens_the_rounds_once_the_group_agreed(house):
    terms = house.terms()
    group, _ = house.agreed(terms, 3)
    opening = rounds.opening(house.rounds, group, terms)
    assert house.evm.refusal(house.evm.account(), opening) == ""
    assert rounds.terms_of(house.evm, house.rounds, group) == terms
    assert house.evm.refusal(house.evm.account(), opening) == "AlreadyOpen"


def test_other_terms_are_refused(house):
    terms = house.terms()
    group, members = house.agreed(terms, 3)
    other = rounds.opening(house.rounds, group, replace(terms, threshold=3))
    assert house.evm.refusal(members[0], other) == "TermsNotAgreed"
    undecided, [member, *_] = house.formed(3)
    early = rounds.opening(house.rounds, undecided, terms)
    assert house.evm.refusal(member, early) == "TermsNotAgreed"


def test_the_digest_is_the_contract_s_own(house):
    terms = house.terms(seed_bytes=40, announce_bytes=7, self_masked=True, judge_blocks=9)
    data = selector(f"termsDigest({TERMS_TUPLE})") + encode(TERMS_TYPES, terms.values())
    asked = {"to": house.rounds, "data": "0x" + data.hex()}
    digest = bytes.fromhex(house.evm.call("eth_call", asked, "latest")[2:])
    assert digest == terms_digest(terms, chain_id=CHAIN_ID, rounds=house.rounds)
    elsewhere = terms_digest(terms, chain_id=CHAIN_ID, rounds=house.lanes)
    assert digest != elsewhere
    assert digest != terms_digest(terms, chain_id=CHAIN_ID + 1, rounds=house.rounds)


@pytest.mark.parametrize(
    "changes",
    [
        {"units": 0},
        {"chunk_units": 0},
        {"quorum": 0, "threshold": 0, "share_units": 0},
        {"quorum": 1},  # the sum of one update is that update
        {"quorum": 4},
        {"threshold": 1},  # whoever opens alone reads at will
        {"threshold": 4},
        {"threshold": 0},
        {"threshold": 0, "share_units": 0, "seed_bytes": 8},
        {"share_units": 0},
        {"share_units": 6},
        {"seed_bytes": 8},
        {"announce_bytes": 8},
        {"announce_blocks": 2},
        {"announce_bytes": 8, "announce_blocks": 1},
        {"judge_blocks": 1},
        {"self_masked": True},
        {"submit_blocks": 1},
        {"sum_blocks": 1},
        {"open_blocks": 1},
        {"aggregation": "0x" + "00" * 19 + "01"},
    ],
)
def test_terms_that_can_t_be_met_are_refused(house, changes):
    terms = house.terms(**changes)
    group, members = house.agreed(terms, 3)
    assert house.evm.refusal(members[0], rounds.opening(house.rounds, group, terms)) == "BadTerms"


def test_nothing_happens_before_the_rounds_are_open(house):
    group, members = house.agreed(house.terms(), 3)
    begun = rounds.beginning(rounds.Place(house.rounds, group, 1))
    assert house.evm.refusal(members[0], begun) == "NotOpen"


def test_a_plain_sum_of_one_is_allowed(house):
    group = house.learning(threshold=0, share_units=0, quorum=1)
    assert rounds.terms_of(house.evm, house.rounds, group.number) == group.terms
