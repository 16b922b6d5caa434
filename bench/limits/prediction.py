"""What a submission will be on a chain, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bench.limits.content import Content, content, expected_bytes, expected_contents
from bench.limits.content import contents as exact_contents
from bench.limits.gas import digest_gas, submission_gas
from bench.limits.sizes import DIGEST_DATA_BYTES, slots, submit_data_bytes, wire_bytes
from bench.limits.walls import MESSAGE_BYTES, Wall, walls
from system.jobs.packing import goes_as_words
from system.jobs.stores import STORES, Limits, StoreSpec
from system.weights.digest import chained_digest


class Chain(Limits, Protocol):
    """A chain's limits and its number; `system.chain.probe.Chain` has them."""

    @property
    def chain_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Prediction:
    """One submission, as an account that has returned results before makes it.

    `gas_each` and `wire_bytes_each` have a number for each transaction; `code_bytes` is what stays
    as contract code, 0 in all stores but one.
    """

    limits: Limits
    payload_bytes: int
    gas_each: tuple[int, ...]
    wire_bytes_each: tuple[int, ...]
    code_bytes: int

    @property
    def transactions(self) -> int:
        """How many transactions carry it."""
        return len(self.gas_each)

    @property
    def gas(self) -> int:
        """Its gas, that of all its transactions."""
        return sum(self.gas_each)

    @property
    def wire_bytes(self) -> int:
        """Its signed transactions' bytes."""
        return sum(self.wire_bytes_each)

    @property
    def pool_slots(self) -> int:
        """The slots of 32 KB that it takes in a node's pool."""
        return sum(map(slots, self.wire_bytes_each))

    @property
    def per_block_by_gas(self) -> float:
        """How many submissions the gas of a block is worth; below 1 one takes several blocks."""
        return self.limits.gas_limit / self.gas

    @property
    def per_block_by_bytes(self) -> float:
        """How many submissions fill the 10 MiB of a message between validators."""
        return MESSAGE_BYTES / self.wire_bytes

    @property
    def block_wall(self) -> str:
        """What fills first when blocks are full of such submissions: gas stops them, the message
        of a block above 10 MiB stops the chain."""
        by_gas = self.per_block_by_gas <= self.per_block_by_bytes
        return "block gas" if by_gas else "block message"

    @property
    def first_wall(self) -> Wall:
        """What a growing model meets first on this chain."""
        return walls(self)[0]


def predict(encoding: str, store: str, count: int, chain: Chain) -> Prediction:
    """What to expect of `count` weights from N(0, 0.05²), see `expected_contents`.

    Raises ChunkImpossible where the chain's limits leave no room for a chunk.
    """
    spec, chunk_bytes = _cut(encoding, store, chain)
    chunks = expected_contents(spec, encoding, count, chunk_bytes=chunk_bytes)
    payload_bytes = expected_bytes(encoding, count)
    if not spec.keeps:
        # A digest has one zero byte in 256: 0.1 of its 32.
        return _digest(chain, spec, Content(32, 32, 1), payload_bytes=payload_bytes, sequence=1)
    words = goes_as_words(encoding)
    gas = submission_gas(spec, chunks, words=words)
    return _prediction(chain, spec, chunks, payload_bytes=payload_bytes, gas=gas)


def predict_payload(
    encoding: str,
    store: str,
    payload: bytes | memoryview,
    chain: Chain,
    *,
    sequence: int = 1,
    first: bool = False,
) -> Prediction:
    """What becomes of these very bytes: the gas is that of the receipts.

    `sequence` is the result's number; `first`: none of several chunks came before it.
    """
    spec, chunk_bytes = _cut(encoding, store, chain)
    words, payload_bytes = goes_as_words(encoding), memoryview(payload).nbytes
    if not spec.keeps:
        cut = spec.chunks(payload, chunk_bytes=chunk_bytes, words=words)
        digest = content(chained_digest(cut))
        return _digest(chain, spec, digest, payload_bytes=payload_bytes, sequence=sequence)
    chunks = exact_contents(spec, payload, chunk_bytes=chunk_bytes, words=words)
    gas = submission_gas(spec, chunks, words=words, sequence=sequence, first=first)
    return _prediction(chain, spec, chunks, payload_bytes=payload_bytes, gas=gas)


def _cut(encoding: str, store: str, chain: Chain) -> tuple[StoreSpec, int]:
    spec = STORES[store]
    return spec, spec.chunk_limit(chain, words=goes_as_words(encoding))


def _digest(
    chain: Chain, spec: StoreSpec, digest: Content, *, payload_bytes: int, sequence: int
) -> Prediction:
    gas = digest_gas(digest, chunks=1, payload_bytes=payload_bytes, sequence=sequence)
    wire = wire_bytes(DIGEST_DATA_BYTES, gas=spec.gas(0), chain_id=chain.chain_id)
    return Prediction(chain, payload_bytes, (gas,), (wire,), 0)


def _prediction(
    chain: Chain,
    spec: StoreSpec,
    chunks: tuple[Content, ...],
    *,
    payload_bytes: int,
    gas: tuple[int, ...],
) -> Prediction:
    wire = tuple(
        wire_bytes(
            submit_data_bytes(chunk), gas=spec.gas(chunk.size_bytes), chain_id=chain.chain_id
        )
        for chunk in chunks
    )
    code = sum(chunk.size_bytes + 1 for chunk in chunks) if spec.code_bound else 0
    return Prediction(chain, payload_bytes, gas, wire, code)
