"""A models session recounted from the chain: who ended how, whether the wei add up, which calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.load.account import account
from bench.load.reconcile import present, spans
from bench.load.session import Session
from bench.load.workloads.models.deploy import provider_of
from bench.load.workloads.models.game import logs_of
from bench.load.workloads.models.terms import (
    BOUNTY,
    LENT,
    incentive_of,
)
from bench.load.workloads.paid.terms import MOST_PROCESSES
from bench.record.accounts import Accounts, RoleAccount
from bench.record.calls import CallCounts
from bench.record.schema import SubmissionRow
from system.chain.abi import decoded, selector, view_request
from system.chain.receipts import revert_reason
from system.chain.rpc import Rpc
from system.models import market_calls
from system.models.events import DATA_LEARNED
from system.models.market_terms import Phase
from system.models.names import MARKET, POINTS

PROVIDER: Final = "provider"
_CONTRIBUTION = ["address", "uint64", "uint32", "uint128", "uint128"]
_AT_ONCE = 200
# A transaction comes back with its input, which may be 256 KB in hex.
_INPUTS_AT_ONCE = 16
_NAMES: Final = {
    "refund": "refund(int64[],uint64,uint64)",
    "report": "report(int64[],uint64,uint64,address)",
    "withdraw": "withdraw()",
    "reveal": "reveal(uint256,bytes32,int64[][],uint64[])",
    "learn": "learn(int64[],uint64,uint64)",
    "evaluate": "evaluate(uint256,bytes32,int64[][],uint64[])",
    "kick": "kick()",
    "collect": "collect(uint256)",
    "returnBounty": "returnBounty()",
}


@dataclass(frozen=True, slots=True)
class Contributed:
    """A contribution as its event tells it; wei."""

    author: str
    key: bytes
    deposit: int


def contributions(rpc: Rpc, session: Session) -> list[Contributed]:
    """All contributions, those of the calibration too, in order."""
    filters = {"address": session.contracts["trainer"], "topics": [DATA_LEARNED]}
    return [
        Contributed(
            "0x" + log["topics"][1][-40:],
            bytes.fromhex(log["topics"][2][2:]),
            int(decoded(log["data"], ["uint256"])[0]),
        )
        for log in logs_of(rpc, session, filters)
    ]


def accounts_of(rpc: Rpc, session: Session, rows: Sequence[SubmissionRow]) -> Accounts:
    """What each role paid and got, and whether the incentive holds what it owes."""
    given = contributions(rpc, session)
    roles = {row.worker.lower(): row.behaviour for row in rows}
    provider = provider_of(rpc, session).address.lower()
    people = sorted({*roles, *(one.author for one in given), provider})
    incentive = session.contracts["incentive"]
    owed = dict(zip(people, _numbers(rpc, incentive, "owed(address)", people), strict=True))
    if incentive_of(session) == MARKET:
        at_stake, rest = _staked(rpc, incentive)
    else:
        at_stake, rest = _claimable(rpc, session.contracts["handler"], given), 0
    held = int(rpc.call("eth_getBalance", incentive, "latest"), 16)
    owes = sum(owed.values()) + sum(at_stake.values()) + rest
    points = incentive_of(session) == POINTS
    made = _points(rpc, incentive, roles) if points else _money(rpc, roles, owed, given)
    found = {
        role: _role(role, roles, rows, made=made, at_stake=at_stake)
        for role in sorted({*roles.values()})
    }
    if incentive_of(session) == MARKET:
        found[PROVIDER] = _provider(owed[provider], rest)
    return Accounts(
        unit="points" if points else "wei",
        roles=found,
        held=str(held),
        owed=str(owes),
        conserved=held == owes,
    )


def calls_of(rpc: Rpc, session: Session, rows: Sequence[SubmissionRow]) -> dict[str, CallCounts]:
    """The transactions in blocks that went to the session's contracts and are no submissions."""
    counted = {one for row in rows for one in row.hashes}
    head = int(rpc.call("eth_blockNumber"), 16)
    others: list[str] = []
    for first, last in spans(session.first_block, head):
        asked = [("eth_getBlockByNumber", [hex(n), False]) for n in range(first, last + 1)]
        blocks = present(rpc, asked)
        others += [one for block in blocks for one in block["transactions"] if one not in counted]
    ours = {address.lower() for address in session.contracts.values()}
    asked = [("eth_getTransactionReceipt", [one]) for one in others]
    receipts = [one for one in _batched(rpc, asked) if (one["to"] or "").lower() in ours]
    inputs = _inputs(rpc, receipts)
    grouped: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for receipt, name in zip(receipts, inputs, strict=True):
        grouped[name].append(receipt)
    return {name: _counts(rpc, grouped[name]) for name in sorted(grouped)}


