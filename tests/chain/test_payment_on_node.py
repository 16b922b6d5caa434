"""A node pays as the formulas say: hundreds of jobs, ten at a time, each of a pool of its own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

import pytest

from bench.network.running import Network
from bench.network.validators import treasury_key
from system.chain.abi import view_request
from system.chain.batches import raw_batches
from system.chain.keys import address_of, derive_key
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send, send_all
from system.chain.transaction import sign_legacy
from system.jobs import market, registry
from system.jobs.market import Outcome, Terms
from system.jobs.payment import good_profit, p_correct, p_evil, p_good, server_spend, terms_for
from system.jobs.results import Place, Result, result
from system.jobs.store import deploy_store
from system.weights.digest import chained_digest
from tests.luck import as_large, as_likely

pytestmark = pytest.mark.chain

POOLS, POOL, EVIL, ROUNDS = 10, 10, 4, 21
PLAN = terms_for(POOL, EVIL, "0.7", cost=1_000, benefit=200, cost_evil=50)
WEIGHTS = b"the weights to start from"
RIGHT, WRONG = b"right weights" * 40, b"wrong weights" * 40
CHUNK_BYTES = 4_096
_POLL_S = 0.02
ENDLESS = 1_000_000  # in blocks: every phase ends because all have done their part


@dataclass
class Account:
    """A worker, or the server: counts its own nonces."""

    key: bytes
    payload: bytes
    address: str = ""
    nonce: int = 0

    def __post_init__(self) -> None:
        self.address = address_of(self.key)


@dataclass
class Node:
    """One node and transactions of many accounts on it, in steps: one waits for the last."""

    rpc: Rpc
    chain_id: int
    waiting: list[bytes] = field(default_factory=list)

    def add(self, account: Account, *calls: Call) -> None:
        """The account's next transactions, for the next `step`."""
        for call in calls:
            signed = sign_legacy(
                key=account.key,
                nonce=account.nonce,
                gas=call.gas,
                to=bytes.fromhex((call.to or "")[2:]),
                data=call.data,
                chain_id=self.chain_id,
                value=call.value,
            )
            account.nonce += 1
            self.waiting.append(signed.raw)

    def step(self) -> None:
        """Returns when all of them were mined, and none failed."""
        raws, self.waiting = self.waiting, []
        hashes = [one for batch in raw_batches(raws) for one in self.rpc.batch(batch)]
        deadline_s = time.monotonic() + 60
        while hashes:
            assert time.monotonic() < deadline_s, f"{len(hashes)} are in no block"
            receipts = self.rpc.batch([("eth_getTransactionReceipt", [one]) for one in hashes])
            assert {one["status"] for one in receipts if one} <= {"0x1"}
            hashes = [one for one, receipt in zip(hashes, receipts, strict=True) if not receipt]
            time.sleep(_POLL_S)


@dataclass
class House:
    """A market on a node, its server, and pools of workers that have what deposits take."""

    node: Node
    server: Account
    place: Place
    pools: list[list[Account]]
    terms: Terms


@pytest.fixture(scope="module")
def house(instant: Network) -> House:
    rpc = Rpc(instant.endpoints[0])
    chain_id = int(rpc.call("eth_chainId"), 16)
    server = Account(derive_key("payments", "server", 0), b"")
    sender = Sender(rpc, server.key, chain_id)
    workers = registry.deploy_registry(sender).address
    where = market.deploy_market(sender, workers, limit=POOLS).address
    send(sender, registry.appointing(workers, where))
    store = deploy_store(sender, "calldata", where).address
    server.nonce = int(rpc.call("eth_getTransactionCount", server.address, "latest"), 16)
    pools = [[worker(pool, place) for place in range(POOL)] for pool in range(POOLS)]
    everybody = [account for pool in pools for account in pool]
    treasury = Sender(rpc, treasury_key(instant.topology), chain_id)
    send_all(
        treasury,
        [Call(one.address, b"", 21_000, value=10**9) for one in (server, *everybody)],
    )
    node = Node(rpc, chain_id)
    for account in everybody:
        node.add(account, registry.joining(workers))
    node.step()
    terms = Terms(
        weights_digest=chained_digest([WEIGHTS]),
        payment=PLAN.payment_wei,
        deposit=PLAN.deposit_wei,
        weight_count=1,
        chunk_count=1,
        result_chunk_bytes=CHUNK_BYTES,
        seats=PLAN.n,
        publish_blocks=ENDLESS,
        commit_blocks=ENDLESS,
        reveal_blocks=ENDLESS,
        delivery_blocks=ENDLESS,
    )
    return House(node, server, Place(chain_id, where, store, "calldata", "int8"), pools, terms)


def worker(pool: int, place: int) -> Account:
    key = derive_key("payments", "worker", pool * POOL + place)
    return Account(key, WRONG if place < EVIL else RIGHT)


