"""The bounty market: owners post jobs, solvers announce losses, members check the winner's model.

A market stands in a board's place: `system.jobs.store.deploy_store` puts a weight store before it,
whose `sequence` is the job's number. Which calls a job takes in which phase is the contract's
manual: IBountyMarket. Identities and credits are in `credits`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from system.bounties.terms import (
    TERMS_TUPLE,
    TERMS_TYPES,
    Ballot,
    Outcome,
    Phase,
    Terms,
    Verdict,
    read_terms,
)
from system.chain.abi import call_data, selector, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.keys import keccak256
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender
from system.jobs.stores import STORES
from system.weights.digest import chained_digest

JOB_POSTED = topic(f"JobPosted(uint64,address,{TERMS_TUPLE},string)")
COMMITTED = topic("Committed(address,uint64,uint32,bytes32)")
ANNOUNCED = topic("Announced(address,uint64,uint32,uint64,bytes32)")
RETIRED = topic("Retired(address,uint64)")
CLAIMS_OPENED = topic("ClaimsOpened(uint64,uint8,uint48)")
CLAIMED = topic("Claimed(address,uint64,uint8)")
PUBLISHED = topic("Published(address,uint64,uint8,address,uint32,bytes32)")
VOTE_CAST = topic("VoteCast(address,uint64,uint8,bytes32)")
VOTE_OPENED = topic("VoteOpened(address,uint64,uint8,uint64,uint8)")
JUDGED = topic("Judged(address,uint64,uint8,uint8,uint32,uint32,uint64)")
LAPSED = topic("Lapsed(address,uint64,uint8,uint64)")
JOB_CLOSED = topic("JobClosed(uint64,address,uint8,uint64)")

# Gas, upper bounds; docs/bounties.md has what the calls cost on a node.
POST_GAS = 400_000
COMMIT_GAS = 220_000
ANNOUNCE_GAS = 180_000
RETIRE_GAS = 150_000
CLAIM_GAS = 100_000
VOTE_GAS = 180_000
OPEN_VOTE_GAS = 130_000
SETTLE_GAS = 250_000
COLLECT_GAS = 120_000
# What the market adds to the transaction that completes a model, and to its first one.
COMPLETE_GAS = 100_000


@dataclass(frozen=True, slots=True)
class State:
    """How far a job has come, as of the newest block.

    `ends_at` is the first block outside the phase, 0 for DUE and CLOSED. `leader` has the best
    announcement or claim, or was paid; NOBODY where there is none. `turn` winners failed before.
    `pool` are the credits that the winner or the owner gets, `held` all that are in the job.
    """

    phase: Phase
    outcome: Outcome
    ends_at: int
    owner: str
    turn: int
    leader: str
    pool: int
    held: int
    standing: int
    commitments: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A solver's part in a job, all zero where there is none.

    `commitment` (32 bytes) is not yet revealed. Where `digest` is not zero an announcement stands:
    its `loss` in millionths, its `order` among the job's commitments. `own` and `trust` are at
    stake.
    """

    commitment: bytes
    digest: bytes
    committed_at: int
    pending: int
    order: int
    loss: int
    own: int
    trust: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes on a turn's model; `share`: what each on the winning side gets beside deposits."""

    cast: int
    honest: int
    cheat: int
    verdict: Verdict
    share: int


