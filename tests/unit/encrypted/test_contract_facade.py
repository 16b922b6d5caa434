"""What Python calls and looks for is what the compiled contracts have."""

from __future__ import annotations

from typing import Any

import pytest

from system.chain.abi import selector, topic
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.encrypted.contracts import agreement, registry, rounds
from system.encrypted.contracts.agreement import CHARTER_TYPES, Agreed, Stage
from system.encrypted.contracts.folding import Step, folding
from system.encrypted.contracts.registry import Party
from system.encrypted.contracts.rounds import Phase, Place
from system.encrypted.contracts.terms import TERMS_TYPES, Terms
from system.paths import CONTRACTS_DIR
from tests.unit.encrypted.house import CHARTER

WORD, NOBODY = bytes(32), "0x" + "00" * 20
PLACE = Place(NOBODY, 1, 1)
TERMS = Terms(
    aggregation=NOBODY,
    units=1,
    chunk_units=1,
    quorum=1,
    submit_blocks=2,
    sum_blocks=2,
    open_blocks=2,
)
CONTRACTS = (
    "PartyRegistry",
    "Agreement",
    "EncryptedRounds",
    "PaillierAggregation",
    "LaneAggregation",
)
TOPICS = {
    "PartyRegistry": [
        registry.PARTY_REGISTERED,
        registry.PARTY_DESCRIBED,
        registry.ADVERTISED,
        registry.HANDED_OVER,
        registry.ADVERTISEMENT_WITHDRAWN,
    ],
    "Agreement": [
        agreement.GROUP_FOUNDED,
        agreement.INVITED,
        agreement.JOINED,
        agreement.VOTED,
        agreement.GROUP_AGREED,
    ],
    "EncryptedRounds": [
        rounds.ROUNDS_OPENED,
        rounds.ROUND_BEGUN,
        rounds.ANNOUNCED,
        rounds.GRADIENT_PER_ITERATION_VALUE,
        rounds.UPDATE_COMPLETE,
        rounds.JUDGED,
        rounds.UPDATE_REJECTED,
        rounds.CHUNK_FOLDED,
        rounds.AGGREGATE_GRADIENTS_OUTPUT,
        rounds.SUM_COMPLETE,
        rounds.SHARES_POSTED,
        rounds.SEEDS_POSTED,
        rounds.SUM_OPENED,
    ],
}
ONE_UNIT: dict[str, Any] = {"terms": TERMS, "unit_bytes": 32, "limit_bytes": 1_000}
CALLS = {
    "PartyRegistry": {
        "register": registry.registering("", Party(WORD, b"k")),
        "describe": registry.describing("", WORD),
        "advertise": registry.advertising("", data=WORD, goal=WORD),
        "revise": registry.revising("", 1, data=WORD, goal=WORD),
        "handOver": registry.handing_over("", 1, to=NOBODY),
        "withdraw": registry.withdrawing("", 1),
    },
    "Agreement": {
        "found": agreement.founding("", CHARTER),
        "invite": agreement.inviting("", 1, NOBODY),
        "join": agreement.joining("", 1),
        "vote": agreement.voting("", 1, Agreed(WORD, WORD)),
    },
    "EncryptedRounds": {
        "open": rounds.opening("", 1, TERMS),
        "begin": rounds.beginning(PLACE),
        "announce": rounds.announcing(PLACE, WORD),
        "judge": rounds.judging(PLACE, [1]),
        "submit": rounds.submitting(PLACE, WORD, **ONE_UNIT)[0],
        "fold": folding(PLACE, Step(0, 0, b"", (WORD,)), unit_bytes=32),
        "postShares": rounds.posting_shares(PLACE, WORD, proof=b"", **ONE_UNIT)[0],
        "postSeeds": rounds.posting_seeds(PLACE, WORD),
    },
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
def test_topics_are_the_events_of_the_compiled_contracts(contract):
    declared = {topic(signature) for signature in signatures(contract, "event").values()}
    assert set(TOPICS[contract]) == declared


@pytest.mark.parametrize(
    ("contract", "name"), [(contract, name) for contract in CALLS for name in CALLS[contract]]
)
def test_calls_are_functions_of_the_compiled_contracts(contract, name):
    call: Call = CALLS[contract][name]
    assert call.data[:4] == selector(signatures(contract, "function")[name])


@pytest.mark.parametrize(
    ("contract", "function", "types"),
    [("Agreement", "found", CHARTER_TYPES), ("EncryptedRounds", "open", TERMS_TYPES)],
)
def test_structures_have_the_contract_s_types(contract, function, types):
    [inputs] = [e["inputs"] for e in artifact(contract).abi if e.get("name") == function]
    assert canonical(inputs[-1]) == f"({','.join(types)})"


@pytest.mark.parametrize(("words", "file"), [(Stage, "IAgreement.sol"), (Phase, "IRoundTypes.sol")])
def test_the_words_are_the_contract_s(words, file):
    source = (CONTRACTS_DIR / "encrypted" / "interfaces" / file).read_text()
    listed = source.split(f"enum {words.__name__} {{")[1].split("}")[0]
    assert [name.strip().upper() for name in listed.split(",")] == [one.name for one in words]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_code_fits_what_a_chain_takes_by_default(contract):
    assert 0 < artifact(contract).runtime_size_bytes <= 24_576