def workers_of(session: Session, rows: Sequence[SubmissionRow]) -> dict[str, bytes]:
    """The keys of the workers in the rows, by their addresses in lower case."""
    wanted = {row.worker.lower() for row in rows}
    found: dict[str, bytes] = {}
    seed = f"{session.seed}|{session.id}"
    for number in range(session.users + 1):
        for process in range(MOST_PROCESSES):
            if len(found) == len(wanted):
                return found
            one = account(seed, process=process, number=number)
            if one.address.lower() in wanted:
                found[one.address.lower()] = one.key
    return found


def owed_by(rpc: Rpc, session: Session, people: Sequence[str]) -> list[int]:
    """What the incentive owes each of these, in wei."""
    return _numbers(rpc, session.contracts["incentive"], "owed(address)", people)


def _role(
    role: str,
    roles: Mapping[str, str],
    rows: Sequence[SubmissionRow],
    *,
    made: Mapping[str, tuple[int, int]],
    at_stake: Mapping[str, int],
) -> RoleAccount:
    mine = [who for who, name in roles.items() if name == role]
    paid, got = (sum(made[who][part] for who in mine) for part in (0, 1))
    return RoleAccount(
        accounts=len(mine),
        submissions=sum(row.behaviour == role for row in rows),
        paid=str(paid),
        got=str(got),
        net=str(got - paid),
        at_stake=str(sum(at_stake.get(who, 0) for who in mine)),
    )


def _provider(owed: int, bounty: int) -> RoleAccount:
    return RoleAccount(
        accounts=1,
        submissions=0,
        paid=str(BOUNTY),
        got=str(owed),
        net=str(owed - BOUNTY),
        at_stake=str(bounty),
    )


def _money(
    rpc: Rpc, people: Mapping[str, str], owed: Mapping[str, int], given: Sequence[Contributed]
) -> dict[str, tuple[int, int]]:
    """What each paid in deposits, and what came back: by its balance and what it is owed."""
    deposits: defaultdict[str, int] = defaultdict(int)
    for one in given:
        deposits[one.author] += one.deposit
    asked = [("eth_getBalance", [who, "latest"]) for who in people]
    balances = [int(one, 16) for one in _batched(rpc, asked)]
    return {
        who: (deposits[who], balance + owed[who] + deposits[who] - LENT)
        for who, balance in zip(people, balances, strict=True)
    }


def _points(rpc: Rpc, incentive: str, people: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """No money: a point for each contribution that was found good."""
    asked = [view_request(incentive, "standingOf(address)", who) for who in people]
    counts = [decoded(one, ["uint64", "uint64"]) for one in _batched(rpc, asked)]
    return {who: (0, int(good)) for who, (_, good) in zip(people, counts, strict=True)}


def _claimable(rpc: Rpc, handler: str, given: Sequence[Contributed]) -> dict[str, int]:
    """What is left of each author's deposits."""
    asked = [view_request(handler, "contribution(bytes32)", one.key) for one in given]
    left: defaultdict[str, int] = defaultdict(int)
    for one, answer in zip(given, _batched(rpc, asked), strict=True):
        left[one.author] += decoded(answer, _CONTRIBUTION)[4]
    return left


def _staked(rpc: Rpc, market: str) -> tuple[dict[str, int], int]:
    """What a market has of each author that was not collected, and what it has of the bounty."""
    phase, _ = market_calls.phase_of(rpc, market)
    left: defaultdict[str, int] = defaultdict(int)
    for one in market_calls.row_of(rpc, market):
        if not one.collected:
            left[one.author.lower()] += one.balance if phase is Phase.SETTLED else one.stake
    return left, market_calls.bounty_of(rpc, market)


def _counts(rpc: Rpc, receipts: Sequence[Mapping[str, Any]]) -> CallCounts:
    done = [int(one["gasUsed"], 16) for one in receipts if int(one["status"], 16) == 1]
    reverted: defaultdict[str, int] = defaultdict(int)
    for one in receipts:
        if int(one["status"], 16) != 1:
            # The tracer is sure: what a claim met may be gone at the end of its block.
            reverted[revert_reason(rpc, one["transactionHash"]).partition("(")[0]] += 1
    return CallCounts(
        sent=len(receipts),
        succeeded=len(done),
        reverted=dict(reverted),
        gas_mean=sum(done) / len(done) if done else None,
    )


def _inputs(rpc: Rpc, receipts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Which function each called."""
    names = {selector(signature).hex(): name for name, signature in _NAMES.items()}
    asked = [("eth_getTransactionByHash", [one["transactionHash"]]) for one in receipts]
    sent = _batched(rpc, asked, at_once=_INPUTS_AT_ONCE)
    return [names.get(one["input"][2:10], "other") for one in sent]


def _numbers(rpc: Rpc, contract: str, signature: str, people: Sequence[str]) -> list[int]:
    asked = [view_request(contract, signature, who) for who in people]
    return [int(one, 16) for one in _batched(rpc, asked)]


def _batched(
    rpc: Rpc, requests: Sequence[tuple[str, list[Any]]], *, at_once: int = _AT_ONCE
) -> list[Any]:
    starts = range(0, len(requests), at_once)
    return [one for s in starts for one in present(rpc, list(requests[s : s + at_once]))]
