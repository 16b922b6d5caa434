"""What fits one transaction of each store, and how a result is cut into transactions."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.chain.transaction import sign_legacy
from system.jobs.calldata import submit_array_calldata, submit_calldata, submit_digest_calldata
from system.jobs.packing import packed
from system.jobs.stores import STORES, ChunkImpossible
from system.weights.digest import chained_digest


@dataclass(frozen=True)
class Limits:
    gas_limit: int = 160_000_000
    transaction_size_limit_bytes: int = 128 * 1024
    code_size_limit_bytes: int = 24 * 1024


keeping = pytest.mark.parametrize("name", [name for name, spec in STORES.items() if spec.keeps])
taking_bytes = pytest.mark.parametrize(
    "name", [name for name, spec in STORES.items() if spec.keeps and spec.takes_bytes]
)


def test_the_six_stores():
    assert list(STORES) == ["hash", "calldata", "event", "code", "storage", "array"]


@taking_bytes
@pytest.mark.parametrize("kilobytes", [32, 64, 128])
def test_the_largest_chunk_fits_the_size_limit(name, kilobytes):
    limits = Limits(transaction_size_limit_bytes=kilobytes * 1024)
    chunk = STORES[name].chunk_limit(limits)
    data = submit_calldata(bytes(chunk), sequence=2**64 - 1, index=0, count=2**32 - 1)
    signed = sign_legacy(
        key=b"\1" * 32,
        nonce=2**64 - 2,
        gas=STORES[name].gas(chunk),
        to=b"\xff" * 20,
        data=data,
        chain_id=2**31 - 1,
    )
    assert len(signed.raw) <= limits.transaction_size_limit_bytes


def test_the_largest_chunk_leaves_nearly_nothing_of_the_size_limit():
    limits = Limits()
    chunk = STORES["calldata"].chunk_limit(limits)
    assert limits.transaction_size_limit_bytes - 350 < chunk < limits.transaction_size_limit_bytes


@keeping
@given(gas_limit=st.integers(5_000_000, 10**9))
def test_the_largest_chunk_fits_a_block_and_no_larger_one_does(name, gas_limit):
    spec, limits = STORES[name], Limits(gas_limit=gas_limit)
    chunk, share = spec.chunk_limit(limits), gas_limit * 15 // 16
    assert spec.gas(chunk) <= share
    bounded = chunk == spec.chunk_limit(Limits(gas_limit=2**60))
    assert bounded or spec.gas(chunk + 32) > share


def test_code_is_bounded_by_the_chain_s_limit_for_it():
    assert STORES["code"].chunk_limit(Limits()) == 24_575
    assert STORES["code"].chunk_limit(Limits(), words=True) == 24_544
    assert STORES["code"].chunk_limit(Limits(code_size_limit_bytes=32_768)) == 32_767


@keeping
def test_arrays_are_cut_between_their_elements(name):
    assert STORES[name].chunk_limit(Limits(gas_limit=77_777_777), words=True) % 32 == 0


def test_no_room_is_named():
    with pytest.raises(ChunkImpossible, match=r"the array store \(gas 100,000,"):
        STORES["array"].chunk_limit(Limits(gas_limit=100_000))
    with pytest.raises(ChunkImpossible, match="code 0 bytes"):
        STORES["code"].chunk_limit(Limits(code_size_limit_bytes=0))


def test_a_result_becomes_one_transaction_a_chunk():
    made = STORES["event"].call_data(b"abcdefgh", sequence=4, chunk_bytes=3)
    assert made == [
        submit_calldata(chunk, sequence=4, index=index, count=3)
        for index, chunk in enumerate([b"abc", b"def", b"gh"])
    ]


def test_words_go_as_an_array():
    payload = bytes(range(64))
    made = STORES["array"].call_data(payload, sequence=0, chunk_bytes=32, words=True)
    assert made == [
        submit_array_calldata(payload[start : start + 32], sequence=0, index=index, count=2)
        for index, start in enumerate((0, 32))
    ]


def test_the_hash_store_sends_the_digest_whatever_the_size():
    limit = STORES["hash"].chunk_limit(Limits(gas_limit=1))
    assert STORES["hash"].call_data(bytes(300_000), sequence=1, chunk_bytes=limit) == [
        submit_digest_calldata(
            chained_digest([bytes(300_000)]), sequence=1, chunks=1, payload_bytes=300_000
        )
    ]
    assert STORES["hash"].gas(300_000) == STORES["hash"].gas(1)


def test_packed_bytes_go_as_an_array_where_nothing_else_is_taken():
    made = STORES["array"].call_data(b"abc", sequence=0, chunk_bytes=32)
    assert made == [
        submit_array_calldata(word, sequence=0, index=index, count=2)
        for index, word in enumerate((packed(b"abc")[:32], b"abc" + bytes(29)))
    ]