def deploy_market(sender: Sender, *, supply: int, least_quorum: int) -> Deployment:
    """A new market whose operator is the sender, with that many credits to allot ever.

    `least_quorum` votes are needed at least to convict a solver. Raises what `deploy` raises.
    """
    return deploy(
        sender.rpc,
        artifact("BountyMarket"),
        supply,
        least_quorum,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def posting(market: str, terms: Terms, task: str) -> Call:
    """The transaction that posts a job; `posted_job` reads its number. `task`: the reference."""
    data = selector(f"post({TERMS_TUPLE},string)")
    return Call(market, data + encode([TERMS_TUPLE, "string"], [terms.values(), task]), POST_GAS)


def posted_job(receipt: dict[str, Any]) -> int:
    """The number of the job that the transaction of this receipt posted."""
    logs = receipt["logs"]
    return next(int(log["topics"][1], 16) for log in logs if log["topics"][0] == JOB_POSTED)


def announcement(
    *, chain_id: int, market: str, solver: str, job: int, loss: int, digest: bytes, salt: bytes
) -> bytes:
    """The 32-byte commitment to a loss (millionths) and a model's digest.

    As `IBountyMarket.announcementOf` computes it; `salt` is 32 random bytes.
    """
    types = ["bytes32", "uint256", "address", "address", "uint64", "uint64", "bytes32", "bytes32"]
    return keccak256(
        encode(types, [b"ANNOUNCEMENT", chain_id, market, solver, job, loss, digest, salt])
    )


def vote(
    *, chain_id: int, market: str, voter: str, job: int, turn: int, loss: int, salt: bytes
) -> bytes:
    """The 32-byte commitment to the loss (millionths) that a voter measured.

    As `IBountyMarket.voteOf` computes it; `salt` is 32 random bytes.
    """
    types = ["bytes32", "uint256", "address", "address", "uint64", "uint8", "uint64", "bytes32"]
    return keccak256(encode(types, [b"BALLOT", chain_id, market, voter, job, turn, loss, salt]))


def committing(market: str, job: int, *, commitment: bytes) -> Call:
    """The transaction that binds a solver; `announcement` makes the 32 bytes."""
    return Call(market, call_data("commit(uint64,bytes32)", job, commitment), COMMIT_GAS)


def announcing(market: str, job: int, *, loss: int, digest: bytes, salt: bytes) -> Call:
    """The transaction that opens a solver's commitment, in a later block than that."""
    signature = "announce(uint64,uint64,bytes32,bytes32)"
    return Call(market, call_data(signature, job, loss, digest, salt), ANNOUNCE_GAS)


def retiring(market: str, job: int) -> Call:
    """The transaction by which a solver leaves a job with its stake."""
    return Call(market, call_data("retire(uint64)", job), RETIRE_GAS)


def claiming(market: str, job: int) -> Call:
    """The transaction that puts a solver's announcement forward after a winner failed."""
    return Call(market, call_data("claim(uint64)", job), CLAIM_GAS)


def model_digest(kind: str, payload: bytes, *, chunk_bytes: int) -> bytes:
    """The 32 bytes that a solver announces for a model, and publishes it by, cut alike.

    `kind` is the name of the store that will hold it, in STORES.
    """
    return chained_digest(STORES[kind].chunks(payload, chunk_bytes=chunk_bytes))


def publishing(store: str, kind: str, payload: bytes, *, job: int, chunk_bytes: int) -> list[Call]:
    """The winner's transactions that bring its model to the store at that address, in order."""
    spec = STORES[kind]
    chunks = spec.chunks(payload, chunk_bytes=chunk_bytes)
    data = spec.call_data(payload, sequence=job, chunk_bytes=chunk_bytes)
    return [
        Call(store, one, COMPLETE_GAS + spec.gas(len(chunk)))
        for one, chunk in zip(data, chunks, strict=True)
    ]


def casting(market: str, job: int, *, ballot: bytes) -> Call:
    """The transaction that binds a voter; `vote` makes the 32 bytes."""
    return Call(market, call_data("castVote(uint64,bytes32)", job, ballot), VOTE_GAS)


def opening(market: str, job: int, *, loss: int, salt: bytes) -> Call:
    """The transaction that opens a ballot."""
    return Call(
        market, call_data("openVote(uint64,uint64,bytes32)", job, loss, salt), OPEN_VOTE_GAS
    )


def settling(market: str, job: int) -> Call:
    """The transaction that moves a job on which is DUE; anybody's."""
    return Call(market, call_data("settle(uint64)", job), SETTLE_GAS)


def collecting(market: str, job: int, turn: int) -> Call:
    """The transaction by which a voter has its deposit and share of a judged turn."""
    return Call(market, call_data("collect(uint64,uint8)", job, turn), COLLECT_GAS)


def state_of(rpc: Rpc, market: str, job: int) -> State:
    """How far a job has come; RpcError for one never posted."""
    returns = ["uint8", "uint8", "uint48", "address", "uint8", "address"]
    returns += ["uint64", "uint64", "uint32", "uint32"]
    phase, outcome, ends_at, owner, turn, leader, *rest = view(
        rpc, market, "stateOf(uint64)", job, returns=returns
    )
    named = (to_checksum_address(owner), turn, to_checksum_address(leader))
    return State(Phase(phase), Outcome(outcome), ends_at, *named, *rest)


def terms_of(rpc: Rpc, market: str, job: int) -> Terms:
    """What the owner asked for; all zero for a job never posted."""
    return read_terms(view(rpc, market, "termsOf(uint64)", job, returns=TERMS_TYPES))


def entry_of(rpc: Rpc, market: str, solver: str, job: int) -> Entry:
    """A solver's part in a job."""
    returns = ["bytes32", "bytes32", "uint48", "uint32", "uint32", "uint64", "uint64", "uint64"]
    return Entry(*view(rpc, market, "entryOf(address,uint64)", solver, job, returns=returns))


def tally_of(rpc: Rpc, market: str, job: int, turn: int) -> Tally:
    """The votes on a turn's model."""
    returns = ["uint32", "uint32", "uint32", "uint8", "uint64"]
    cast, honest, cheat, verdict, share = view(
        rpc, market, "tallyOf(uint64,uint8)", job, turn, returns=returns
    )
    return Tally(cast, honest, cheat, Verdict(verdict), share)


def ballot_of(rpc: Rpc, market: str, voter: str, job: int, turn: int) -> Ballot:
    """What a voter did in a turn."""
    signature = "ballotOf(address,uint64,uint8)"
    _, step = view(rpc, market, signature, voter, job, turn, returns=["bytes32", "uint8"])
    return Ballot(step)


def owed_to(rpc: Rpc, market: str, voter: str, job: int, turn: int) -> int:
    """What a voter can collect for a turn, in credits."""
    signature = "owedTo(address,uint64,uint8)"
    return int(view(rpc, market, signature, voter, job, turn, returns=["uint64"])[0])


def last_job(rpc: Rpc, market: str) -> int:
    """The newest job's number; 0 before the first one."""
    return int(view(rpc, market, "lastJob()", returns=["uint64"])[0])
