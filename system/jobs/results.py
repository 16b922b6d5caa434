"""A worker's result of a job: what it binds itself to, what it sends, what it opens."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from system.chain.sender import Call
from system.jobs.gates import SECRET_BYTES, seal_context
from system.jobs.market import COMPLETE_GAS, commitment
from system.jobs.packing import goes_as_words
from system.jobs.stores import STORES
from system.weights.digest import chained_digest
from system.weights.sealed import seal


@dataclass(frozen=True, slots=True)
class Place:
    """Where results go: a market, and a store behind it (`kind`: its name in STORES)."""

    chain_id: int
    market: str
    store: str
    kind: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Result:
    """A worker's encoded weights for one job, cut where all workers cut them.

    `carried` is what goes through the store: the payload, or what it was sealed to. `secret` (32
    bytes) is the salt of the commitment, or the key of the sealed payload.
    """

    place: Place
    worker: str
    job: int
    chunk_bytes: int
    payload: bytes
    carried: bytes
    secret: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """The 32 bytes that equal models have in common."""
        return digest_of(self.place, self.payload, chunk_bytes=self.chunk_bytes)

    @property
    def commitment(self) -> bytes:
        """What binds the worker to it and tells nobody what it is."""
        return commitment(
            chain_id=self.place.chain_id,
            market=self.place.market,
            worker=self.worker,
            job=self.job,
            digest=self.digest,
            secret=self.secret,
        )

    def submission(self) -> list[Call]:
        """The transactions that bring it to the store."""
        spec, words = STORES[self.place.kind], goes_as_words(self.place.encoding)
        data = spec.call_data(
            self.carried, sequence=self.job, chunk_bytes=self.chunk_bytes, words=words
        )
        gas = spec.gas(min(self.chunk_bytes, len(self.carried) + 64)) + COMPLETE_GAS
        return [Call(self.place.store, one, gas) for one in data]


def result(
    place: Place, payload: bytes, *, worker: str, job: int, chunk_bytes: int, sealed: bool
) -> Result:
    """The worker's result with these encoded weights, under a fresh secret; sealed or not."""
    if not sealed:
        secret = os.urandom(SECRET_BYTES)
        return Result(place, worker, job, chunk_bytes, payload, payload, secret)
    context = seal_context(chain_id=place.chain_id, store=place.store, worker=worker, sequence=job)
    made = seal(payload, context=context)
    return Result(place, worker, job, chunk_bytes, payload, made.payload, made.key)


def digest_of(place: Place, payload: bytes, *, chunk_bytes: int) -> bytes:
    """The digest of encoded weights cut into chunks of that size, as the store computes it."""
    words = goes_as_words(place.encoding)
    return chained_digest(STORES[place.kind].chunks(payload, chunk_bytes=chunk_bytes, words=words))
