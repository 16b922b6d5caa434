"""The ceiling: transactions signed beforehand, pushed in batches as fast as they are taken.

A flood paces nothing, tracks nothing and explains nothing; what it commits is what the chain can
be made to commit by the cheapest possible client, which is the yardstick for the swarm.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.load.account import Account, account
from bench.load.workloads import Call, Workload
from system.chain.batches import raw_batches
from system.chain.rpc import Rpc, RpcError
from system.chain.transaction import sign_legacy

_ACCOUNTS = 100


class FloodRefused(RpcError):
    """The node refused a transaction of the flood: its figure would not be a ceiling."""


@dataclass(frozen=True, slots=True)
class Flooded:
    """A finished flood: its blocks, its submissions and the sender's own CPU, in seconds."""

    first_block: int
    last_block: int
    submissions: int
    transactions: int
    send_cpu_s: float


def flood(
    rpc: Rpc, workload: Workload, *, chain_id: int, submissions: int, limit_s: float
) -> Flooded:
    """Enrol, sign everything, push it, and wait until the chain holds it or `limit_s` passed."""
    accounts = [account("flood", process=0, number=number) for number in range(_ACCOUNTS)]
    _push(rpc, [raw for one in accounts for raw in _sign(one, workload.enrolment(one), chain_id)])
    _wait(rpc, accounts, limit_s)
    signed = _signed(workload, accounts, chain_id, submissions)
    first_block = int(rpc.call("eth_blockNumber"), 16) + 1
    started_s = time.process_time()
    _push(rpc, signed)
    send_cpu_s = time.process_time() - started_s
    _wait(rpc, accounts, limit_s)
    last_block = int(rpc.call("eth_blockNumber"), 16)
    return Flooded(first_block, last_block, submissions, len(signed), send_cpu_s)


def _signed(
    workload: Workload, accounts: Sequence[Account], chain_id: int, submissions: int
) -> list[bytes]:
    signed: list[bytes] = []
    for number in range(submissions):
        one = accounts[number % len(accounts)]
        signed += _sign(one, workload.draft(one).calls, chain_id)
        one.sequence += 1
    return signed


def _sign(one: Account, calls: Sequence[Call], chain_id: int) -> list[bytes]:
    raws = []
    for call in calls:
        raws.append(
            sign_legacy(
                key=one.key,
                nonce=one.nonce,
                gas=call.gas,
                to=call.to,
                data=call.data,
                chain_id=chain_id,
            ).raw
        )
        one.nonce += 1
    return raws


def _push(rpc: Rpc, raws: Sequence[bytes]) -> None:
    for body in raw_batches(raws):
        for answer in rpc.batch(body):
            if isinstance(answer, RpcError):
                raise FloodRefused(answer.code, answer.message)


def _wait(rpc: Rpc, accounts: Sequence[Account], limit_s: float) -> None:
    """Until every account's nonce on the chain is the next one to use."""
    deadline_s = time.monotonic() + limit_s
    waiting = list(accounts)
    while waiting and time.monotonic() < deadline_s:
        counts = rpc.batch(
            [("eth_getTransactionCount", [one.address, "latest"]) for one in waiting]
        )
        waiting = [
            one for one, count in zip(waiting, counts, strict=True) if int(count, 16) < one.nonce
        ]
        time.sleep(0.5)
