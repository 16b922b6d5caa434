"""Call data put together by hand is what eth-abi makes of the compiled contracts' signatures."""

from __future__ import annotations

import pytest
from eth_abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from system.chain.abi import argument_types, call_data, selector, topic
from system.chain.compiler import compile_all
from system.jobs import board, calldata, counter, reader, store
from system.weights.errors import MalformedPayload

uint64 = st.integers(0, 2**64 - 1)
uint32 = st.integers(0, 2**32 - 1)
int256 = st.integers(-(2**255), 2**255 - 1)
chunks = st.binary(max_size=400) | st.integers(0, 5_000).map(bytes)


@settings(deadline=None)
@given(chunk=chunks, sequence=uint64, index=uint32, count=uint32)
def test_submit(chunk, sequence, index, count):
    made = calldata.submit_calldata(chunk, sequence=sequence, index=index, count=count)
    signature = "submit(uint64,uint32,uint32,bytes)"
    assert made == call_data(signature, sequence, index, count, chunk)
    assert len(made) - calldata.SUBMIT_HEAD_BYTES == -(-len(chunk) // 32) * 32


@settings(deadline=None)
@given(weights=st.lists(int256, max_size=40), sequence=uint64, index=uint32, count=uint32)
def test_submit_array(weights, sequence, index, count):
    words = b"".join(weight.to_bytes(32, "big", signed=True) for weight in weights)
    made = calldata.submit_array_calldata(words, sequence=sequence, index=index, count=count)
    signature = "submitArray(uint64,uint32,uint32,int256[])"
    assert made == call_data(signature, sequence, index, count, weights)


@settings(deadline=None)
@given(
    digest=st.binary(min_size=32, max_size=32),
    sequence=uint64,
    count=uint32,
    size=st.integers(0, 2**256 - 1),
)
def test_submit_digest(digest, sequence, count, size):
    made = calldata.submit_digest_calldata(
        digest, sequence=sequence, chunks=count, payload_bytes=size
    )
    signature = "submitDigest(uint64,bytes32,uint32,uint256)"
    assert made == call_data(signature, sequence, digest, count, size)


@settings(deadline=None)
@given(chunk=chunks, job=uint64, index=uint32)
def test_publish_chunk(chunk, job, index):
    made = calldata.publish_chunk_calldata(chunk, job=job, index=index)
    assert made == call_data("publishChunk(uint64,uint32,bytes)", job, index, chunk)


def test_a_view_of_a_payload_is_taken_as_its_bytes():
    payload = memoryview(b"0123456789")[2:5]
    made = calldata.submit_calldata(payload, sequence=0, index=0, count=1)
    assert made == calldata.submit_calldata(b"234", sequence=0, index=0, count=1)


def test_half_a_word_is_no_int256():
    with pytest.raises(MalformedPayload):
        calldata.submit_array_calldata(bytes(33), sequence=0, index=0, count=1)


def test_arguments_are_encoded_behind_the_selector():
    # The example of Solidity's ABI specification: baz(69, true).
    assert call_data("baz(uint32,bool)", 69, True) == bytes.fromhex("cdcd77c0") + encode(
        ["uint32", "bool"], [69, True]
    )
    assert argument_types("join()") == []


@pytest.mark.parametrize(
    ("contract", "signature", "found"),
    [
        ("IWeightStore", "submit(uint64,uint32,uint32,bytes)", calldata.SUBMIT),
        ("IWeightStore", "submitArray(uint64,uint32,uint32,int256[])", calldata.SUBMIT_ARRAY),
        ("HashStore", "submitDigest(uint64,bytes32,uint32,uint256)", calldata.SUBMIT_DIGEST),
        ("IJobBoard", "publishChunk(uint64,uint32,bytes)", calldata.PUBLISH_CHUNK),
        ("IJobBoard", "join()", calldata.JOIN),
        ("IJobBoard", "leave()", calldata.LEAVE),
        ("ICounter", "increment()", calldata.INCREMENT),
    ],
)
def test_selectors_are_functions_of_the_compiled_contracts(contract, signature, found):
    assert signature in signatures(contract, "function")
    assert selector(signature) == found


@pytest.mark.parametrize(
    ("contract", "signature", "found"),
    [
        ("ICounter", "Incremented(address,uint256)", counter.INCREMENTED),
        ("IJobBoard", "JobOpened(uint64,uint32,uint32,bytes32)", board.JOB_OPENED),
        ("IJobBoard", "WeightsChunk(uint64,uint32)", board.WEIGHTS_CHUNK),
        ("IJobBoard", "WeightsPublished(uint64,uint32,bytes32)", board.WEIGHTS_PUBLISHED),
        ("IJobBoard", "WeightsHanded(address,uint64,uint64)", board.WEIGHTS_HANDED),
        ("IWeightStore", "ChunkAccepted(address,uint64,uint32,uint32)", store.CHUNK_ACCEPTED),
        ("IWeightStore", "Submitted(address,uint64,uint32,uint256,bytes32)", store.SUBMITTED),
        ("EventStore", "Chunk(address,uint64,uint32,bytes)", reader.CHUNK),
    ],
)
def test_topics_are_events_of_the_compiled_contracts(contract, signature, found):
    assert signature in signatures(contract, "event")
    assert topic(signature) == found


def signatures(contract: str, kind: str) -> set[str]:
    return {
        f"{entry['name']}({','.join(argument['type'] for argument in entry['inputs'])})"
        for entry in compile_all()[contract].abi
        if entry["type"] == kind
    }
