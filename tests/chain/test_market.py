"""Whole jobs on a node: every mode from its deployment to the wei in the winners' accounts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import pytest

from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from system.chain.abi import call_data
from system.chain.keys import derive_key
from system.chain.receipts import Reverted
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send, send_all
from system.jobs import market, registry
from system.jobs.gates import seal_context
from system.jobs.market import Outcome, Phase, Privacy, Results, Terms
from system.jobs.reader import read_submission, read_weights
from system.jobs.sealed import read_sealed
from system.jobs.store import deploy_store
from system.jobs.stores import STORES
from system.weights import codec
from system.weights.chunks import split
from system.weights.digest import chained_digest
from system.weights.sealed import seal

pytestmark = pytest.mark.chain

CHUNK_BYTES = 4_096
PAYMENT, DEPOSIT = 10**15, 10**14
# Blocks enough for any test: this node makes one for nearly every transaction.
LONG = 100_000
_numbers = count()


@dataclass(frozen=True)
class House:
    rpc: Rpc
    treasury: Sender
    server: Sender
    registry: str
    market: str


def account(rpc: Rpc) -> Sender:
    key = derive_key("market", "account", next(_numbers))
    return Sender(rpc, key, int(rpc.call("eth_chainId"), 16))


def endow(treasury: Sender, address: str, wei: int) -> None:
    """Give an account wei to pay escrows and deposits with."""
    send(treasury, Call(address, b"", 21_000, value=wei))


@pytest.fixture(scope="module")
def house(instant) -> House:
    """A market, a registry that appointed it, and a server with wei for the escrows."""
    rpc = Rpc(instant.endpoints[0])
    server = account(rpc)
    treasury = replace(server, key=treasury_key(load_topology("raft-1")))
    endow(treasury, server.address, 10**18)
    workers = registry.deploy_registry(server).address
    place = market.deploy_market(server, workers).address
    send(server, registry.appointing(workers, place))
    return House(rpc, treasury, server, workers, place)


def worker(house: House) -> Sender:
    """A worker that has joined and can pay one deposit."""
    sender = account(house.rpc)
    endow(house.treasury, sender.address, DEPOSIT)
    send(sender, registry.joining(house.registry))
    return sender


def started(house: House, **changes: object) -> tuple[int, Terms, bytes, bytes]:
    """A job that can be picked up, its terms, and the weights and the batch it was started with."""
    rng = np.random.default_rng(7)
    weights = codec("int32").encode(rng.normal(0, 0.1, 2_000))
    batch = rng.bytes(5_000)
    chunks, batches = split(weights, CHUNK_BYTES), split(batch, CHUNK_BYTES)
    asked = Terms(
        weights_digest=chained_digest(chunks),
        batch_digest=chained_digest(batches),
        payment=PAYMENT,
        deposit=DEPOSIT,
        weight_count=2_000,
        chunk_count=len(chunks),
        batch_chunks=len(batches),
        result_chunk_bytes=CHUNK_BYTES,
        seats=3,
        publish_blocks=LONG,
        commit_blocks=LONG,
        reveal_blocks=LONG,
        delivery_blocks=LONG,
    )
    asked = replace(asked, **changes)
    job = market.deployed_job(send(house.server, market.deploying(house.market, asked)))
    send_all(house.server, market.publishing(house.market, chunks, job=job))
    send_all(house.server, market.publishing_batch(house.market, batches, job=job))
    return job, asked, weights, batch


@dataclass(frozen=True)
class Result:
    """A worker's encoded weights on their way to one store; `carried` is what goes through it."""

    house: House
    store: str
    kind: str
    worker: Sender
    job: int
    payload: bytes
    carried: bytes
    secret: bytes

    @property
    def digest(self) -> bytes:
        return chained_digest(STORES[self.kind].chunks(self.payload, chunk_bytes=CHUNK_BYTES))

    def committing(self) -> Call:
        bound = market.commitment(
            chain_id=self.worker.chain_id,
            market=self.house.market,
            worker=self.worker.address,
            job=self.job,
            digest=self.digest,
            secret=self.secret,
        )
        return market.committing(self.house.market, self.job, commitment=bound)

    def opening(self) -> Call:
        place = (self.house.market, self.job)
        return market.opening(*place, digest=self.digest, secret=self.secret)

    def carrying(self) -> list[Call]:
        spec = STORES[self.kind]
        data = spec.call_data(self.carried, sequence=self.job, chunk_bytes=CHUNK_BYTES)
        gas = spec.gas(CHUNK_BYTES) + market.COMPLETE_GAS
        return [Call(self.store, one, gas) for one in data]

    def read(self, privacy: Privacy) -> bytes:
        where = {"worker": self.worker.address, "sequence": self.job}
        read = read_sealed if privacy is Privacy.SEALED else read_submission
        return read(self.house.rpc, self.store, self.kind, **where)


