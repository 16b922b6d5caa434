"""The market: the server deploys jobs, workers pick them up, the largest group is paid.

A market stands in a board's place: `reader.read_weights` reads a job's weights back, and
`store.deploy_store` puts a weight store before it, whose `sequence` is the job's number. Which
calls a job takes in which phase is the contract's manual: IJobMarket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from system.chain.abi import call_data, selector, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender
from system.jobs import board, gates
from system.jobs.calldata import publish_batch_calldata
from system.jobs.reader import NotRecovered, published_payload
from system.jobs.terms import TERMS_TYPES, read_terms
from system.jobs.terms import Outcome as Outcome
from system.jobs.terms import Phase as Phase
from system.jobs.terms import Privacy as Privacy
from system.jobs.terms import Results as Results
from system.jobs.terms import Step as Step
from system.jobs.terms import Terms as Terms
from system.jobs.terms import TieRule as TieRule

_TERMS = f"({','.join(TERMS_TYPES)})"

JOB_DEPLOYED = topic(f"JobDeployed(uint64,{_TERMS})")
BATCH_CHUNK = topic("BatchChunk(uint64,uint32)")
BATCH_PUBLISHED = topic("BatchPublished(uint64,uint64,bytes32)")
JOB_STARTED = topic("JobStarted(uint64,uint64)")
PICKED = topic("Picked(address,uint64,uint32)")
COMMITTED = topic("Committed(address,uint64,bytes32)")
SEALED = topic("Sealed(address,uint64,bytes32)")
COMMITS_CLOSED = topic("CommitsClosed(uint64,uint64)")
OPENED = topic("Opened(address,uint64,bytes32,bytes32)")
COUNTED = topic("Counted(address,uint64,bytes32,uint32)")
DELIVERED = topic("Delivered(address,uint64,bytes32,uint32)")
JOB_CLOSED = topic("JobClosed(uint64,uint8,bytes32,uint32,uint256)")
CLAIMED = topic("Claimed(address,uint64,uint256)")
WITHDRAWN = topic("Withdrawn(address,uint256)")

# Gas, upper bounds; docs/contract-author.md has what the calls cost on a node.
DEPLOY_GAS = 300_000
PICK_GAS = 150_000
COMMIT_GAS = 120_000
OPEN_GAS = 200_000
CLOSE_GAS = 120_000
CLAIM_GAS = 100_000
WITHDRAW_GAS = 80_000
# What the market adds to the transaction that completes a result, and to each one of its chunks.
COMPLETE_GAS = 150_000


@dataclass(frozen=True, slots=True)
class State:
    """How far a job has come, as of the newest block.

    `ends_at` is the first block outside the phase if nothing happens, 0 from ENDED on. `digest` is
    the largest group's, with `votes` members; `tied`: another is as large. `turn` members' turns to
    deliver have passed.
    """

    phase: Phase
    outcome: Outcome
    ends_at: int
    picked: int
    committed: int
    counted: int
    digest: bytes
    votes: int
    tied: bool
    turn: int


@dataclass(frozen=True, slots=True)
class Seat:
    """What a worker did in a job: `word` is its commitment, or its digest once that is opened.

    `place` members of its group were counted before it.
    """

    step: Step
    word: bytes
    place: int


def deploy_market(sender: Sender, registry: str, *, limit: int = 1) -> Deployment:
    """A new market whose server is the sender, with at most `limit` open jobs at a time.

    The registry has to appoint it. Raises what `deploy` raises.
    """
    return deploy(
        sender.rpc,
        artifact("JobMarket"),
        registry,
        limit,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def deploying(market: str, terms: Terms) -> Call:
    """The server's transaction that deploys a job; `deployed_job` reads its number."""
    data = selector(f"deploy({_TERMS})") + encode(TERMS_TYPES, terms.values())
    return Call(market, data, DEPLOY_GAS, value=terms.escrow)


def deployed_job(receipt: dict[str, Any]) -> int:
    """The number of the job that the transaction of this receipt deployed."""
    logs = receipt["logs"]
    return next(int(log["topics"][1], 16) for log in logs if log["topics"][0] == JOB_DEPLOYED)


def publishing(market: str, chunks: Sequence[bytes | memoryview], *, job: int) -> list[Call]:
    """The transactions that bring a job's weights in, in order."""
    return board.publishing(market, chunks, job=job)


def publishing_batch(market: str, chunks: Sequence[bytes | memoryview], *, job: int) -> list[Call]:
    """The transactions that bring the data of a job's batch in, in order."""
    calls = (publish_batch_calldata(chunk, job=job, index=i) for i, chunk in enumerate(chunks))
    return [Call(market, data, DEPLOY_GAS + 17 * len(data)) for data in calls]


def cancelling(market: str, job: int) -> Call:
    """The server's transaction that closes a job nobody picked up."""
    return Call(market, call_data("cancel(uint64)", job), CLOSE_GAS)


def picking(market: str, job: int, *, deposit: int) -> Call:
    """The transaction by which a worker takes a seat; `deposit` in wei, as the terms say."""
    return Call(market, call_data("pick(uint64)", job), PICK_GAS, value=deposit)


