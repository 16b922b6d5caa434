"""Weights go in and come back from the chain alone, byte for byte, from every store."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from system.chain.abi import view
from system.chain.keys import derive_key
from system.chain.probe import Chain, probe
from system.chain.receipts import Reverted
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call, Sender, hand_over, send, send_all
from system.jobs.board import JOIN_GAS, deploy_board, join_calldata, publish_weights
from system.jobs.calldata import submit_array_calldata, submit_calldata
from system.jobs.reader import NotRecovered, read_submission
from system.jobs.store import CHUNK_ACCEPTED, SUBMITTED, deploy_store, digest_of
from system.jobs.stores import STORES
from system.weights.chunks import split
from system.weights.digest import chained_digest

pytestmark = pytest.mark.chain

CHUNK_BYTES = {False: 24_575, True: 24_544}  # what the code limit leaves for bytes and for words
RANDOM = random.Random(7)
SIZES = (1, 31, 32, 33, 24_575, 2 * 24_575 + 5)
WORD_SIZES = (32, 64, 24_544, 32_000)
keeping = pytest.mark.parametrize("name", [name for name, spec in STORES.items() if spec.keeps])
taking_bytes = pytest.mark.parametrize(
    "name", [name for name, spec in STORES.items() if spec.keeps and spec.takes_bytes]
)


@dataclass(frozen=True)
class House:
    rpc: Rpc
    chain: Chain
    board: str
    stores: dict[str, str]


@dataclass(frozen=True)
class Result:
    """A payload and whether it goes as `int256[]`."""

    payload: bytes
    words: bool = False

    @property
    def chunks(self) -> list[memoryview]:
        return split(self.payload, CHUNK_BYTES[self.words])


@pytest.fixture(scope="module")
def house(instant) -> House:
    """A board with one job and every store."""
    rpc = Rpc(instant.endpoints[0])
    chain = probe(rpc)
    server = Sender(rpc, derive_key("stores", "server", 0), chain.chain_id)
    board = deploy_board(server).address
    publish_weights(server, board, [b"weights"], weights=1)
    stores = {name: deploy_store(server, name, board).address for name in STORES}
    return House(rpc, chain, board, stores)


@pytest.fixture
def worker(house, request) -> Sender:
    """A worker of the test's own that has joined."""
    key = derive_key("stores", request.node.name, 0)
    sender = Sender(house.rpc, key, house.chain.chain_id)
    send(sender, Call(house.board, join_calldata(), JOIN_GAS))
    return sender


def returned(house: House, worker: Sender, name: str, results: list[Result]) -> list[dict]:
    """Return the results one after the other without waiting; the receipts of all transactions."""
    calls = []
    for sequence, result in enumerate(results):
        data = STORES[name].call_data(
            result.payload,
            sequence=sequence,
            chunk_bytes=CHUNK_BYTES[result.words],
            words=result.words,
        )
        gas = STORES[name].gas(len(result.chunks[0]))
        calls += [Call(house.stores[name], one, gas) for one in data]
    return send_all(worker, calls)


def read(house: House, worker: Sender, name: str, sequence: int = 0) -> bytes:
    store = house.stores[name]
    return read_submission(house.rpc, store, name, worker=worker.address, sequence=sequence)


@taking_bytes
def test_bytes_come_back(house, worker, name):
    results = [Result(data) for size in SIZES for data in (RANDOM.randbytes(size), bytes(size))]
    returned(house, worker, name, results)
    for sequence, result in enumerate(results):
        digest = digest_of(house.rpc, house.stores[name], worker.address, sequence)
        assert digest == chained_digest(result.chunks)
        assert read(house, worker, name, sequence) == result.payload


@keeping
def test_arrays_come_back(house, worker, name):
    results = [
        Result(data, words=True)
        for size in WORD_SIZES
        for data in (RANDOM.randbytes(size), bytes(size))
    ]
    returned(house, worker, name, results)
    for sequence, result in enumerate(results):
        digest = digest_of(house.rpc, house.stores[name], worker.address, sequence)
        assert digest == chained_digest(result.chunks)
        assert read(house, worker, name, sequence) == result.payload


@keeping
def test_the_largest_chunks_come_back(house, worker, name):
    """More words than a page of a view, or a contract's code, holds."""
    words = not STORES[name].takes_bytes
    limit = STORES[name].chunk_limit(house.chain, words=words)
    payload = RANDOM.randbytes(140_000)
    data = STORES[name].call_data(payload, sequence=0, chunk_bytes=limit, words=words)
    gas = STORES[name].gas(limit)
    send_all(worker, [Call(house.stores[name], one, gas) for one in data])
    assert read(house, worker, name) == payload


def test_the_hash_store_keeps_the_digest_alone(house, worker):
    returned(house, worker, "hash", [Result(b"weights")])
    digest = digest_of(house.rpc, house.stores["hash"], worker.address, 0)
    assert digest == chained_digest([b"weights"])
    with pytest.raises(NotRecovered, match="the hash store keeps no weights"):
        read(house, worker, "hash")


