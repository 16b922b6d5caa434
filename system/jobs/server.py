"""The market's server: puts the contracts up, deploys jobs, reads the winner's model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from system.chain.abi import decoded
from system.chain.sender import Call, Sender, send
from system.errors import UsageError, WeighbridgeError
from system.jobs import market
from system.jobs.market import Outcome, Privacy, Results, State, Terms
from system.jobs.reader import NotRecovered, read_submission
from system.jobs.registry import appointing, deploy_registry
from system.jobs.results import Place, digest_of
from system.jobs.sealed import read_sealed
from system.jobs.store import deploy_store
from system.weights import codec
from system.weights.chunks import split
from system.weights.digest import chained_digest
from system.weights.errors import MalformedPayload, Unsealable

# What a member can leave behind: nothing, no ciphertext of its key's, words that pack nothing.
_UNREADABLE = (NotRecovered, Unsealable, MalformedPayload)


class NothingUsable(WeighbridgeError):
    """No member of the winning group left weights that have the digest it is paid for."""


@dataclass(frozen=True, slots=True)
class Site:
    """The contracts of a training: where workers register, and where their results go."""

    registry: str
    place: Place


def put_up(sender: Sender, *, store: str, encoding: str, limit: int = 1) -> Site:
    """A registry, a market with at most `limit` open jobs and a store of that name, all deployed.

    Raises what `deploy` raises.
    """
    registry = deploy_registry(sender).address
    found = market.deploy_market(sender, registry, limit=limit).address
    send(sender, appointing(registry, found))
    bound = deploy_store(sender, store, found).address
    return Site(registry, Place(sender.chain_id, found, bound, store, encoding))


def whole_terms(terms: Terms, *, weights: bytes, batches: bytes | None, batch_index: int) -> Terms:
    """The terms of a job on these encoded weights: digests and numbers of chunks filled in."""
    chunks, carried = _chunks(terms, weights), _chunks(terms, batches)
    return replace(
        terms,
        weights_digest=chained_digest(chunks),
        chunk_count=len(chunks),
        batch_digest=chained_digest(carried) if carried else bytes(len(terms.batch_digest)),
        batch_chunks=len(carried),
        batch_index=batch_index,
    )


def job_calls(
    place: Place, terms: Terms, *, job: int, weights: bytes, batches: bytes | None
) -> list[Call]:
    """The server's transactions that bring job number `job` onto the chain, in order.

    `terms` are whole; workers can pick it up once all are mined.
    """
    return [
        market.deploying(place.market, terms),
        *market.publishing_batch(place.market, _chunks(terms, batches), job=job),
        *market.publishing(place.market, _chunks(terms, weights), job=job),
    ]


def winning_weights(
    server: Sender, place: Place, job: int, state: State, terms: Terms, *, from_block: int = 0
) -> bytes:
    """The encoded weights a won job is paid for, read from the chain and checked.

    Of sealed results the contract sees the digest alone: whichever of the group's opens to it is
    taken. Raises NothingUsable where none does.
    """
    if state.outcome is not Outcome.WON:
        raise NothingUsable(f"job {job} was not won ({state.outcome.name.lower()})")
    reader = _Reader(server, place, job, terms, from_block)
    for payload in reader.results(state.digest):
        found = digest_of(place, payload, chunk_bytes=terms.result_chunk_bytes)
        if found == state.digest and is_model(payload, place.encoding, terms.weight_count):
            return payload
    raise NothingUsable(
        f"no result of job {job} is {terms.weight_count:,} weights with the digest "
        f"0x{state.digest.hex()}"
    )


def is_model(payload: bytes, encoding: str, weight_count: int) -> bool:
    """Whether the payload decodes to so many weights: a majority can agree on any bytes."""
    try:
        return codec(encoding).decode(payload).size == weight_count
    except UsageError:
        return False


def _chunks(terms: Terms, data: bytes | None) -> list[memoryview]:
    return split(data, terms.result_chunk_bytes) if data else []


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads what the members of a group returned for a job."""

    server: Sender
    place: Place
    job: int
    terms: Terms
    from_block: int

    def results(self, digest: bytes) -> Iterator[bytes]:
        """The readable results of that group's members, in the order in which they counted."""
        event = market.DELIVERED if self.terms.results is Results.HASH else market.COUNTED
        where = (self.server.rpc, self.place.market)
        for log in market.job_logs(*where, event, self.job, from_block=self.from_block):
            if decoded(log["data"], ["bytes32", "uint32"])[0] == digest:
                yield from self._read(market.worker_in(log))

    def _read(self, worker: str) -> Iterator[bytes]:
        read = read_sealed if self.terms.privacy is Privacy.SEALED else read_submission
        where = (self.server.rpc, self.place.store, self.place.kind)
        try:
            yield read(*where, worker=worker, sequence=self.job, from_block=self.from_block)
        except _UNREADABLE:
            return