def made(
    house: House, store: str, kind: str, one: Sender, *, job: int, payload: bytes, sealed: bool
) -> Result:
    """The worker's result, sealed or not."""
    secret, carried = bytes([job]) * 32, payload
    if sealed:
        where = {"store": store, "worker": one.address, "sequence": job}
        hidden = seal(payload, context=seal_context(chain_id=one.chain_id, **where))
        secret, carried = hidden.key, hidden.payload
    return Result(house, store, kind, one, job, payload, carried, secret)


def bind(result: Result, asked: Terms) -> None:
    """Pick the job up and do what binds the worker while it is Committing."""
    place = result.house.market
    calls = [market.picking(place, result.job, deposit=asked.deposit)]
    if asked.privacy is not Privacy.PLAIN:
        calls.append(result.committing())
    elif asked.results is Results.HASH:
        calls.append(result.opening())
    if asked.results is Results.WEIGHTS and asked.privacy is not Privacy.COMMIT:
        calls += result.carrying()
    send_all(result.worker, calls)


def reveal(result: Result, asked: Terms) -> None:
    """What the worker does while the job is Revealing."""
    calls = [] if asked.privacy is Privacy.PLAIN else [result.opening()]
    if asked.results is Results.WEIGHTS and asked.privacy is Privacy.COMMIT:
        calls += result.carrying()
    send_all(result.worker, calls)


def wealth(house: House, address: str) -> int:
    return int(house.rpc.call("eth_getBalance", address, "latest"), 16)


@pytest.mark.parametrize(
    ("privacy", "results", "kind"),
    [
        (Privacy.COMMIT, Results.WEIGHTS, "event"),
        (Privacy.COMMIT, Results.HASH, "code"),
        (Privacy.SEALED, Results.WEIGHTS, "calldata"),
        (Privacy.PLAIN, Results.WEIGHTS, "storage"),
        (Privacy.PLAIN, Results.HASH, "calldata"),
    ],
)
def test_a_whole_job(house, privacy, results, kind):
    store = deploy_store(house.server, kind, house.market).address
    job, asked, weights, batch = started(house, privacy=privacy, results=results)
    assert market.terms_of(house.rpc, house.market, job) == asked
    assert read_weights(house.rpc, house.market, job) == weights
    assert market.read_batch(house.rpc, house.market, job) == batch

    models = [codec("int32").encode(np.full(2_000, value)) for value in (0.25, 0.5, 0.25)]
    given = [
        made(house, store, kind, worker(house), job=job, payload=model,
             sealed=privacy is Privacy.SEALED)
        for model in models
    ]  # fmt: skip
    for one in given:
        bind(one, asked)
    for one in given:
        reveal(one, asked)
    if results is Results.HASH:
        assert market.state_of(house.rpc, house.market, job).phase is Phase.DELIVERING
        send_all(given[0].worker, given[0].carrying())

    stranger = account(house.rpc)
    send(stranger, market.closing(house.market, job))
    state = market.state_of(house.rpc, house.market, job)
    assert (state.outcome, state.votes, state.digest) == (Outcome.WON, 2, given[0].digest)
    assert given[0].read(privacy) == models[0]
    for one, earned in zip(given, (PAYMENT, None, PAYMENT), strict=True):
        if earned is None:
            with pytest.raises(Reverted, match="NothingOwed"):
                send(one.worker, market.claiming(house.market, job))
        else:
            calls = [market.claiming(house.market, job), market.withdrawing(house.market)]
            send_all(one.worker, calls)
        assert wealth(house, one.worker.address) == (earned or -DEPOSIT) + DEPOSIT
    before = wealth(house, house.server.address)
    send(house.server, market.withdrawing(house.market))
    assert wealth(house, house.server.address) == before + PAYMENT + DEPOSIT
    assert wealth(house, house.market) == 0


def test_deadlines_pass_by_any_transaction(house):
    """On Raft nothing but transactions makes blocks; anybody's do, and anybody closes the job."""
    late, stranger = worker(house), account(house.rpc)
    job, asked, *_ = started(house, commit_blocks=3)
    ends_at = market.state_of(house.rpc, house.market, job).ends_at
    while int(house.rpc.call("eth_blockNumber"), 16) + 1 < ends_at:
        send(stranger, Call(stranger.address, b"", 21_000))
    with pytest.raises(Reverted, match="TooLate"):
        send(late, market.picking(house.market, job, deposit=asked.deposit))
    send(stranger, market.closing(house.market, job))
    assert market.state_of(house.rpc, house.market, job).outcome is Outcome.VOID
    send(house.server, market.withdrawing(house.market))


def test_the_commitment_is_the_contract_s(house):
    one = worker(house)
    parts = (one.address, 9, b"d" * 32, b"s" * 32)
    signature = "commitmentOf(address,uint64,bytes32,bytes32)"
    asked = {"to": house.market, "data": "0x" + call_data(signature, *parts).hex()}
    expected = market.commitment(
        chain_id=one.chain_id, market=house.market, worker=one.address, job=9,
        digest=parts[2], secret=parts[3],
    )  # fmt: skip
    assert house.rpc.call("eth_call", asked, "latest") == "0x" + expected.hex()
