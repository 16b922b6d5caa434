"""Weights read back from the chain alone, from every place they can be kept in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from system.chain.abi import topic, view, view_request
from system.chain.private import input_of
from system.chain.rpc import Rpc
from system.errors import WeighbridgeError
from system.jobs.board import WEIGHTS_CHUNK, WEIGHTS_PUBLISHED, job_of
from system.jobs.calldata import SUBMIT_ARRAY
from system.jobs.packing import unpacked
from system.jobs.store import CHUNK_ACCEPTED, SUBMITTED, digest_of
from system.jobs.stores import STORES, WORD_BYTES
from system.weights.digest import chained_digest

CHUNK = topic("Chunk(address,uint64,uint32,bytes)")

# A storage read costs 2,100 gas, and GoQuorum gives an `eth_call` 25 million at most.
_PAGE_WORDS = 4_096


class NotRecovered(WeighbridgeError):
    """The chain does not hold the weights, or what it holds does not match the digest."""


class KeptOffChain(NotRecovered):
    """The store keeps a digest only: whoever has the weights can prove them, see `verify`."""


@dataclass(frozen=True, slots=True)
class _Result:
    """Which result is looked for, and where."""

    rpc: Rpc
    store: str
    worker: str
    sequence: int
    from_block: int


def read_submission(
    rpc: Rpc, store: str, kind: str, *, worker: str, sequence: int, from_block: int = 0
) -> bytes:
    """The payload of a worker's complete result, whose digest was checked.

    `store` is the address, `kind` its name in STORES. Raises NotRecovered, and KeptOffChain for the
    hash store, which keeps nothing to read.
    """
    if not STORES[kind].keeps:
        raise KeptOffChain(f"the {kind} store keeps no weights: ask worker {worker} for them")
    wanted = _digest(rpc, store, worker, sequence)
    chunks = _READERS[kind](_Result(rpc, store, worker, sequence, from_block))
    carried = _checked(chunks, wanted)
    return carried if STORES[kind].takes_bytes else unpacked(carried)


def verify(
    rpc: Rpc, store: str, chunks: Sequence[bytes | memoryview], *, worker: str, sequence: int
) -> None:
    """Raise NotRecovered unless these chunks, got elsewhere, are the worker's complete result.

    The digest fixes where they were cut too: cut the payload with the store's `chunks`.
    """
    wanted = _digest(rpc, store, worker, sequence)
    if (found := chained_digest(chunks)) != wanted:
        raise NotRecovered(
            f"the weights given have the digest 0x{found.hex()}, result {sequence} of worker "
            f"{worker} has 0x{wanted.hex()}: they are not the ones returned, or cut differently"
        )


def read_weights(rpc: Rpc, board: str, job: int, *, from_block: int = 0) -> bytes:
    """The payload of a job's weights, from the input of the transactions that published them.

    Raises NotRecovered where the job is not published whole.
    """
    published = job_of(rpc, board, job)
    if published.chunks == 0 or published.next_index < published.chunks:
        raise NotRecovered(f"job {job} of {board} is not published whole")
    events = [WEIGHTS_CHUNK, WEIGHTS_PUBLISHED]
    return published_payload(
        rpc, board, events, job=job, digest=published.digest, from_block=from_block
    )


def published_payload(
    rpc: Rpc, address: str, events: list[str], *, job: int, digest: bytes, from_block: int = 0
) -> bytes:
    """What the server brought in for a job by chunks, checked against its 32-byte digest.

    `events`: the topics of a chunk's event and of the one that ends them. Raises NotRecovered.
    """
    logs = _last_run(rpc, address, events, [_word(job)], from_block)
    return _checked([_argument(_input(rpc, log), position=2) for log in logs], digest)


def _digest(rpc: Rpc, store: str, worker: str, sequence: int) -> bytes:
    digest = digest_of(rpc, store, worker, sequence)
    if not any(digest):
        raise NotRecovered(f"worker {worker} has no complete result {sequence} in {store}")
    return digest


def _checked(chunks: Sequence[bytes], wanted: bytes) -> bytes:
    found = chained_digest(chunks)
    if found != wanted:
        raise NotRecovered(
            f"the {len(chunks)} chunks on the chain have the digest 0x{found.hex()}, "
            f"not 0x{wanted.hex()}: they were not sent by transactions of the worker's own"
        )
    return b"".join(chunks)


def _from_calldata(result: _Result) -> list[bytes]:
    inputs = [_input(result.rpc, log) for log in _chunks(result)]
    return [
        _argument(data, position=3, unit=WORD_BYTES if data[:4] == SUBMIT_ARRAY else 1)
        for data in inputs
    ]


def _from_events(result: _Result) -> list[bytes]:
    # A log's data is laid out as call data is, but for the selector.
    logs = _chunks(result, CHUNK)
    return [_argument(bytes(4) + bytes.fromhex(log["data"][2:]), position=1) for log in logs]


def _from_code(result: _Result) -> list[bytes]:
    return [_code(result, index) for index in range(len(_chunks(result)))]


def _code(result: _Result, index: int) -> bytes:
    signature = "pointerOf(address,uint64,uint32)"
    key = (result.worker, result.sequence, index)
    [pointer] = view(result.rpc, result.store, signature, *key, returns=["address"])
    code = result.rpc.call("eth_getCode", pointer, "latest")
    return bytes.fromhex(code[2:])[1:]  # behind the STOP byte


def _from_storage(result: _Result) -> list[bytes]:
    return [_paged(result, index, "wordsOf", unit=1) for index in range(len(_chunks(result)))]


def _from_array(result: _Result) -> list[bytes]:
    indices = range(len(_chunks(result)))
    return [_paged(result, index, "weightsOf", unit=WORD_BYTES) for index in indices]


def _paged(result: _Result, index: int, name: str, *, unit: int) -> bytes:
    """A chunk through a view that gives words; the chunk's length is counted in `unit` bytes."""
    key = (result.worker, result.sequence, index)
    signature = "lengthOf(address,uint64,uint32)"
    [length] = view(result.rpc, result.store, signature, *key, returns=["uint256"])
    words = -(-length * unit // WORD_BYTES)
    pages = [
        _page(result, name, (*key, start, min(_PAGE_WORDS, words - start)))
        for start in range(0, words, _PAGE_WORDS)
    ]
    return b"".join(pages)[: length * unit]


def _page(result: _Result, name: str, arguments: tuple[object, ...]) -> bytes:
    signature = f"{name}(address,uint64,uint32,uint256,uint256)"
    method, params = view_request(result.store, signature, *arguments)
    # An array of words comes as its offset, its length and the words themselves.
    return bytes.fromhex(result.rpc.call(method, *params)[2:])[2 * WORD_BYTES :]


def _chunks(result: _Result, event: str = CHUNK_ACCEPTED) -> list[dict[str, Any]]:
    worker = "0x" + result.worker[2:].lower().rjust(2 * WORD_BYTES, "0")
    key = [worker, _word(result.sequence)]
    return _last_run(result.rpc, result.store, [event, SUBMITTED], key, result.from_block)


def _last_run(
    rpc: Rpc, address: str, events: list[str], key: list[str], from_block: int
) -> list[dict[str, Any]]:
    """The logs of the chunks that count; `events`: a chunk's topic and the one that ends them.

    `key` are the topics that follow. Index 0 starts again, what came before it is void; so is what
    comes after the end. The index is the first word of the data of every chunk's event.
    """
    filters = {"address": address, "topics": [events, *key], "fromBlock": hex(from_block)}
    run: list[dict[str, Any]] = []
    for log in rpc.call("eth_getLogs", filters):
        if log["topics"][0] == events[1]:
            break
        if int(log["data"][2:66], 16) == 0:
            run = []
        run.append(log)
    return run


def _input(rpc: Rpc, log: dict[str, Any]) -> bytes:
    return input_of(rpc, rpc.call("eth_getTransactionByHash", log["transactionHash"]))


def _argument(data: bytes, *, position: int, unit: int = 1) -> bytes:
    """The dynamic argument at `position` of call data; its length is counted in `unit` bytes."""
    offset = 4 + _number(data, 4 + position * WORD_BYTES)
    start = offset + WORD_BYTES
    return data[start : start + _number(data, offset) * unit]


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + WORD_BYTES], "big")


def _word(value: int) -> str:
    return "0x" + value.to_bytes(WORD_BYTES, "big").hex()


_READERS: dict[str, Callable[[_Result], list[bytes]]] = {
    "calldata": _from_calldata,
    "event": _from_events,
    "code": _from_code,
    "storage": _from_storage,
    "array": _from_array,
}
