"""What Python calls and looks for is what the compiled contract has."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.bounties import credits, market
from system.bounties.credits import NOBODY, Reason, Standing
from system.bounties.terms import (
    LOSS_ONE,
    NO_MODEL,
    TERMS_TUPLE,
    Ballot,
    Outcome,
    Phase,
    Verdict,
    fixed_loss,
    least_stake,
    read_terms,
)
from system.chain.abi import selector, topic, view
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.errors import UsageError
from system.paths import CONTRACTS_DIR
from tests.evm import CHAIN_ID
from tests.unit.bounties.house import TERMS, House

WORD = bytes(32)
EVENTS = {
    "Registered": credits.REGISTERED,
    "Banned": credits.BANNED,
    "Credit": credits.CREDIT,
    "JobPosted": market.JOB_POSTED,
    "Committed": market.COMMITTED,
    "Announced": market.ANNOUNCED,
    "Retired": market.RETIRED,
    "ClaimsOpened": market.CLAIMS_OPENED,
    "Claimed": market.CLAIMED,
    "Published": market.PUBLISHED,
    "VoteCast": market.VOTE_CAST,
    "VoteOpened": market.VOTE_OPENED,
    "Judged": market.JUDGED,
    "Lapsed": market.LAPSED,
    "JobClosed": market.JOB_CLOSED,
}
CALLS = {
    "register": credits.registering(""),
    "allot": credits.allotting("", NOBODY, amount=1),
    "vouch": credits.vouching("", NOBODY, amount=1),
    "recall": credits.recalling("", NOBODY),
    "post": market.posting("", TERMS, "t"),
    "commit": market.committing("", 1, commitment=WORD),
    "announce": market.announcing("", 1, loss=1, digest=WORD, salt=WORD),
    "retire": market.retiring("", 1),
    "claim": market.claiming("", 1),
    "castVote": market.casting("", 1, ballot=WORD),
    "openVote": market.opening("", 1, loss=1, salt=WORD),
    "settle": market.settling("", 1),
    "collect": market.collecting("", 1, 0),
}


def canonical(argument: dict[str, Any]) -> str:
    """The type as signatures spell it."""
    if argument["type"] != "tuple":
        return str(argument["type"])
    return f"({','.join(map(canonical, argument['components']))})"


def signatures(kind: str) -> dict[str, str]:
    """Names and signatures of the contract's functions or events."""
    return {
        entry["name"]: f"{entry['name']}({','.join(map(canonical, entry['inputs']))})"
        for entry in artifact("BountyMarket").abi
        if entry["type"] == kind
    }


def test_every_event_of_the_contract_has_its_topic():
    declared = {name: topic(signature) for name, signature in signatures("event").items()}
    assert {name: declared[name] for name in EVENTS} == EVENTS
    assert set(declared) - set(EVENTS) == {"StoreAuthorised"}


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_functions_of_the_compiled_contract(name):
    call: Call = CALLS[name]
    assert call.data[:4] == selector(signatures("function")[name])


def test_every_function_that_writes_can_be_called():
    writing = {
        entry["name"]
        for entry in artifact("BountyMarket").abi
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    }
    # `authorise` is that of all boards; `complete` is for stores.
    assert writing - {"authorise", "complete"} == set(CALLS)


def test_terms_have_the_contract_s_types():
    [inputs] = [e["inputs"] for e in artifact("BountyMarket").abi if e.get("name") == "post"]
    assert canonical(inputs[0]) == TERMS_TUPLE
    assert read_terms(TERMS.values()) == TERMS


@pytest.mark.parametrize("words", [Phase, Outcome, Verdict, Ballot, Standing, Reason])
def test_the_words_are_the_contract_s(words):
    folder = CONTRACTS_DIR / "bounties" / "interfaces"
    source = "".join((folder / f"I{name}Types.sol").read_text() for name in ("Bounty", "Credit"))
    listed = source.split(f"enum {words.__name__} {{")[1].split("}")[0]
    assert [name.strip().upper() for name in listed.split(",")] == [one.name for one in words]


def test_commitments_are_the_contract_s():
    house = House.built()
    me, salt = house.member(), b"s" * 32
    place = {"chain_id": CHAIN_ID, "market": house.market}
    signature = "announcementOf(address,uint64,uint64,bytes32,bytes32)"
    shown = view(
        house.chain, house.market, signature, me, 7, 5, b"d" * 32, salt, returns=["bytes32"]
    )
    made = market.announcement(**place, solver=me, job=7, loss=5, digest=b"d" * 32, salt=salt)
    assert shown == (made,)
    signature = "voteOf(address,uint64,uint8,uint64,bytes32)"
    shown = view(house.chain, house.market, signature, me, 7, 2, 5, salt, returns=["bytes32"])
    assert shown == (market.vote(**place, voter=me, job=7, turn=2, loss=5, salt=salt),)


def test_the_code_fits_what_a_chain_takes_by_default():
    assert artifact("BountyMarket").runtime_size_bytes <= 24_576


def test_a_job_s_terms_come_back():
    house = House.built()
    job = house.posted(house.member())
    assert market.terms_of(house.chain, house.market, job) == TERMS
    assert market.last_job(house.chain, house.market) == job == 1


@given(st.floats(0, 1e12))
def test_a_loss_in_millionths_is_never_better_than_it_is(loss):
    fixed = fixed_loss(loss)
    assert 0 <= fixed - Fraction(loss) * LOSS_ONE < 1


@pytest.mark.parametrize("loss", [-0.1, float("nan"), float("inf"), NO_MODEL / LOSS_ONE])
def test_what_is_no_loss_is_refused(loss):
    with pytest.raises(UsageError, match="is no loss"):
        fixed_loss(loss)


def test_the_least_stake_is_what_the_contract_takes():
    assert (least_stake(1), least_stake(8), least_stake(9), least_stake(9, fee=5)) == (1, 1, 2, 5)