@keeping
def test_a_result_that_was_not_returned_is_not_recovered(house, worker, name):
    with pytest.raises(NotRecovered, match="no complete result 3"):
        read(house, worker, name, 3)


@pytest.mark.parametrize("name", STORES)
def test_each_transaction_and_each_result_leaves_one_event(house, worker, name):
    result = Result(RANDOM.randbytes(49_088), words=not STORES[name].takes_bytes)
    receipts = returned(house, worker, name, [result])
    assert len(receipts) == (2 if STORES[name].keeps else 1)
    for receipt in receipts:
        assert [log["topics"][0] for log in receipt["logs"]].count(CHUNK_ACCEPTED) == 1
    logs = [log for receipt in receipts for log in receipt["logs"]]
    [submitted] = [log for log in logs if log["topics"][0] == SUBMITTED]
    assert int(submitted["topics"][1], 16) == int(worker.address, 16)
    chunks, size, digest = (submitted["data"][start : start + 64] for start in (2, 66, 130))
    assert (int(chunks, 16), int(size, 16)) == (2, 49_088)
    assert bytes.fromhex(digest) == chained_digest(result.chunks)


@pytest.mark.parametrize("name", STORES)
def test_the_gas_limit_is_enough_and_not_much_more(house, worker, name):
    """Random bytes have hardly a zero among them: the dearest there are."""
    result = Result(RANDOM.randbytes(16_000), words=not STORES[name].takes_bytes)
    [receipt] = returned(house, worker, name, [result])
    used, limit = int(receipt["gasUsed"], 16), STORES[name].gas(16_000)
    assert used <= limit <= 1.02 * used + 35_000


def test_the_largest_chunk_passes_and_a_larger_transaction_does_not(house, worker):
    spec, store = STORES["calldata"], house.stores["calldata"]
    size = spec.chunk_limit(house.chain)
    assert size > house.chain.transaction_size_limit_bytes - 350

    def call(payload: bytes, sequence: int) -> Call:
        data = submit_calldata(payload, sequence=sequence, index=0, count=1)
        return Call(store, data, spec.gas(len(payload)))

    payload = RANDOM.randbytes(size)
    send(worker, call(payload, 0))
    assert read(house, worker, "calldata") == payload
    with pytest.raises(RpcError, match="oversized data"):
        hand_over(worker, [call(RANDOM.randbytes(size + 320), 1)])


def test_code_above_the_chain_s_limit_is_refused_by_name(house, worker):
    size = house.chain.code_size_limit_bytes
    data = submit_calldata(bytes(size), sequence=0, index=0, count=1)
    with pytest.raises(Reverted, match=rf"ChunkTooLargeForCode\({size}\)"):
        send(worker, Call(house.stores["code"], data, STORES["code"].gas(size)))


def test_code_that_keeps_weights_does_nothing_when_called(house, worker):
    returned(house, worker, "code", [Result(b"\xfe\xfe")])  # INVALID, were it ever executed
    signature, key = "pointerOf(address,uint64,uint32)", (worker.address, 0, 0)
    [pointer] = view(house.rpc, house.stores["code"], signature, *key, returns=["address"])
    assert house.rpc.call("eth_getCode", pointer, "latest") == "0x00fefe"
    assert house.rpc.call("eth_call", {"to": pointer}, "latest") == "0x"


def test_bytes_behind_a_chunk_are_not_kept(house, worker):
    """A caller may pad with anything: the word in storage ends with zeros all the same."""
    data = submit_calldata(b"abc" + b"\xff" * 29, sequence=0, index=0, count=1)
    length_at = 4 + 4 * 32
    data = data[:length_at] + (3).to_bytes(32, "big") + data[length_at + 32 :]
    send(worker, Call(house.stores["storage"], data, 400_000))
    assert read(house, worker, "storage") == b"abc"
    signature = "wordsOf(address,uint64,uint32,uint256,uint256)"
    arguments = (worker.address, 0, 0, 0, 2)
    [words] = view(house.rpc, house.stores["storage"], signature, *arguments, returns=["bytes32[]"])
    assert words == (b"abc" + bytes(29), bytes(32))


@keeping
def test_a_shorter_second_try_leaves_nothing_of_the_first(house, worker, name):
    tries = [(b"\xff" * 96, 0, 2), (b"\xff" * 32, 0, 3), (b"\1" * 64, 0, 2), (b"\2" * 32, 1, 2)]
    calls = [
        Call(
            house.stores[name],
            submit_array_calldata(words, sequence=0, index=index, count=count),
            600_000,
        )
        for words, index, count in tries
    ]
    send_all(worker, calls)
    assert read(house, worker, name) == b"\1" * 64 + b"\2" * 32
