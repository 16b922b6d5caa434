"""One trial from start to end, every wait of it with a deadline."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from bench.halt.away import come_back
from bench.halt.facts import observed, validators
from bench.halt.recovery import recover
from bench.halt.result import TrialResult
from bench.halt.sending import send
from bench.halt.stage import Stage, endpoints, staged
from bench.halt.trial import Trial
from bench.halt.watch import watch
from bench.network.running import network
from system.chain.rpc import RpcError, Unreachable
from system.errors import NetworkError

_SEND_LIMIT_S = 120.0


def run_trial(trial: Trial, *, directory: Path | None = None) -> TrialResult:
    """What became of a network of its own under the trial's attack: it ends, in a named outcome.

    `survived`: blocks went on; `halted`: none came for `trial.halt_after_s`, which is well above
    the timeouts of two failed rounds; `stalled-then-recovered`: a gap as long as a failed round's,
    then blocks again; `not-started`: the network or the attack's preparation failed, `note` says
    why. It takes about 10 s to start, 120 s at most to send, and `trial.limit_s` at most to watch;
    remedies as long again each. `directory` keeps the nodes' data and logs.
    Raises UsageError for a topology or settings that can't be used.
    """
    topology = trial.network()
    started_s = time.monotonic()
    try:
        with network(topology, directory) as running:
            result = _aftermath(*_attacked(staged(trial, running)))
    except (NetworkError, RpcError, Unreachable) as error:
        result = TrialResult(trial.name, "not-started", " ".join(str(error).split()), 0.0)
    return replace(result, seconds=round(time.monotonic() - started_s, 1))


def _attacked(stage: Stage) -> tuple[Stage, TrialResult]:
    trial, started_s = stage.trial, time.monotonic()
    tally = send(stage.accounts, trial.attack, stage.rpcs, limit_s=_SEND_LIMIT_S)
    sending_s = time.monotonic() - started_s
    end = watch(stage.rpcs, raft=stage.raft, halt_after_s=trial.halt_after_s, limit_s=trial.limit_s)
    return stage, observed(stage, tally, end, sending_s=sending_s)


def _aftermath(stage: Stage, result: TrialResult) -> TrialResult:
    if stage.trial.away_blocks:
        result = _with_the_one_away(stage, result)
    if result.outcome == "halted":
        return replace(result, remedies=recover(stage))
    return result


def _with_the_one_away(stage: Stage, result: TrialResult) -> TrialResult:
    level_s = come_back(stage.network, stage.trial, stage.rpcs)
    said = "is level" if level_s else "is not level"
    after_s = level_s or stage.trial.limit_s
    return replace(
        result,
        caught_up_s=level_s,
        note=f"{result.note}; who was away {said} after {after_s:g} s",
        validators=validators(stage, endpoints(stage.network)),
    )
