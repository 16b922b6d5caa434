"""The gas of a submission, counted: exact for known bytes, whatever their number.

A transaction pays for its call data before anything runs (Yellow Paper appendix G, EIP-2028) and
then for what runs: every term below is a count of words or bytes times a price of the Berlin fork
(EIP-2929), or a constant of the compiled contracts. The constants were read off receipts; a change
to a contract or to the compiler moves them, and a test on a node says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.limits.content import Content
from system.jobs.calldata import SUBMIT, SUBMIT_ARRAY, SUBMIT_DIGEST
from system.jobs.stores import WORD_BYTES, StoreSpec

TRANSACTION_GAS = 21_000
NONZERO_BYTE_GAS = 16
ZERO_BYTE_GAS = 4

_COPY_WORD_GAS = 3
_HASH_WORD_GAS = 6
_LOG_BYTE_GAS = 8
_CODE_BYTE_GAS = 200
# A slot never used: EIP-2929's 2,100 to reach it, 20,000 to fill it; 100 to leave it empty.
_NEW_SLOT_GAS = 22_100
_EMPTY_SLOT_GAS = 2_200
# A worker's first result of several chunks fills its two progress slots; later ones rewrite them.
_FIRST_PROGRESS_GAS = 2 * (22_100 - 5_000)
# `submitArray` is found two comparisons later than `submit`, and turns its words into bytes.
_ARRAY_ENTRY_GAS = 3
_DIGEST_ENTRY_GAS = 48_284
# Instructions that create a code store's contract: what it deploys and the size in front of it.
_CREATION_BYTES = 12
_STOP_BYTES = 1


@dataclass(frozen=True, slots=True)
class _Phase:
    """What a chunk costs by its place in the result, on top of its bytes.

    Memory in words: `below` lie under the chunk that is hashed, `other` is what the rest reaches.
    """

    gas: int
    below: int
    other: int


@dataclass(frozen=True, slots=True)
class _Store:
    """What a store adds: gas for a chunk, for a word that has a value or has none, memory words."""

    chunk_gas: int
    full_word_gas: int = 0
    empty_word_gas: int = 0
    memory_words: int = 0
    log_words: int = 0


_ALONE = _Phase(48_827, below=5, other=9)
_BEGIN = _Phase(19_866, below=15, other=14)
_MIDDLE = _Phase(14_525, below=15, other=14)
_END = _Phase(60_168, below=15, other=19)

_STORES = {
    "calldata": _Store(0),
    "event": _Store(2_534, log_words=3),
    "code": _Store(56_667),
    # 74 for a turn of the loop, 70 for one of Solidity's own.
    "storage": _Store(22_465, _NEW_SLOT_GAS + 74, _EMPTY_SLOT_GAS + 74, memory_words=4),
    "array": _Store(22_654, _NEW_SLOT_GAS + 70, _EMPTY_SLOT_GAS + 70),
}
# The storage store's last word, if cut short, is written outside the loop.
_CUT_WORD_GAS = 33 - 74
# Solidity places the array store's code a jump less deep where a result has one chunk.
_ARRAY_ALONE_GAS = -1


def submission_gas(
    spec: StoreSpec,
    chunks: tuple[Content, ...],
    *,
    words: bool = False,
    sequence: int = 1,
    first: bool = False,
) -> tuple[int, ...]:
    """The gas of each transaction of a result with these chunks, as its receipt will say.

    `words`: the payload is `int256` elements. `first`: the worker has returned no result of several
    chunks before. For the hash store see `digest_gas`.
    """
    array = words or not spec.takes_bytes
    selector, count = SUBMIT_ARRAY if array else SUBMIT, len(chunks)
    gas = []
    for index, chunk in enumerate(chunks):
        length = chunk.words if array else chunk.size_bytes
        arguments = (sequence, index, count, 4 * WORD_BYTES, length)
        data = _with_arguments(selector, arguments, chunk)
        gas.append(intrinsic_gas(data) + execution_gas(spec, chunk, index=index, count=count))
    extra = _ARRAY_ENTRY_GAS * array
    starts = _FIRST_PROGRESS_GAS if first and count > 1 else 0
    return (gas[0] + extra + starts, *(one + extra for one in gas[1:]))


def digest_gas(digest: Content, *, chunks: int, payload_bytes: int, sequence: int = 1) -> int:
    """The gas of a result by its digest alone, in the hash store: any size costs the same."""
    data = _with_arguments(SUBMIT_DIGEST, (sequence, chunks, payload_bytes), digest)
    return intrinsic_gas(data) + _DIGEST_ENTRY_GAS


def intrinsic_gas(data: Content) -> int:
    """What a transaction pays for its call data before anything runs."""
    zeros = data.size_bytes - data.nonzero_bytes
    return TRANSACTION_GAS + NONZERO_BYTE_GAS * data.nonzero_bytes + ZERO_BYTE_GAS * zeros


def execution_gas(spec: StoreSpec, chunk: Content, *, index: int, count: int) -> int:
    """What runs when a store takes chunk `index` of `count` by `submit`, progress slots in use."""
    phase, store = _phase(index, count), _STORES[spec.name]
    below = phase.below + store.log_words + (store.memory_words if count == 1 else 0)
    memory_words = max(below + chunk.words, phase.other + store.memory_words)
    return (
        phase.gas
        + store.chunk_gas
        + (_COPY_WORD_GAS + _HASH_WORD_GAS) * chunk.words
        + memory_gas(memory_words)
        + store.full_word_gas * chunk.nonzero_words
        + store.empty_word_gas * (chunk.words - chunk.nonzero_words)
        + _keeping_gas(spec.name, chunk, alone=count == 1)
    )


def memory_gas(words: int) -> int:
    """What memory of that many words costs: 3 each and a square (Yellow Paper, C_mem)."""
    return 3 * words + words * words // 512


def _keeping_gas(name: str, chunk: Content, *, alone: bool) -> int:
    """What a store's own way of keeping adds beyond its words in storage."""
    if name == "event":
        return (_COPY_WORD_GAS + _LOG_BYTE_GAS * WORD_BYTES) * chunk.words
    if name == "code":
        return _code_gas(chunk)
    if name == "storage":
        return _CUT_WORD_GAS if chunk.size_bytes % WORD_BYTES else 0
    return _ARRAY_ALONE_GAS if name == "array" and alone else 0


def _code_gas(chunk: Content) -> int:
    """Copied once to create, once in the creation's own memory, and 200 a byte that stays."""
    code_bytes = chunk.size_bytes + _STOP_BYTES
    code_words = -(-code_bytes // WORD_BYTES)
    copies = _COPY_WORD_GAS * (chunk.words + code_words)
    return copies + memory_gas(code_words) + _CODE_BYTE_GAS * code_bytes


def _phase(index: int, count: int) -> _Phase:
    if count == 1:
        return _ALONE
    if index == 0:
        return _BEGIN
    return _END if index == count - 1 else _MIDDLE


def _with_arguments(selector: bytes, numbers: tuple[int, ...], body: Content) -> Content:
    """Call data: the selector, these numbers as words, and the body filled up to whole words."""
    head = selector + b"".join(number.to_bytes(8, "big") for number in numbers)
    nonzero = len(head) - head.count(0)
    size = len(selector) + WORD_BYTES * (len(numbers) + body.words)
    return Content(size, nonzero + body.nonzero_bytes, 0)
