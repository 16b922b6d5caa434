"""Commitments: each part counts, and the call data is the ABI's."""

from __future__ import annotations

import pytest
from eth_abi.abi import decode
from hypothesis import given
from hypothesis import strategies as st

from system.chain.abi import call_data
from system.chain.compiler import artifact
from system.errors import UsageError
from system.jobs.gates import (
    GATES,
    commit_calldata,
    commitment,
    open_calldata,
    require_store,
    seal_context,
)

GATE = "0x" + "11" * 20
WORKER = "0x" + "22" * 20
PARTS = {
    "chain_id": 10,
    "gate": GATE,
    "worker": WORKER,
    "sequence": 3,
    "digest": b"d" * 32,
    "secret": b"s" * 32,
}
words = st.binary(min_size=32, max_size=32)
sequences = st.integers(0, 2**64 - 1)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("chain_id", 11),
        ("gate", WORKER),
        ("worker", GATE),
        ("sequence", 4),
        ("digest", b"e" * 32),
        ("secret", b"t" * 32),
    ],
)
def test_every_part_binds(part, other):
    assert commitment(**{**PARTS, part: other}) != commitment(**PARTS)


@given(words, words, sequences)
def test_call_data_is_the_abi_s(first, second, sequence):
    assert commit_calldata(first, sequence=sequence) == call_data(
        "commit(uint64,bytes32)", sequence, first
    )
    assert open_calldata(first, second, sequence=sequence) == call_data(
        "open(uint64,bytes32,bytes32)", sequence, first, second
    )


@given(st.integers(0, 2**256 - 1), sequences)
def test_a_context_names_chain_store_worker_and_sequence(chain_id, sequence):
    context = seal_context(chain_id=chain_id, store=GATE, worker=WORKER, sequence=sequence)
    types = ["uint256", "address", "address", "uint64"]
    assert decode(types, context) == (chain_id, GATE, WORKER, sequence)
    assert len(context) == 128


@pytest.mark.parametrize("contract", GATES.values())
def test_a_gate_has_all_that_a_store_asks_of_its_board(contract):
    offered = {entry["name"] for entry in artifact(contract).abi if entry["type"] == "function"}
    assert {"requireNext", "complete"} <= offered


def test_a_store_that_keeps_nothing_can_t_be_sealed():
    with pytest.raises(UsageError, match="nothing to seal: choose another --store"):
        require_store("sealed", "hash")
    require_store("commit", "hash")
    require_store("sealed", "array")
