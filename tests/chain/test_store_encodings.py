"""Every store gives back every encoding's weights, from the chain alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from system.chain.keys import derive_key
from system.chain.probe import probe
from system.chain.receipts import wait_for_receipt
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, hand_over
from system.jobs.depot import deploy_depot
from system.jobs.packing import goes_as_words
from system.jobs.reader import KeptOffChain, NotRecovered, read_submission, verify
from system.jobs.store import digest_of
from system.jobs.stores import STORES
from system.weights import codec
from system.weights.digest import chained_digest

pytestmark = pytest.mark.chain

# Small chunks: `int256` takes five of them, `topk` one, most encodings a last one cut short.
CHUNK_BYTES = 4_800
WEIGHTS = np.random.default_rng(3).normal(0.0, 0.05, 650)
every_encoding = pytest.mark.parametrize("encoding", codec.names())
keeping = pytest.mark.parametrize("name", [name for name, spec in STORES.items() if spec.keeps])


@dataclass(frozen=True)
class Shelf:
    """All stores, each with one result per encoding, in the order of `codec.names()`."""

    rpc: Rpc
    stores: dict[str, str]
    workers: dict[str, str]

    def read(self, name: str, sequence: int) -> bytes:
        """What the chain has of a result."""
        worker, store = self.workers[name], self.stores[name]
        return read_submission(self.rpc, store, name, worker=worker, sequence=sequence)

    def digest(self, name: str, sequence: int) -> bytes:
        """What the contract has of it."""
        return digest_of(self.rpc, self.stores[name], self.workers[name], sequence)


@pytest.fixture(scope="module")
def shelf(single) -> Shelf:
    """Everything is handed over first and waited for once: it shares a few blocks."""
    rpc = Rpc(single.endpoints[0])
    chain_id = probe(rpc).chain_id
    server = Sender(rpc, derive_key("encodings", "server", 0), chain_id)
    depot = deploy_depot(server)
    stores = depot.stores
    workers = {name: Sender(rpc, derive_key("encodings", name, 0), chain_id) for name in STORES}
    sent = [
        hand_over(worker, [depot.joining(), *results(name, stores[name])])
        for name, worker in workers.items()
    ]
    for hashes in sent:
        for one in hashes:
            wait_for_receipt(rpc, one)
    return Shelf(rpc, stores, {name: worker.address for name, worker in workers.items()})


def results(name: str, store: str) -> list[Call]:
    """The transactions that bring the weights in every encoding."""
    spec, calls = STORES[name], []
    for sequence, encoding in enumerate(codec.names()):
        data = spec.call_data(
            codec(encoding).encode(WEIGHTS),
            sequence=sequence,
            chunk_bytes=CHUNK_BYTES,
            words=goes_as_words(encoding),
        )
        calls += [Call(store, one, spec.gas(CHUNK_BYTES)) for one in data]
    return calls


def chunks(name: str, encoding: str) -> list[memoryview]:
    """What the weights were cut into."""
    payload = codec(encoding).encode(WEIGHTS)
    words = goes_as_words(encoding)
    return STORES[name].chunks(payload, chunk_bytes=CHUNK_BYTES, words=words)


@keeping
@every_encoding
def test_the_weights_come_back(shelf, name, encoding):
    sequence = codec.names().index(encoding)
    payload = shelf.read(name, sequence)
    assert payload == codec(encoding).encode(WEIGHTS)
    assert shelf.digest(name, sequence) == chained_digest(chunks(name, encoding))
    decoded = codec(encoding).decode(payload)
    assert np.abs(decoded - WEIGHTS).max() == codec(encoding).error(WEIGHTS)


@every_encoding
def test_the_hash_store_proves_weights_that_it_can_t_give(shelf, encoding):
    sequence = codec.names().index(encoding)
    store, worker = shelf.stores["hash"], shelf.workers["hash"]
    with pytest.raises(KeptOffChain, match=rf"ask worker {worker}"):
        shelf.read("hash", sequence)
    given = chunks("hash", encoding)
    verify(shelf.rpc, store, given, worker=worker, sequence=sequence)
    forged = [*given[:-1], bytes(given[-1][:-1]) + bytes([given[-1][-1] ^ 1])]
    with pytest.raises(NotRecovered, match="not the ones returned"):
        verify(shelf.rpc, store, forged, worker=worker, sequence=sequence)


def test_nothing_is_verified_against_a_result_that_is_not_there(shelf):
    with pytest.raises(NotRecovered, match="no complete result 99"):
        verify(
            shelf.rpc,
            shelf.stores["hash"],
            [b"weights"],
            worker=shelf.workers["hash"],
            sequence=99,
        )
