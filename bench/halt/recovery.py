"""Bringing a halted chain back, and checking that nothing committed was lost."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bench.halt.history import history, keeps
from bench.halt.remedies import REMEDIES
from bench.halt.result import RemedyFact
from bench.halt.sending import Account
from bench.halt.trial import Trial
from bench.halt.view import ask_all, number
from bench.halt.watch import best, best_head, until, watch
from bench.halt.witness import committed_all, send_small
from bench.network.running import Network
from system.chain.rpc import Rpc
from system.errors import NetworkError

_BLOCKS_WANTED = 3
_RECEIPT_S = 20.0
_ANSWER_S = 30.0


def recover(network: Network, trial: Trial, accounts: Sequence[Account]) -> tuple[RemedyFact, ...]:
    """Tries the trial's remedies in order, until one brings the chain back to stay.

    Raises RpcError or Unreachable where no validator tells what it has committed.
    """
    facts: list[RemedyFact] = []
    for name in trial.remedies:
        facts.append(_tried(network, trial, name, accounts))
        if facts[-1].recovered:
            break
    return tuple(facts)


def committed(rpc: Rpc, accounts: Sequence[Account]) -> int:
    """How many of the accounts' transactions are in blocks, by their nonces."""
    asked = [("eth_getTransactionCount", [one.address, "latest"]) for one in accounts]
    nonces = [number(answer) or 0 for answer in ask_all(rpc, asked)]
    openers = sum(one.opener is not None for one in accounts)
    return max(0, sum(nonces) - openers)


def _tried(network: Network, trial: Trial, name: str, accounts: Sequence[Account]) -> RemedyFact:
    rpcs, raft = _rpcs(network), network.topology.idles
    height = _height(rpcs)
    before, done = history(best(rpcs), height), committed(best(rpcs), accounts)
    started_s, note = time.monotonic(), ""
    try:
        REMEDIES[name](network, trial.network())
    except NetworkError as error:
        note = str(error)
    sent = send_small(rpcs, chain_id=network.topology.chain_id, salt=name)
    wanted = height + (1 if raft else _BLOCKS_WANTED)
    back = until(lambda: _height(rpcs) >= wanted, limit_s=trial.halt_after_s)
    seconds = time.monotonic() - started_s
    if back and _falls_silent(rpcs, trial, raft=raft):
        back, note = False, f"{_height(rpcs) - height} blocks, then none again"
    return RemedyFact(
        remedy=name,
        recovered=back,
        blocks=max(0, _height(rpcs) - height),
        seconds=round(seconds, 1),
        kept=until(lambda: all(keeps(rpc, before) for rpc in rpcs), limit_s=_RECEIPT_S),
        commits=back and committed_all(rpcs, sent, limit_s=_RECEIPT_S),
        backlog=max(0, committed(best(rpcs), accounts) - done),
        note=note,
    )


def _falls_silent(rpcs: Sequence[Rpc], trial: Trial, *, raft: bool) -> bool:
    end = watch(rpcs, raft=raft, halt_after_s=trial.halt_after_s, limit_s=trial.limit_s)
    return end == "silent"


def _rpcs(network: Network) -> list[Rpc]:
    return [Rpc(endpoint, timeout_s=_ANSWER_S) for endpoint in network.endpoints]


def _height(rpcs: Sequence[Rpc]) -> int:
    newest = best_head(rpcs)
    return -1 if newest is None else newest.number
