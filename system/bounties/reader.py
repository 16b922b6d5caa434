"""Jobs and published models, read back from the chain alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_checksum_address

from system.bounties.market import JOB_POSTED, PUBLISHED
from system.bounties.terms import TERMS_TYPES, Terms, read_terms
from system.chain.abi import decoded
from system.chain.rpc import Rpc
from system.jobs.reader import NotRecovered, read_submission
from system.jobs.store import digest_of


@dataclass(frozen=True, slots=True)
class Posting:
    """A job as it was posted: `owner` is a checksummed address, `task` the task's reference."""

    job: int
    owner: str
    terms: Terms
    task: str


@dataclass(frozen=True, slots=True)
class Publication:
    """Where the model of a job's turn lies: addresses are checksummed, `digest` has 32 bytes."""

    solver: str
    job: int
    turn: int
    store: str
    chunks: int
    digest: bytes


def postings(rpc: Rpc, market: str, *, from_block: int = 0) -> list[Posting]:
    """Every job of the market, oldest first."""
    return [read_posting(log) for log in _logs(rpc, market, [JOB_POSTED], from_block)]


def read_posting(log: Mapping[str, Any]) -> Posting:
    """The job that a JobPosted log tells of."""
    _, job, owner = log["topics"]
    *terms, task = decoded(log["data"], [*TERMS_TYPES, "string"])
    return Posting(int(job, 16), _address(owner), read_terms(tuple(terms)), str(task))


def publications(rpc: Rpc, market: str, job: int, *, from_block: int = 0) -> list[Publication]:
    """The models published for a job, oldest first: one for each turn that had one."""
    logs = _logs(rpc, market, [PUBLISHED, None, f"0x{job:064x}"], from_block)
    return [read_publication(log) for log in logs]


def read_publication(log: Mapping[str, Any]) -> Publication:
    """What a Published log tells."""
    _, solver, job = log["topics"]
    turn, store, chunks, digest = decoded(log["data"], ["uint8", "address", "uint32", "bytes32"])
    place = (int(job, 16), turn, to_checksum_address(store))
    return Publication(_address(solver), *place, chunks, digest)


def read_model(
    rpc: Rpc,
    market: str,
    job: int,
    *,
    stores: Mapping[str, str],
    turn: int | None = None,
    from_block: int = 0,
) -> bytes:
    """The payload of the model published for a job, in its newest turn or in that one.

    Put together from the chain and checked twice: the chunks against the store's digest, and that
    against the one the solver announced. `stores` gives each store's kind by its address. Raises
    NotRecovered where there is no such model, or another than announced.
    """
    made = publications(rpc, market, job, from_block=from_block)
    made = [one for one in made if turn in (None, one.turn)]
    if not made:
        raise NotRecovered(f"job {job} of {market} has no published model: wait for its winner")
    place = made[-1]
    kinds = {address.lower(): kind for address, kind in stores.items()}
    if place.store.lower() not in kinds:
        raise NotRecovered(f"the model lies in store {place.store}, which was not named")
    kept = digest_of(rpc, place.store, place.solver, job)
    if kept != place.digest:
        raise NotRecovered(f"store {place.store} holds another model than job {job} had announced")
    kind = kinds[place.store.lower()]
    return read_submission(
        rpc, place.store, kind, worker=place.solver, sequence=job, from_block=from_block
    )


def _logs(rpc: Rpc, market: str, topics: list[str | None], from_block: int) -> list[dict[str, Any]]:
    filters = {"address": market, "topics": topics, "fromBlock": hex(from_block)}
    logs: list[dict[str, Any]] = rpc.call("eth_getLogs", filters)
    return logs


def _address(topic: str) -> str:
    return to_checksum_address("0x" + topic[-40:])
