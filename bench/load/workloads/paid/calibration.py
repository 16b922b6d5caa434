"""A job of one seat before the clock: what an honest worker's part in a job costs."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from bench.load.account import Account, account
from bench.load.session import Session
from bench.load.submission import Submission
from bench.load.workloads import Call
from bench.load.workloads.paid.employer import server_key
from bench.load.workloads.paid.job import TOPICS, Job, job_of
from bench.load.workloads.paid.models import Models
from bench.load.workloads.paid.part import Ended, Part, next_move
from bench.load.workloads.paid.terms import DEPOSIT, LENT, Supply, terms_of
from bench.load.workloads.paid.workload import models_of
from system.chain.rpc import Rpc
from system.chain.sender import Call as ControlCall
from system.chain.sender import Sender, hand_over, send_all
from system.jobs import market
from system.jobs.behaviours import HONEST, behaviour
from system.jobs.market import Phase
from system.jobs.registry import joining
from system.jobs.server import job_calls, whole_terms

_TRANSFER_GAS = 21_000
_LIMIT_S = 120.0


@dataclass(slots=True)
class Cost:
    """What one submission came to."""

    transactions: int = 0
    payload_bytes: int = 0
    wire_bytes: int = 0
    gas_used: int = 0


def cost_of(rpc: Rpc, session: Session) -> Cost:
    """What an honest worker's first job costs it.

    Raises Reverted, NotMined, RpcError where the chain does not take it.
    """
    return _Rehearsal(rpc, session).run()


class _Rehearsal:
    """The server and one worker, who wait for each other's blocks."""

    def __init__(self, rpc: Rpc, session: Session) -> None:
        seed = f"{session.seed}|{session.id}|calibration"
        self._rpc, self._session = rpc, session
        self._models: Models = models_of(session)
        self._account: Account = account(seed, process=0, number=0)
        chain_id = session.chain.chain_id
        self._server = Sender(rpc, server_key(session.seed, session.id), chain_id)
        self._worker = Sender(rpc, self._account.key, chain_id)

    def run(self) -> Cost:
        contracts = self._session.contracts
        hand_over(self._worker, [joining(contracts["registry"])])
        lent = ControlCall(self._worker.address, b"", _TRANSFER_GAS, value=LENT)
        hand_over(self._server, [lent])  # mined before the job is, which has a later nonce
        cost = self._job(1)
        send_all(self._worker, [market.withdrawing(contracts["market"])])
        return cost

    def _job(self, number: int) -> Cost:
        cost = Cost()
        job = self._deployed(number)
        submission = Submission("calibration", "", self._account, [], 0, 0.0, 0.0)
        part = Part(submission, behaviour(HONEST), DEPOSIT, Random(number), job=job)
        while True:
            block = int(self._rpc.call("eth_blockNumber"), 16) + 1
            if job.phase(block) is Phase.ENDED:
                self._send(self._server, [market.closing(self._models.place.market, number)], job)
            move = next_move(part, [part], self._models, block)
            if isinstance(move, Ended):
                cost.payload_bytes = part.payload_bytes
                return cost
            for receipt, call in zip(
                self._send(self._worker, _control(move), job), move, strict=True
            ):
                cost.transactions += 1
                cost.wire_bytes += len(call.data) + 110  # what a signed transaction adds
                cost.gas_used += int(receipt["gasUsed"], 16)

    def _deployed(self, number: int) -> Job:
        weights = self._models.published()
        supply = Supply.of(self._session)
        terms = whole_terms(
            terms_of(self._session, seats=1, supply=supply),
            weights=weights,
            batches=None,
            batch_index=number,
        )
        job = Job(number, 1, terms.reveal_blocks, terms.privacy)
        made = job_calls(self._models.place, terms, job=number, weights=weights, batches=None)
        self._send(self._server, made, job)
        return job

    def _send(self, sender: Sender, made: list[ControlCall], job: Job) -> list[dict[str, Any]]:
        receipts = send_all(sender, made, timeout_s=_LIMIT_S)
        ours = self._models.place.market.lower()
        for receipt in receipts:
            for log in receipt["logs"]:
                known = log["address"].lower() == ours and log["topics"][0] in TOPICS
                if known and job_of(log) == job.number:
                    job.hear(log, int(log["blockNumber"], 16))
        return receipts


def _control(move: list[Call]) -> list[ControlCall]:
    return [ControlCall("0x" + one.to.hex(), one.data, one.gas, one.value) for one in move]
