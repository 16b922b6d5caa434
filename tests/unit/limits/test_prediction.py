"""What is expected of a submission before it exists, against submissions that do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.limits import content
from bench.limits.content import Content, expected_contents
from bench.limits.gas import intrinsic_gas, memory_gas
from bench.limits.prediction import predict, predict_payload
from bench.limits.walls import walls
from system.chain.keys import derive_key
from system.chain.transaction import sign_legacy
from system.jobs.packing import goes_as_words
from system.jobs.stores import STORES, ChunkImpossible
from system.weights import codec

every_encoding = pytest.mark.parametrize("encoding", codec.names())
every_store = pytest.mark.parametrize("store", STORES)


@dataclass(frozen=True)
class Limits:
    gas_limit: int = 160_000_000
    transaction_size_limit_bytes: int = 128 * 1024
    code_size_limit_bytes: int = 24 * 1024
    chain_id: int = 1337


CHAIN = Limits()
# What differs from draw to draw: whether zstd finds a block of Q16 compressible, and the largest
# weight, of which levels are shares, so how many of them are in use.
SPREAD = {"int32+zstd": 0.05, "int8+zstd": 0.06, "int4+zstd": 0.12}


@every_store
@every_encoding
def test_weights_that_were_not_sampled_cost_what_was_expected(store, encoding):
    weights = np.random.default_rng(99).normal(0.0, 0.05, 25_450)
    payload = codec(encoding).encode(weights)
    real = predict_payload(encoding, store, payload, CHAIN)
    expected = predict(encoding, store, 25_450, CHAIN)
    assert expected.transactions == real.transactions
    spread = SPREAD.get(encoding, 0.01)
    assert expected.gas == pytest.approx(real.gas, rel=spread)
    assert expected.wire_bytes == pytest.approx(real.wire_bytes, rel=spread)
    assert expected.payload_bytes == pytest.approx(len(payload), rel=spread)


@every_store
@every_encoding
def test_a_larger_model_is_expected_from_a_part_of_it(store, encoding, monkeypatch):
    whole = predict(encoding, store, 200_000, CHAIN)
    # Not a power of two, so that chunks end elsewhere than the sample's.
    monkeypatch.setattr(content, "SAMPLE_WEIGHTS", 150_001)
    scaled = predict(encoding, store, 200_000, CHAIN)
    # Below 2^20 weights topk's indices still grow by the byte: it is the least alike.
    assert scaled.transactions == pytest.approx(whole.transactions, abs=1)
    assert scaled.gas == pytest.approx(whole.gas, rel=0.03)
    assert scaled.payload_bytes == pytest.approx(whole.payload_bytes, rel=0.01)


@every_store
def test_the_wire_bytes_are_those_of_signed_transactions(store):
    payload = codec("float32").encode(np.random.default_rng(1).normal(0.0, 0.05, 61_706))
    spec = STORES[store]
    chunk_bytes = spec.chunk_limit(CHAIN)
    raw = [
        sign_legacy(
            key=derive_key("test", "worker", 0),
            nonce=300 + index,
            gas=spec.gas(min(chunk_bytes, len(payload))),
            to=b"\x11" * 20,
            data=data,
            chain_id=CHAIN.chain_id,
        ).raw
        for index, data in enumerate(spec.call_data(payload, sequence=1, chunk_bytes=chunk_bytes))
    ]
    predicted = predict_payload("float32", store, payload, CHAIN)
    # A signature's leading zeros, and the gas limit of a shorter last chunk, are a byte each.
    for given_bytes, one in zip(predicted.wire_bytes_each, raw, strict=True):
        assert given_bytes == pytest.approx(len(one), abs=3)
    assert predicted.pool_slots == sum(-(-len(one) // 32_768) for one in raw)


@given(st.binary(min_size=1, max_size=400))
def test_content_counts_bytes_and_words(data):
    words = [data[start : start + 32] for start in range(0, len(data), 32)]
    assert content.content(data) == Content(
        len(data), len(data) - data.count(0), sum(any(word) for word in words)
    )


def test_the_prices_of_the_yellow_paper():
    assert intrinsic_gas(Content(100, 60, 4)) == 21_000 + 60 * 16 + 40 * 4
    assert [memory_gas(words) for words in (1, 32, 1_024)] == [3, 98, 5_120]


@every_encoding
def test_expected_chunks_hold_the_whole_payload(encoding):
    words = goes_as_words(encoding)
    for store in ("calldata", "array"):
        spec = STORES[store]
        chunks = expected_contents(spec, encoding, 3_000_000, chunk_bytes=96_000)
        sizes = [chunk.size_bytes for chunk in chunks]
        assert set(sizes[:-1]) == {96_000}
        assert 0 < sizes[-1] <= 96_000
        if codec(encoding).size and (words or store == "calldata"):
            assert sum(sizes) == codec(encoding).size(3_000_000)


def test_the_first_wall_depends_on_the_store():
    # 128 KB of storage are 91 M gas: the size of a transaction comes before the gas of a block.
    assert predict("int256", "storage", 7_850, CHAIN).first_wall.name == "transaction size"
    assert predict("int256", "code", 650, CHAIN).first_wall.name == "contract code"
    narrow = replace(CHAIN, gas_limit=20_000_000)
    assert predict("int256", "storage", 7_850, narrow).first_wall.name == "block gas"


def test_zeros_reach_the_message_of_a_block_before_its_gas():
    """At 160 M gas: float32 fills the gas first, `int256` words are mostly zeros."""
    assert predict("float32", "calldata", 7_850, CHAIN).block_wall == "block gas"
    mostly_zeros = predict("int256", "calldata", 61_706, CHAIN)
    assert mostly_zeros.block_wall == "block message"
    assert mostly_zeros.per_block_by_bytes < mostly_zeros.per_block_by_gas
    safe = replace(CHAIN, gas_limit=42_000_000)
    assert predict("int256", "calldata", 61_706, safe).block_wall == "block gas"


def test_walls_come_nearest_first_and_count_the_pool():
    found = walls(predict("float32", "calldata", 61_706, CHAIN), pool_slots=4)
    assert [wall.share for wall in found] == sorted((w.share for w in found), reverse=True)
    assert (found[0].name, found[0].used, found[0].share) == ("transaction pool", 8, 2.0)


def test_a_first_result_of_several_chunks_fills_two_slots_more():
    payload = bytes(300_000)
    later = predict_payload("float32", "calldata", payload, CHAIN)
    first = predict_payload("float32", "calldata", payload, CHAIN, first=True)
    assert first.gas - later.gas == 2 * (22_100 - 5_000)
    alone = predict_payload("float32", "calldata", payload[:1_000], CHAIN)
    assert alone == predict_payload("float32", "calldata", payload[:1_000], CHAIN, first=True)


def test_no_room_for_a_chunk_is_named():
    with pytest.raises(ChunkImpossible, match="the storage store"):
        predict("float32", "storage", 650, replace(CHAIN, gas_limit=100_000))
