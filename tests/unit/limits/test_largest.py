"""The largest counts are those of the predictor: they fit, and one weight more does not."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.limits.chain_limits import chain_limits, encoding_limits, limits_key
from bench.limits.largest import boundary, largest_in_block, largest_in_transaction
from bench.limits.prediction import predict
from bench.limits.safety import TRANSACTIONS_BYTES
from bench.record.files import limits_path
from system.jobs.stores import STORES
from system.learning.models import LARGEST_COUNT
from system.weights import codec

every_encoding = pytest.mark.parametrize("encoding", codec.names())


@dataclass(frozen=True)
class Limits:
    gas_limit: int = 40_000_000
    transaction_size_limit_bytes: int = 64 * 1024
    code_size_limit_bytes: int = 24 * 1024
    chain_id: int = 1337
    consensus: str = "istanbul"
    period_s: float | None = 1.0


CHAIN = Limits()


@every_encoding
def test_one_transaction_carries_the_largest_and_no_weight_more(encoding):
    count = largest_in_transaction(encoding, "calldata", CHAIN)
    assert predict(encoding, "calldata", count, CHAIN).transactions == 1
    assert predict(encoding, "calldata", count + 1, CHAIN).transactions == 2


@every_encoding
def test_one_block_has_the_gas_of_the_largest_and_no_weight_more(encoding):
    count = largest_in_block(encoding, "calldata", CHAIN).by_gas
    within, beyond = (predict(encoding, "calldata", n, CHAIN).gas for n in (count, count + 1))
    assert within <= CHAIN.gas_limit < beyond


@every_encoding
def test_one_message_holds_the_largest_and_no_weight_more(encoding):
    count = largest_in_block(encoding, "calldata", CHAIN).by_message
    within, beyond = (predict(encoding, "calldata", n, CHAIN) for n in (count, count + 1))
    assert within.wire_bytes <= TRANSACTIONS_BYTES < beyond.wire_bytes


@pytest.mark.parametrize("store", [name for name, spec in STORES.items() if spec.keeps])
def test_a_dearer_store_takes_no_more(store):
    assert largest_in_transaction("int32", store, CHAIN) <= largest_in_transaction(
        "int32", "calldata", CHAIN
    )
    block = largest_in_block("int32", store, CHAIN)
    assert block.weights <= largest_in_block("int32", "calldata", CHAIN).weights
    assert predict("int32", store, block.by_gas, CHAIN).gas <= CHAIN.gas_limit
    assert predict("int32", store, block.by_gas + 1, CHAIN).gas > CHAIN.gas_limit


def test_a_digest_stands_for_a_model_of_any_size():
    assert largest_in_transaction("float32", "hash", CHAIN) == LARGEST_COUNT


def test_where_no_chunk_fits_nothing_does():
    narrow = replace(CHAIN, gas_limit=100_000)
    assert largest_in_transaction("float32", "storage", narrow) == 0
    assert largest_in_block("float32", "storage", narrow).weights == 0


@given(per_count=st.floats(1e-6, 0.9), step=st.integers(1, 300), fixed=st.floats(0, 0.4))
def test_the_boundary_of_a_staircase_is_found_in_few_calls(per_count, step, fixed):
    calls = []

    def share(count: int) -> float:
        calls.append(count)
        return fixed + per_count * (math.ceil(count / step) * step)

    found = boundary(share)
    assert found == 0 or share(found) <= 1
    assert share(found + 1) > 1
    assert len(calls) < 60


def test_what_always_fits_ends_at_the_most():
    assert boundary(lambda count: 0.5, most=1_000) == 1_000
    assert boundary(lambda count: count / 1_000, most=1_000) == 1_000


def test_a_chains_limits_name_the_wall_of_every_encoding():
    limits = chain_limits(replace(CHAIN, gas_limit=160_000_000))
    assert tuple(one.encoding for one in limits.encodings) == codec.names()
    by_name = {one.encoding: one for one in limits.encodings}
    assert by_name["int256"].block_wall == "block message"
    assert by_name["float32"].block_wall == "block gas"
    for one in limits.encodings:
        assert one.one_block_weights == min(one.block_by_gas_weights, one.block_by_message_weights)
        assert 0 <= one.zero_share < 1
        assert one.safe_gas_limit >= limits.safe_gas_limit


def test_no_message_stops_a_raft_chain_s_blocks():
    raft = replace(CHAIN, gas_limit=160_000_000, consensus="raft")
    found = encoding_limits("int256", raft)
    assert found.block_by_message_weights < found.block_by_gas_weights == found.one_block_weights
    assert found.block_wall == "block gas"


def test_zeros_lower_the_safe_gas_limit():
    limits = chain_limits(CHAIN)
    by_zeros = sorted(limits.encodings, key=lambda one: one.zero_share)
    safe = [one.safe_gas_limit for one in by_zeros]
    assert safe == sorted(safe, reverse=True)
    assert by_zeros[-1].encoding == "int256"


def test_refunds_halve_the_safe_gas_limit():
    limits = chain_limits(CHAIN)
    assert limits.safe_gas_limit_refunds == limits.safe_gas_limit // 2


def test_no_gas_limit_is_safe_where_one_transaction_fills_a_message():
    huge = replace(CHAIN, transaction_size_limit_bytes=11 * 2**20, gas_limit=1_000_000)
    assert chain_limits(huge).safe_gas_limit is None


def test_chains_with_the_same_settings_have_the_same_key(tmp_path):
    wavering = replace(CHAIN, gas_limit=40_030_000, period_s=2.0)
    assert limits_key(wavering) == limits_key(CHAIN)
    others = [
        replace(CHAIN, gas_limit=42_000_000),
        replace(CHAIN, code_size_limit_bytes=128 * 1024),
        replace(CHAIN, consensus="raft"),
        replace(CHAIN, transaction_size_limit_bytes=128 * 1024),
    ]
    assert len({limits_key(chain) for chain in (CHAIN, *others)}) == 5
    assert limits_path(tmp_path, limits_key(CHAIN)).parent == tmp_path
