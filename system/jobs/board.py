"""The job board: the server publishes weights, workers join and take jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from system.chain.abi import call_data, decoded, topic, view, view_request
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send, send_all
from system.jobs.calldata import JOIN, LEAVE, publish_chunk_calldata
from system.weights.digest import chained_digest

WEIGHTS_HANDED = topic("WeightsHanded(address,uint64,uint64)")
JOB_OPENED = topic("JobOpened(uint64,uint32,uint32,bytes32)")
WEIGHTS_CHUNK = topic("WeightsChunk(uint64,uint32)")
WEIGHTS_PUBLISHED = topic("WeightsPublished(uint64,uint32,bytes32)")

# A worker's first slot 22,100, the board's slots and logs: 61,000 in all.
JOIN_GAS = 100_000
_SMALL_GAS = 200_000
_ASSIGNMENT = ["uint64", "uint64", "uint64"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a worker holds: job 0 means that it is not registered.

    `batch_index` is the batch of the shared data to train on, `sequence` the number of results
    returned so far, so the number of the next one.
    """

    job: int
    batch_index: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Job:
    """An opened job; `next_index` = `chunks` when all weights are there. `digest` has 32 bytes."""

    weights: int
    chunks: int
    next_index: int
    digest: bytes


def deploy_board(sender: Sender) -> Deployment:
    """A new board whose server is the sender; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("JobBoard"),
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def authorise(sender: Sender, board: str, store: str) -> dict[str, Any]:
    """Let a store return results to the board; the receipt. The server only, else Reverted."""
    return send(sender, authorising(board, store))


def authorising(board: str, store: str) -> Call:
    """The transaction that lets a store return results to the board."""
    return Call(board, call_data("authorise(address)", store), _SMALL_GAS)


def publish_weights(
    sender: Sender,
    board: str,
    chunks: Sequence[bytes | memoryview],
    *,
    weights: int,
    timeout_s: float = 120.0,
) -> int:
    """The number of a new job whose `weights` weights lie on the chain as these chunks.

    Sends the chunks without waiting in between. Raises Reverted, for another than the server too.
    """
    receipt = send(sender, opening(board, chunks, weights=weights), timeout_s=timeout_s)
    job = next(
        int(log["topics"][1], 16) for log in receipt["logs"] if log["topics"][0] == JOB_OPENED
    )
    send_all(sender, publishing(board, chunks, job=job), timeout_s=timeout_s)
    return job


def opening(board: str, chunks: Sequence[bytes | memoryview], *, weights: int) -> Call:
    """The transaction that opens a job of `weights` weights, which come in as these chunks."""
    signature = "publish(uint32,uint32,bytes32)"
    data = call_data(signature, weights, len(chunks), chained_digest(chunks))
    return Call(board, data, _SMALL_GAS)


def publishing(board: str, chunks: Sequence[bytes | memoryview], *, job: int) -> list[Call]:
    """The transactions that bring an open job's weights in, in order."""
    return [
        _call(board, publish_chunk_calldata(chunk, job=job, index=index))
        for index, chunk in enumerate(chunks)
    ]


def join_calldata() -> bytes:
    """Call data of `join`: register and take the current job."""
    return JOIN


def leave_calldata() -> bytes:
    """Call data of `leave`: give the registration up."""
    return LEAVE


def assignment_request(board: str, worker: str) -> tuple[str, list[Any]]:
    """The JSON-RPC method and parameters that ask what a worker holds."""
    return view_request(board, "assignmentOf(address)", worker)


def read_assignment(answer: object) -> Assignment:
    """The assignment in the answer to `assignment_request`."""
    return Assignment(*decoded(answer, _ASSIGNMENT))


def assignment_of(rpc: Rpc, board: str, worker: str) -> Assignment:
    """What a worker holds now."""
    return Assignment(*view(rpc, board, "assignmentOf(address)", worker, returns=_ASSIGNMENT))


def current_job(rpc: Rpc, board: str) -> int:
    """The job that is handed out now; 0: none."""
    return int(view(rpc, board, "currentJob()", returns=["uint64"])[0])


def job_of(rpc: Rpc, board: str, job: int) -> Job:
    """A job by its number; all zero for one never opened."""
    returns = ["uint32", "uint32", "uint32", "bytes32", "bytes32"]
    weights, chunks, next_index, digest, _ = view(rpc, board, "jobOf(uint64)", job, returns=returns)
    return Job(weights, chunks, next_index, digest)


def _call(board: str, data: bytes) -> Call:
    # 16 gas a byte at most, the hash and its memory below 1 gas a byte for 128 KB.
    return Call(board, data, _SMALL_GAS + 17 * len(data))
