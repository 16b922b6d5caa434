"""What Python calls and looks for is what the compiled contracts have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.chain.abi import call_data, selector, topic
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.jobs import calldata, market, registry
from system.jobs.terms import (
    TERMS_TYPES,
    Outcome,
    Phase,
    Privacy,
    Results,
    Step,
    TieRule,
    read_terms,
)
from system.paths import CONTRACTS_DIR
from tests.unit.market.house import House, terms

WORD = bytes(32)
NOBODY = "0x" + "00" * 20
TOPICS = {
    "JobMarket": [
        market.JOB_DEPLOYED,
        market.BATCH_CHUNK,
        market.BATCH_PUBLISHED,
        market.JOB_STARTED,
        market.PICKED,
        market.COMMITTED,
        market.SEALED,
        market.COMMITS_CLOSED,
        market.OPENED,
        market.COUNTED,
        market.DELIVERED,
        market.JOB_CLOSED,
        market.CLAIMED,
        market.WITHDRAWN,
    ],
    "WorkerRegistry": [registry.WORKER_JOINED, registry.WORKER_LEFT, registry.WORKER_ENGAGED],
}
CALLS = {
    "deploy": market.deploying("", terms()),
    "publishChunk": market.publishing("", [b"x"], job=1)[0],
    "publishBatch": market.publishing_batch("", [b"x"], job=1)[0],
    "cancel": market.cancelling("", 1),
    "pick": market.picking("", 1, deposit=0),
    "commit": market.committing("", 1, commitment=WORD),
    "open": market.opening("", 1, digest=WORD, secret=WORD),
    "close": market.closing("", 1),
    "claim": market.claiming("", 1),
    "withdraw": market.withdrawing(""),
    "appoint": registry.appointing("", NOBODY),
    "join": registry.joining(""),
    "leave": registry.leaving(""),
}


def canonical(argument: dict[str, Any]) -> str:
    """The type as signatures spell it."""
    if argument["type"] != "tuple":
        return str(argument["type"])
    return f"({','.join(map(canonical, argument['components']))})"


def signatures(contract: str, kind: str) -> dict[str, str]:
    """Names and signatures of a contract's functions or events."""
    return {
        entry["name"]: f"{entry['name']}({','.join(map(canonical, entry['inputs']))})"
        for entry in artifact(contract).abi
        if entry["type"] == kind
    }


@pytest.mark.parametrize("contract", TOPICS)
def test_topics_are_events_of_the_compiled_contracts(contract):
    declared = {topic(signature) for signature in signatures(contract, "event").values()}
    assert set(TOPICS[contract]) <= declared


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_functions_of_the_compiled_contracts(name):
    functions = {**signatures("WorkerRegistry", "function"), **signatures("JobMarket", "function")}
    call: Call = CALLS[name]
    assert call.data[:4] == selector(functions[name])


def test_terms_have_the_contract_s_types():
    [given_terms] = [e["inputs"] for e in artifact("JobMarket").abi if e.get("name") == "deploy"]
    assert canonical(given_terms[0]) == f"({','.join(TERMS_TYPES)})"


@pytest.mark.parametrize("words", [Phase, Step, Privacy, Results, TieRule, Outcome])
def test_the_words_are_the_contract_s(words):
    source = (CONTRACTS_DIR / "interfaces" / "IJobTypes.sol").read_text()
    listed = source.split(f"enum {words.__name__} {{")[1].split("}")[0]
    assert [name.strip().upper() for name in listed.split(",")] == [one.name for one in words]


def test_terms_come_back_from_the_contract():
    house = House.built()
    asked = terms(
        privacy=Privacy.PLAIN,
        results=Results.HASH,
        tie_rule=TieRule.FIRST,
        batch_digest=b"b" * 32,
        batch_chunks=3,
        batch_index=2**64 - 1,
        quorum=2,
    )
    job = house.deployed(asked)
    assert market.terms_of(house.evm, house.market, job) == asked == read_terms(asked.values())
    assert market.deploying(house.market, asked).value == 3 * asked.payment


@given(st.binary(max_size=200), st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1))
def test_publish_batch(chunk, job, index):
    made = calldata.publish_batch_calldata(chunk, job=job, index=index)
    assert made == call_data("publishBatch(uint64,uint32,bytes)", job, index, chunk)


@pytest.mark.parametrize("contract", ["JobMarket", "WorkerRegistry"])
def test_the_code_fits_what_a_chain_takes_by_default(contract):
    assert artifact(contract).runtime_size_bytes <= 24_576
