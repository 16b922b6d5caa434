"""The places weights can be kept in: what each one takes, costs at most and lets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from system.chain.transaction import envelope_bytes
from system.errors import UsageError
from system.jobs.calldata import (
    SUBMIT_HEAD_BYTES,
    submit_array_calldata,
    submit_calldata,
    submit_digest_calldata,
)
from system.jobs.packing import packed
from system.weights.chunks import split
from system.weights.digest import chained_digest

WORD_BYTES = 32

# Gas, upper bounds. Yellow Paper appendix G with EIP-2028 (call data) and EIP-2929 (cold access).
_TRANSACTION_GAS = 21_000
_DATA_BYTE_GAS = 16
# Copied to memory and hashed: 3 for the memory, 3 for the copy, 6 for the hash.
_HASHED_WORD_GAS = 12
# Whatever a transaction comes to besides: two new progress slots with the board asked first, or the
# digest's slot, the board's slots and five logs. 60,300 was the most seen.
_RESULT_GAS = 75_000
# A block's limit may move by 1/1024 from one block to the next.
_BLOCK_SHARE = (15, 16)


class ChunkImpossible(UsageError):
    """The chain's limits leave no room for a single chunk in this store."""


class Limits(Protocol):
    """What bounds a chunk; `system.chain.probe.Chain` has it."""

    @property
    def gas_limit(self) -> int: ...
    @property
    def transaction_size_limit_bytes(self) -> int: ...
    @property
    def code_size_limit_bytes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class StoreSpec:
    """One store: its contract, which payloads it takes and what keeping a word costs at most.

    `word_gas` for 32 bytes and `chunk_gas` for a chunk come on top of call data, hash and result;
    where `takes_bytes` is False packed bytes travel as `int256[]`, see `packing`; `keeps` is False
    where the weights stay off the chain; `code_bound`: a chunk and one byte have to fit the chain's
    limit for contract code.
    """

    name: str
    contract: str
    word_gas: int
    chunk_gas: int = 0
    takes_bytes: bool = True
    keeps: bool = True
    code_bound: bool = False

    def gas(self, chunk_bytes: int) -> int:
        """The gas limit of a transaction with a chunk of that size: enough for any bytes."""
        words = -(-chunk_bytes // WORD_BYTES) if self.keeps else 0
        data_gas = _DATA_BYTE_GAS * (SUBMIT_HEAD_BYTES + words * WORD_BYTES)
        memory_gas = words * words // 512
        return (
            _TRANSACTION_GAS
            + _RESULT_GAS
            + self.chunk_gas
            + data_gas
            + memory_gas
            + words * (_HASHED_WORD_GAS + self.word_gas)
        )

    def chunk_limit(self, limits: Limits, *, words: bool = False) -> int:
        """The most bytes of a payload that one transaction carries on a chain with these limits.

        The signed transaction as a whole stays within the size limit, its gas within a block's.
        `words`: whole `int256` elements only. Raises ChunkImpossible where nothing fits.
        """
        if not self.keeps:
            return 2**40  # one digest for a payload of any size
        size = limits.transaction_size_limit_bytes
        bounds = [size - envelope_bytes(size) - SUBMIT_HEAD_BYTES, self._within_gas(limits)]
        bounds = [bound // WORD_BYTES * WORD_BYTES for bound in bounds]
        if self.code_bound:
            bounds.append(limits.code_size_limit_bytes - 1)
        step = WORD_BYTES if words or not self.takes_bytes else 1
        limit = min(bounds) // step * step
        if limit <= 0:
            raise ChunkImpossible(
                f"the chain's limits leave no room for a chunk in the {self.name} store "
                f"(gas {limits.gas_limit:,}, transaction {size:,} bytes, "
                f"code {limits.code_size_limit_bytes:,} bytes); raise them or choose another store"
            )
        return limit

    def chunks(
        self, payload: bytes | memoryview, *, chunk_bytes: int, words: bool = False
    ) -> list[memoryview]:
        """What a result is cut into on its way to this store: its digest is that of these chunks.

        `chunk_bytes` is at most `chunk_limit`; `words`: the payload is `int256` elements.
        """
        carried = payload if words or self.takes_bytes else packed(payload)
        return split(carried, chunk_bytes)

    def call_data(
        self, payload: bytes | memoryview, *, sequence: int, chunk_bytes: int, words: bool = False
    ) -> list[bytes]:
        """The call data of a result's transactions, in order; arguments as those of `chunks`.

        Words go by `submitArray`.
        """
        chunks = self.chunks(payload, chunk_bytes=chunk_bytes, words=words)
        count = len(chunks)
        if not self.keeps:
            digest, size = chained_digest(chunks), memoryview(payload).nbytes
            return [
                submit_digest_calldata(digest, sequence=sequence, chunks=count, payload_bytes=size)
            ]
        body = submit_array_calldata if words or not self.takes_bytes else submit_calldata
        return [
            body(chunk, sequence=sequence, index=index, count=count)
            for index, chunk in enumerate(chunks)
        ]

    def _within_gas(self, limits: Limits) -> int:
        """The most bytes whose gas fits a block, by bisection: gas only grows with them."""
        share, of = _BLOCK_SHARE
        most = limits.gas_limit * share // of
        low, high = 0, 1 << 20  # in words: 32 MB is above every size limit
        while high - low > 1:
            middle = (low + high) // 2
            fits = self.gas(middle * WORD_BYTES) <= most
            low, high = (middle, high) if fits else (low, middle)
        return low * WORD_BYTES


STORES: dict[str, StoreSpec] = {
    spec.name: spec
    for spec in (
        StoreSpec("hash", "HashStore", word_gas=0, keeps=False),
        StoreSpec("calldata", "CalldataStore", word_gas=0),
        # 8 gas a byte of a log and its copy.
        StoreSpec("event", "EventStore", word_gas=8 * WORD_BYTES + 8, chunk_gas=3_000),
        # 200 gas a byte of code, and a 64th more that CREATE leaves; CREATE itself, a new slot.
        StoreSpec("code", "CodeStore", word_gas=6_520, chunk_gas=60_000, code_bound=True),
        # A new slot and the loop around it; a slot for the length.
        StoreSpec("storage", "StorageStore", word_gas=22_250, chunk_gas=25_000),
        StoreSpec("array", "ArrayStore", word_gas=22_300, chunk_gas=25_000, takes_bytes=False),
    )
}
