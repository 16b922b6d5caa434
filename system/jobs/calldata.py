"""Call data of the job contracts, put together by hand: it is what a swarm sends by the thousand.

Nothing here touches the chain. Selectors are computed once; a chunk is copied once.
"""

from __future__ import annotations

from system.chain.abi import selector
from system.weights.abi import bytes_argument, words_argument
from system.weights.checks import Payload

SUBMIT = selector("submit(uint64,uint32,uint32,bytes)")
SUBMIT_ARRAY = selector("submitArray(uint64,uint32,uint32,int256[])")
SUBMIT_DIGEST = selector("submitDigest(uint64,bytes32,uint32,uint256)")
PUBLISH_CHUNK = selector("publishChunk(uint64,uint32,bytes)")
PUBLISH_BATCH = selector("publishBatch(uint64,uint32,bytes)")
JOIN = selector("join()")
LEAVE = selector("leave()")
INCREMENT = selector("increment()")

# What `submit` and `submitArray` add to a chunk: the selector and five words.
SUBMIT_HEAD_BYTES = 4 + 5 * 32


def submit_calldata(chunk: Payload, *, sequence: int, index: int, count: int) -> bytes:
    """Call data of `submit`: chunk `index` of `count` of the worker's result `sequence`."""
    return bytes_argument(chunk, selector=SUBMIT, before=(sequence, index, count))


def submit_array_calldata(words: Payload, *, sequence: int, index: int, count: int) -> bytes:
    """Call data of `submitArray`; `words` are the `int256` elements, 32 bytes each."""
    return words_argument(words, selector=SUBMIT_ARRAY, before=(sequence, index, count))


def submit_digest_calldata(
    digest: bytes, *, sequence: int, chunks: int, payload_bytes: int
) -> bytes:
    """Call data of `submitDigest`: a result by its 32-byte digest alone."""
    return b"".join(
        (
            SUBMIT_DIGEST,
            sequence.to_bytes(32, "big"),
            digest,
            chunks.to_bytes(32, "big"),
            payload_bytes.to_bytes(32, "big"),
        )
    )


def publish_chunk_calldata(chunk: Payload, *, job: int, index: int) -> bytes:
    """Call data of `publishChunk`: chunk `index` of a job's weights."""
    return bytes_argument(chunk, selector=PUBLISH_CHUNK, before=(job, index))


def publish_batch_calldata(chunk: Payload, *, job: int, index: int) -> bytes:
    """Call data of `publishBatch`: chunk `index` of the data of a job's batch."""
    return bytes_argument(chunk, selector=PUBLISH_BATCH, before=(job, index))
