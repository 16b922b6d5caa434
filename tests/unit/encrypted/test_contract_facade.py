"""What Python calls and looks for is what the compiled contracts have."""

from __future__ import annotations

from typing import Any

import pytest

from system.chain.abi import selector, topic
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.encrypted.contracts import (
    advertising,
    agreement,
    enrichment,
    key_transfer,
    predictions,
    purse,
    registry,
    rounds,
)
from system.encrypted.contracts.agreement import CHARTER_TYPES, Agreed, Stage
from system.encrypted.contracts.carrying import At
from system.encrypted.contracts.compensation import PLAN_TYPES, Plan, Reward
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
    "Advertisement",
    "KeyTransfer",
    "Enrichment",
    "PredictionService",
)
AT = At("", 1)
HANDOVER = key_transfer.Handover(old=1, new=2, offering=[0], units=1, chunk_units=1, wait_blocks=2)
PLAN = Plan(
    group=1,
    test_set=WORD,
    units=1,
    cap=1,
    back_blocks=2,
    open_blocks=2,
    enrich_blocks=2,
    measure_blocks=2,
    reveal_blocks=2,
)
OFFER = predictions.Offer(
    group=1, fee=1, answer_bytes=1, answer_blocks=2, dispute_blocks=2, vote_blocks=2
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
    "Advertisement": [
        advertising.DESCRIBED,
        advertising.ANSWERED,
        advertising.ANSWER_TAKEN_BACK,
        advertising.GROUP_NAMED,
    ],
    "KeyTransfer": [
        key_transfer.HANDOVER_PROPOSED,
        key_transfer.MODEL_BROUGHT,
        key_transfer.MASKS_OFFERED,
        key_transfer.OFFER_COMPLETE,
        key_transfer.MASKED_SUM,
        key_transfer.MASKED_SUM_SHARES,
        key_transfer.RESULT_BROUGHT,
        key_transfer.RESULT_CONFIRMED,
        key_transfer.HANDED_OVER_MODEL,
    ],
    "Enrichment": [
        purse.CREDITED,
        purse.WITHDRAWN,
        enrichment.ENRICHMENT_PROPOSED,
        enrichment.BACKED,
        enrichment.ENRICHMENT_OPENED,
        enrichment.TAKEN,
        enrichment.IMPROVEMENT_BROUGHT,
        enrichment.IMPROVEMENT_COMPLETE,
        enrichment.IMPROVEMENT_SHARES,
        enrichment.ACCURACY_COMMITTED,
        enrichment.ACCURACY_REVEALED,
        enrichment.ENRICHMENT_SETTLED,
    ],
    "PredictionService": [
        purse.CREDITED,
        purse.WITHDRAWN,
        predictions.SERVICE_PROPOSED,
        predictions.SERVICE_APPROVED,
        predictions.SERVICE_OPENED,
        predictions.SERVICE_RETIRED,
        predictions.SERVICE_ENDED,
        predictions.REQUESTED,
        predictions.REQUEST_ANSWERED,
        predictions.ANSWER_ACCEPTED,
        predictions.CHALLENGED,
        predictions.DISPUTE_VOTED,
        predictions.REQUEST_SETTLED,
    ],
}
SIZE: dict[str, Any] = {"chunk_bytes": 32, "limit_bytes": 1_000}
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
    "Advertisement": {
        "describe": advertising.describing("", 1, data="d", goal="g"),
        "answer": advertising.answering("", 1, "a"),
        "takeBack": advertising.taking_back("", 1),
        "nameGroup": advertising.naming_group("", 1, 1),
    },
    "KeyTransfer": {
        "propose": key_transfer.proposing("", HANDOVER),
        "bringModel": key_transfer.bringing_model(AT, WORD, **SIZE)[0],
        "offer": key_transfer.offering(
            AT, WORD, WORD, proof=b"", chunk_bytes=(32, 32), limit_bytes=1_000
        )[0],
        "addUp": key_transfer.adding_up(AT, 0, [WORD], unit_bytes=32, limit_bytes=1_000),
        "postShares": key_transfer.posting_shares(AT, WORD, proof=b"", **SIZE)[0],
        "bringResult": key_transfer.bringing_result(AT, WORD, **SIZE)[0],
        "confirm": key_transfer.confirming(AT, WORD),
    },
    "Enrichment": {
        "propose": enrichment.proposing("", PLAN, escrow=[1]),
        "back": enrichment.backing(AT, part=1, bond=1),
        "take": enrichment.taking(AT, deposit=1),
        "bring": enrichment.bringing(AT, WORD, **SIZE)[0],
        "postShares": enrichment.posting_shares(AT, WORD, proof=b"", **SIZE)[0],
        "commit": enrichment.committing(AT, WORD),
        "reveal": enrichment.revealing(AT, 1, WORD),
        "settle": enrichment.settling(AT, members=1),
        "withdraw": purse.withdrawing(""),
    },
    "PredictionService": {
        "propose": predictions.proposing("", OFFER, [1]),
        "approve": predictions.approving("", 1),
        "retire": predictions.retiring("", 1),
        "ask": predictions.asking("", 1, WORD, fee=1),
        "answer": predictions.answering("", 1, WORD),
        "challenge": predictions.challenging("", 1, bond=1),
        "vote": predictions.voting("", 1, right=True),
        "settle": predictions.settling("", 1, members=1),
        "withdraw": purse.withdrawing(""),
    },
}


def canonical(argument: dict[str, Any]) -> str:
    """The type as signatures spell it."""
    kind = str(argument["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(map(canonical, argument["components"]))
    return f"({inner}){kind.removeprefix('tuple')}"


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
    [
        ("Agreement", "charterOf", CHARTER_TYPES),
        ("EncryptedRounds", "termsOf", TERMS_TYPES),
        ("KeyTransfer", "termsOf", key_transfer.HANDOVER_TYPES),
        ("Enrichment", "planOf", PLAN_TYPES),
        ("PredictionService", "offerOf", predictions.OFFER_TYPES),
    ],
)
def test_structures_have_the_contract_s_types(contract, function, types):
    [outputs] = [e["outputs"] for e in artifact(contract).abi if e.get("name") == function]
    assert canonical(outputs[0]) == f"({','.join(types)})"


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (Stage, "IAgreement"),
        (Phase, "IRoundTypes"),
        (key_transfer.Phase, "IKeyTransfer"),
        (enrichment.Phase, "IEnrichment"),
        (enrichment.Outcome, "IEnrichment"),
        (Reward, "IEnrichment"),
        (predictions.Phase, "IPredictionService"),
        (predictions.Outcome, "IPredictionService"),
    ],
)
def test_the_words_are_the_contract_s(words, file):
    source = (CONTRACTS_DIR / "encrypted" / "interfaces" / f"{file}.sol").read_text()
    listed = source.split(f"enum {words.__name__} {{")[1].split("}")[0]
    assert [name.strip().upper() for name in listed.split(",")] == [one.name for one in words]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_code_fits_what_a_chain_takes_by_default(contract):
    assert 0 < artifact(contract).runtime_size_bytes <= 24_576
