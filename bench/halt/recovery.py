"""Bringing a halted chain back, and checking that nothing committed was lost."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bench.halt.facts import committed
from bench.halt.history import history, keeps
from bench.halt.remedies import REMEDIES
from bench.halt.result import RemedyFact
from bench.halt.stage import Stage, endpoints
from bench.halt.watch import best, best_head, until, watch
from bench.halt.witness import committed_all, send_small
from system.chain.rpc import Rpc, RpcError, Unreachable
from system.errors import NetworkError

_BLOCKS_WANTED = 3
_RECEIPT_S = 20.0


def recover(stage: Stage) -> tuple[RemedyFact, ...]:
    """Tries the trial's remedies in order, until one brings the chain back to stay."""
    facts: list[RemedyFact] = []
    for name in stage.trial.remedies:
        try:
            facts.append(_tried(stage, name))
        except (RpcError, Unreachable) as error:  # no validator tells what it has committed
            facts.append(RemedyFact(name, False, 0, 0.0, False, False, 0, str(error)))
        if facts[-1].recovered:
            break
    return tuple(facts)


def _tried(stage: Stage, name: str) -> RemedyFact:
    rpcs, trial = endpoints(stage.network), stage.trial
    height = _height(rpcs)
    before, done = history(best(rpcs), height), committed(best(rpcs), stage.accounts)
    started_s, note = time.monotonic(), ""
    try:
        REMEDIES[name](stage.network, trial.network())
    except (NetworkError, RpcError, Unreachable) as error:
        note = str(error)
    sent = send_small(rpcs, chain_id=stage.network.topology.chain_id, salt=name)
    wanted = height + (1 if stage.raft else _BLOCKS_WANTED)
    back = until(lambda: _height(rpcs) >= wanted, limit_s=trial.halt_after_s)
    seconds = time.monotonic() - started_s
    if back and _falls_silent(stage, rpcs):
        back, note = False, f"{_height(rpcs) - height} blocks, then none again"
    return RemedyFact(
        remedy=name,
        recovered=back,
        blocks=max(0, _height(rpcs) - height),
        seconds=round(seconds, 1),
        kept=until(lambda: all(keeps(rpc, before) for rpc in rpcs), limit_s=_RECEIPT_S),
        commits=back and committed_all(rpcs, sent, limit_s=_RECEIPT_S),
        backlog=max(0, committed(best(rpcs), stage.accounts) - done),
        note=note,
    )


def _falls_silent(stage: Stage, rpcs: Sequence[Rpc]) -> bool:
    trial = stage.trial
    end = watch(rpcs, raft=stage.raft, halt_after_s=trial.halt_after_s, limit_s=trial.limit_s)
    return end == "silent"


def _height(rpcs: Sequence[Rpc]) -> int:
    newest = best_head(rpcs)
    return -1 if newest is None else newest.number