def commitment(
    *, chain_id: int, market: str, worker: str, job: int, digest: bytes, secret: bytes
) -> bytes:
    """The 32-byte commitment to a result, as `IJobMarket.commitmentOf` computes it.

    `digest` is that of the result's chunks, `secret` 32 random bytes: a salt, or the key of a
    sealed payload, whose digest is that of the weights inside.
    """
    return gates.commitment(
        chain_id=chain_id,
        gate=market,
        worker=worker,
        sequence=job,
        digest=digest,
        secret=secret,
    )


def committing(market: str, job: int, *, commitment: bytes) -> Call:
    """The transaction that binds a worker to a result; `commitment` makes the 32 bytes."""
    return Call(market, call_data("commit(uint64,bytes32)", job, commitment), COMMIT_GAS)


def opening(market: str, job: int, *, digest: bytes, secret: bytes) -> Call:
    """The transaction that opens a commitment; of plain results by hash: that gives the digest."""
    return Call(market, call_data("open(uint64,bytes32,bytes32)", job, digest, secret), OPEN_GAS)


def closing(market: str, job: int) -> Call:
    """The transaction that closes an ended job; anybody's."""
    return Call(market, call_data("close(uint64)", job), CLOSE_GAS)


def claiming(market: str, job: int) -> Call:
    """The transaction that puts what a closed job owes its sender into the sender's balance."""
    return Call(market, call_data("claim(uint64)", job), CLAIM_GAS)


def withdrawing(market: str) -> Call:
    """The transaction that pays the sender's balance out."""
    return Call(market, call_data("withdraw()"), WITHDRAW_GAS)


def state_of(rpc: Rpc, market: str, job: int) -> State:
    """How far a job has come; RpcError for one never deployed."""
    types = ["uint8", "uint8", "uint64", "uint32", "uint32", "uint32"]
    types += ["bytes32", "uint32", "bool", "uint32"]
    phase, outcome, *rest = view(rpc, market, "stateOf(uint64)", job, returns=types)
    return State(Phase(phase), Outcome(outcome), *rest)


def terms_of(rpc: Rpc, market: str, job: int) -> Terms:
    """What the server asked for; all zero for a job never deployed."""
    return read_terms(view(rpc, market, "termsOf(uint64)", job, returns=TERMS_TYPES))


def seat_of(rpc: Rpc, market: str, worker: str, job: int) -> Seat:
    """What a worker did in a job."""
    returns = ["uint8", "bytes32", "uint32"]
    step, *rest = view(rpc, market, "seatOf(address,uint64)", worker, job, returns=returns)
    return Seat(Step(step), *rest)


def member_at(rpc: Rpc, market: str, job: int, digest: bytes, place: int) -> str:
    """The worker at a place of a group, of results by hash; the zero address where there is none.

    The place `State.turn` of the group `State.digest` is whose turn it is to deliver.
    """
    signature = "memberAt(uint64,bytes32,uint32)"
    [member] = view(rpc, market, signature, job, digest, place, returns=["address"])
    return to_checksum_address(member)


def votes_for(rpc: Rpc, market: str, job: int, digest: bytes) -> int:
    """How many counted results have that digest."""
    return _number(rpc, market, "votesFor(uint64,bytes32)", job, digest)


def owed_to(rpc: Rpc, market: str, worker: str, job: int) -> int:
    """What a closed job owes a worker that has not claimed it, in wei."""
    return _number(rpc, market, "owedTo(address,uint64)", worker, job)


def balance_of(rpc: Rpc, market: str, account: str) -> int:
    """What an account can withdraw, in wei."""
    return _number(rpc, market, "balanceOf(address)", account)


def last_job(rpc: Rpc, market: str) -> int:
    """The newest job's number; 0 before the first one."""
    return _number(rpc, market, "lastJob()")


def read_batch(rpc: Rpc, market: str, job: int, *, from_block: int = 0) -> bytes:
    """The data of a job's batch, from the input of the transactions that published it.

    Raises NotRecovered where the job has none, or not all of it is there.
    """
    terms = terms_of(rpc, market, job)
    there = _number(rpc, market, "nextBatchChunk(uint64)", job)
    if there == 0 or there < terms.batch_chunks:
        raise NotRecovered(f"job {job} of {market} has no whole batch on the chain")
    events = [BATCH_CHUNK, BATCH_PUBLISHED]
    return published_payload(
        rpc, market, events, job=job, digest=terms.batch_digest, from_block=from_block
    )


def job_logs(
    rpc: Rpc, market: str, event: str, job: int, *, from_block: int = 0
) -> list[dict[str, Any]]:
    """A job's logs of an event that names a worker and the job, oldest first; see `worker_in`."""
    topics = [event, None, f"0x{job:064x}"]
    filters = {"address": market, "topics": topics, "fromBlock": hex(from_block)}
    logs: list[dict[str, Any]] = rpc.call("eth_getLogs", filters)
    return logs


def worker_in(log: dict[str, Any]) -> str:
    """The address, in lower case, of the worker that a log of `job_logs` names."""
    return "0x" + str(log["topics"][1])[26:]


def _number(rpc: Rpc, market: str, signature: str, *arguments: Any) -> int:
    return int(view(rpc, market, signature, *arguments, returns=["uint256"])[0])
