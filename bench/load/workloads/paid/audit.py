"""Paid jobs recounted from the chain: who got what by behaviour, and whether the wei add up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.load.reconcile import present, spans
from bench.load.session import Session
from bench.load.workloads.paid.employer import server_key
from bench.load.workloads.paid.job import TOPICS, Job, job_of
from bench.load.workloads.paid.part import error_name, is_expected
from bench.load.workloads.paid.terms import DEPOSIT, PAYMENT, PRIVACIES
from bench.record.paid import BehaviourCounts, MarketCounts
from bench.record.schema import SubmissionRow
from system.chain.abi import view_request
from system.chain.keys import address_of
from system.chain.rpc import Rpc
from system.jobs import market
from system.jobs.board import WEIGHTS_CHUNK
from system.jobs.market import Outcome

_AT_ONCE = 200
_SERVERS = (market.JOB_DEPLOYED, WEIGHTS_CHUNK, market.JOB_CLOSED)


@dataclass(slots=True)
class Books:
    """A session's jobs as their events tell them; `claims` are (worker, job)."""

    jobs: dict[int, Job] = field(default_factory=dict)
    claims: set[tuple[str, int]] = field(default_factory=set)
    servers: dict[str, None] = field(default_factory=dict)  # transactions
    open: int = 0
    most_open: int = 0


def read_books(rpc: Rpc, session: Session) -> Books:
    """The jobs that were deployed from the session's first block on, up to the newest block."""
    books = Books()
    head = int(rpc.call("eth_blockNumber"), 16)
    filters = {"address": session.contracts["market"], "topics": [list(TOPICS)]}
    for first, last in spans(session.first_block, head):
        span = {**filters, "fromBlock": hex(first), "toBlock": hex(last)}
        for log in present(rpc, [("eth_getLogs", [span])])[0]:
            _enter(books, log, session)
    return books


def behaviours(books: Books, rows: Sequence[SubmissionRow]) -> dict[str, BehaviourCounts]:
    """What became of the workers of each behaviour."""
    names = {row.worker.lower(): row.behaviour for row in rows}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for job in books.jobs.values():
        for worker in job.picked:
            name = names.get(worker, "unknown")
            counts[name].update(_fate(job, worker))
            counts[name]["claimed"] += (worker, job.number) in books.claims
    return {name: _counts(name, counts[name], rows) for name in sorted({*counts, *names.values()})}


def market_counts(
    rpc: Rpc, session: Session, books: Books, rows: Sequence[SubmissionRow]
) -> MarketCounts:
    """The jobs by outcome, what the server's transactions cost, and the market's wei."""
    held = int(rpc.call("eth_getBalance", session.contracts["market"], "latest"), 16)
    owed = _owed(rpc, session, books, {row.worker for row in rows})
    return MarketCounts(
        jobs=len(books.jobs),
        outcomes=dict(Counter(_outcome(job).name.lower() for job in books.jobs.values())),
        most_open=books.most_open,
        server_transactions=len(books.servers),
        server_gas=_gas(rpc, list(books.servers)),
        balance_wei=held,
        owed_wei=owed,
        conserved=held == owed,
    )


def _enter(books: Books, log: Mapping[str, Any], session: Session) -> None:
    number, kind = job_of(log), log["topics"][0]
    if kind == market.JOB_DEPLOYED:
        privacy = PRIVACIES[session.cells[0].privacy]
        books.jobs[number] = Job(number, session.job_size or 1, 0, privacy)
        books.open += 1
        books.most_open = max(books.most_open, books.open)
    if number not in books.jobs:
        return
    if kind in _SERVERS:
        books.servers[log["transactionHash"]] = None
        books.open -= kind == market.JOB_CLOSED
    if kind == market.CLAIMED:
        books.claims.add(("0x" + log["topics"][1][-40:], number))
    books.jobs[number].hear(log, int(log["blockNumber"], 16))


def _fate(job: Job, worker: str) -> list[str]:
    """The counts to which a seat adds."""
    fate = ["seats", "counted"] if worker in job.digests else ["seats"]
    if job.closed is None:
        return fate
    if not job.owes(worker):
        return [*fate, "forfeited"]
    return [*fate, "paid" if job.closed.outcome is Outcome.WON else "returned"]


def _counts(name: str, counted: Counter[str], rows: Sequence[SubmissionRow]) -> BehaviourCounts:
    mine = [row for row in rows if row.behaviour == name]
    reverted = Counter(error_name(row.reason) for row in mine if row.outcome == "reverted")
    return BehaviourCounts(
        submissions=len(mine),
        seats=counted["seats"],
        counted=counted["counted"],
        paid=counted["paid"],
        claimed=counted["claimed"],
        returned=counted["returned"],
        forfeited=counted["forfeited"],
        outcomes=dict(Counter(row.outcome for row in mine)),
        reverted=dict(reverted),
        expected=sum(map(is_expected, mine)),
    )


def _outcome(job: Job) -> Outcome:
    return Outcome.OPEN if job.closed is None else job.closed.outcome


def _owed(rpc: Rpc, session: Session, books: Books, workers: set[str]) -> int:
    """What the contract itself says that it owes, and what open jobs hold."""
    address = session.contracts["market"]
    server = address_of(server_key(session.seed, session.id))
    asked = [view_request(address, "balanceOf(address)", one) for one in sorted({server, *workers})]
    asked += [
        view_request(address, "owedTo(address,uint64)", worker, number)
        for number, job in books.jobs.items()
        for worker in sorted(job.picked)
        if job.owes(worker) and (worker, number) not in books.claims
    ]
    answers = _batched(rpc, asked)
    unclosed = [job for job in books.jobs.values() if job.closed is None]
    in_open = sum(job.seats * PAYMENT + len(job.picked) * DEPOSIT for job in unclosed)
    return in_open + sum(int(one, 16) for one in answers)


def _gas(rpc: Rpc, hashes: Sequence[str]) -> int:
    receipts = _batched(rpc, [("eth_getTransactionReceipt", [one]) for one in hashes])
    return sum(int(one["gasUsed"], 16) for one in receipts)


def _batched(rpc: Rpc, requests: Sequence[tuple[str, list[Any]]]) -> list[Any]:
    starts = range(0, len(requests), _AT_ONCE)
    return [one for s in starts for one in present(rpc, list(requests[s : s + _AT_ONCE]))]