def played(house: House, drawn: list[list[Account]]) -> list[tuple[Outcome, list[int]]]:
    """A job for each list of workers, all at a time: how it ended, what each worker was owed."""
    node, where = house.node, house.place.market
    jobs = published(house, len(drawn))
    made = [
        (one, bound(house, one, job)) for job, of in zip(jobs, drawn, strict=True) for one in of
    ]
    for one, theirs in made:
        picking = market.picking(where, theirs.job, deposit=house.terms.deposit)
        committing = market.committing(where, theirs.job, commitment=theirs.commitment)
        node.add(one, picking, committing)
    node.step()
    for one, theirs in made:
        opening = market.opening(where, theirs.job, digest=theirs.digest, secret=theirs.secret)
        node.add(one, opening, *theirs.submission())
    node.step()
    node.add(house.server, *(market.closing(where, job) for job in jobs))
    node.step()
    owed = collected(house, made)
    seats = [owed[start : start + PLAN.n] for start in range(0, len(owed), PLAN.n)]
    ends = [market.state_of(node.rpc, where, job).outcome for job in jobs]
    return list(zip(ends, seats, strict=True))


def published(house: House, count: int) -> range:
    """The numbers of that many new jobs that can be picked up."""
    where = house.place.market
    first = market.last_job(house.node.rpc, where) + 1
    jobs = range(first, first + count)
    for job in jobs:
        publishing = market.publishing(where, [WEIGHTS], job=job)
        house.node.add(house.server, market.deploying(where, house.terms), *publishing)
    house.node.step()
    return jobs


def collected(house: House, made: list[tuple[Account, Result]]) -> list[int]:
    """What closed jobs owed to these workers, in wei, after they have taken it out."""
    node, where = house.node, house.place.market
    asked = [
        view_request(where, "owedTo(address,uint64)", one.address, theirs.job)
        for one, theirs in made
    ]
    owed = [int(answer, 16) for answer in node.rpc.batch(asked)]
    for (one, theirs), wei in zip(made, owed, strict=True):
        if wei:
            node.add(one, market.claiming(where, theirs.job), market.withdrawing(where))
    node.step()
    return owed


def bound(house: House, account: Account, job: int) -> Result:
    return result(
        house.place,
        account.payload,
        worker=account.address,
        job=job,
        chunk_bytes=CHUNK_BYTES,
        sealed=False,
    )


def wei_of(house: House, accounts: Iterable[Account]) -> list[int]:
    asked = [("eth_getBalance", [one.address, "latest"]) for one in accounts]
    return [int(balance, 16) for balance in house.node.rpc.batch(asked)]


def test_jobs_on_a_node_pay_as_the_formulas_say(house: House) -> None:
    """One seat is looked at in each job, for those of one job share their luck."""
    random = Random("payments")
    everybody = [house.server, *(account for pool in house.pools for account in pool)]
    before = wei_of(house, everybody)
    job = (POOL, EVIL, PLAN.n)
    hits, asked, spent, expected = Counter(), Counter(), [], Counter()
    for _ in range(ROUNDS):
        drawn = [random.sample(pool, PLAN.n) for pool in house.pools]
        for workers, (outcome, owed) in zip(drawn, played(house, drawn), strict=True):
            right = [one.payload == RIGHT for one in workers]
            wins = sum(right) > PLAN.n / 2
            each = PLAN.payment_wei + PLAN.deposit_wei
            assert outcome is Outcome.WON
            assert owed == [each * (kind is wins) for kind in right]
            seat = random.randrange(PLAN.n)
            asked[right[seat]] += 1
            hits[right[seat]] += owed[seat] > 0
            asked["correct"] += 1
            hits["correct"] += wins
            spent.append(sum(wei > 0 for wei in owed) * PLAN.payment_wei)
            for one, wei in zip(workers, owed, strict=True):
                expected[one.address] += wei - PLAN.deposit_wei
    assert asked["correct"] == POOLS * ROUNDS >= 200
    chances = {True: p_good(*job), False: p_evil(*job), "correct": p_correct(*job)}
    for kind, chance in chances.items():
        assert as_likely(hits[kind], asked[kind], chance), (kind, hits, asked, float(chance))
    assert as_large(spent, server_spend(*job, PLAN.payment_wei))
    # Accounts have to the wei what the jobs say, once the server has taken out what is left over.
    house.node.add(house.server, market.withdrawing(house.place.market))
    house.node.step()
    expected[house.server.address] = -sum(expected.values())
    changes = [now - then for now, then in zip(wei_of(house, everybody), before, strict=True)]
    assert changes == [expected[one.address] for one in everybody]
    assert int(house.node.rpc.call("eth_getBalance", house.place.market, "latest"), 16) == 0


def test_the_terms_are_those_that_deter() -> None:
    assert good_profit(PLAN.p, PLAN.payment_wei, PLAN.deposit_wei, 1_000) >= 200
    assert Fraction(7, 10) <= min(PLAN.p, PLAN.w)
