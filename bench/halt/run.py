"""One trial from start to end, every wait of it with a deadline."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.halt import view
from bench.halt.away import come_back
from bench.halt.recovery import committed, recover
from bench.halt.refund import filled_contract
from bench.halt.result import BlockFact, Outcome, Sent, TrialResult, ValidatorFact
from bench.halt.sending import Account, Tally, send, signed_accounts
from bench.halt.trial import Trial
from bench.halt.watch import End, best, watch
from bench.halt.witness import committed_all, send_small
from bench.network.running import Network, network
from system.chain.rpc import Rpc, RpcError, Unreachable
from system.errors import NetworkError

_ANSWER_S = 30.0
_SEND_LIMIT_S = 120.0
_FILL_LIMIT_S = 60.0
# A gap as long as a first round's timeout means that at least one round failed.
_STALL_S, _STALL_PERIODS = 10.0, 10
# Blocks' timestamps are whole seconds: a rate over less says little.
_RATE_SPAN_S = 5.0


def run_trial(trial: Trial, *, directory: Path | None = None) -> TrialResult:
    """What became of a network of its own under the trial's attack: it ends, in a named outcome.

    `survived`: blocks went on; `halted`: none came for `trial.halt_after_s`, which is well above
    the timeouts of two failed rounds; `stalled-then-recovered`: a gap as long as a failed round's,
    then blocks again; `not-started`: the network or the attack's preparation failed, `note` says
    why. It takes about 10 s to start, `_SEND_LIMIT_S` at most to send, and `trial.limit_s` at most
    to watch; remedies as long again each. `directory` keeps the nodes' data and logs.
    Raises UsageError for a topology or settings that can't be used.
    """
    topology = trial.network()
    started_s = time.monotonic()
    try:
        with network(topology, directory) as running:
            result = _attacked(trial, running)
    except (NetworkError, RpcError, Unreachable) as error:
        result = TrialResult(trial.name, "not-started", " ".join(str(error).split()), 0.0)
    return replace(result, seconds=round(time.monotonic() - started_s, 1))


def _attacked(trial: Trial, running: Network) -> TrialResult:
    rpcs = [Rpc(endpoint, timeout_s=_ANSWER_S) for endpoint in running.endpoints]
    if trial.away_blocks:
        running.kill(len(rpcs) - 1)
        rpcs = rpcs[:-1]
    for rpc in rpcs:
        view.ask(rpc, "debug_vmodule", view.LOGGING)
    if trial.remedies:  # something must be there that a remedy could lose
        small = send_small(rpcs, chain_id=running.topology.chain_id, salt="before")
        committed_all(rpcs, small, limit_s=_FILL_LIMIT_S)
    accounts = _accounts(trial, running, rpcs[0])
    peers_before = [view.number(view.ask(rpc, "net_peerCount")) for rpc in rpcs]
    first = view.number(view.ask(rpcs[0], "eth_blockNumber")) or 0
    sent_s = time.monotonic()
    tally = send(accounts, trial.attack, rpcs, limit_s=_SEND_LIMIT_S)
    sent_s = time.monotonic() - sent_s
    raft = running.topology.idles
    end = watch(rpcs, raft=raft, halt_after_s=trial.halt_after_s, limit_s=trial.limit_s)
    sent = _sent(trial, rpcs, accounts, tally, sent_s)
    ended_s = time.time()
    ahead = best(rpcs)
    last = view.head(ahead)
    made = view.blocks(ahead, first, last.number) if last else []
    result = _result(trial, made, end, sent, ended_s, raft=raft)
    result = replace(result, validators=_validators(running, rpcs, peers_before))
    if trial.away_blocks:
        level_s = come_back(running, trial, rpcs)
        said = "is level" if level_s else "is not level"
        note = f"{result.note}; who was away {said} after {level_s or trial.limit_s:g} s"
        result = replace(result, caught_up_s=level_s, note=note)
        rpcs.append(Rpc(running.endpoints[-1], timeout_s=_ANSWER_S))
        result = replace(result, validators=_validators(running, rpcs, [*peers_before, None]))
    if result.outcome == "halted" and trial.remedies and last:
        result = replace(result, remedies=recover(running, trial, accounts))
    return result


def _accounts(trial: Trial, running: Network, rpc: Rpc) -> list[Account]:
    attack, chain_id = trial.attack, running.topology.chain_id
    clearing = None
    if attack.refund_slots:
        slots = attack.refund_slots * attack.transactions
        clearing = filled_contract(rpc, chain_id=chain_id, slots=slots, timeout_s=_FILL_LIMIT_S)
    return signed_accounts(attack, chain_id=chain_id, clearing=clearing)


def _sent(
    trial: Trial, rpcs: Sequence[Rpc], accounts: Sequence[Account], tally: Tally, seconds: float
) -> Sent:
    refused = tally.refusals.most_common(1)
    return Sent(
        offered=trial.attack.transactions,
        accepted=tally.accepted,
        refused=sum(tally.refusals.values()),
        refusal=refused[0][0] if refused else "",
        committed=committed(best(rpcs), accounts),
        waiting=_waiting(rpcs, accounts),
        seconds=round(seconds, 1),
    )


def _waiting(rpcs: Sequence[Rpc], accounts: Sequence[Account]) -> int:
    """The attack's transactions that some validator's pool holds ready for a block."""
    most = [0] * len(accounts)
    for rpc in rpcs:
        asked = [
            ("eth_getTransactionCount", [one.address, tag])
            for one in accounts
            for tag in ("latest", "pending")
        ]
        nonces = [view.number(answer) or 0 for answer in view.ask_all(rpc, asked)]
        each = [after - done for done, after in zip(nonces[::2], nonces[1::2], strict=True)]
        most = list(map(max, most, each))
    openers = sum(one.opener is not None for one in accounts)
    return max(0, sum(most) - openers)


def _result(
    trial: Trial, made: Sequence[BlockFact], end: End, sent: Sent, ended_s: float, *, raft: bool
) -> TrialResult:
    full = [block for block in made[1:] if block.transactions]
    span_s = full[-1].timestamp_s - full[0].timestamp_s if full else 0.0
    counted = full[1:] if span_s >= _RATE_SPAN_S else []
    stamps = [block.timestamp_s for block in made if block.number]  # the genesis block's is 0
    gap_s = max((after - before for before, after in itertools.pairwise(stamps)), default=0.0)
    outcome, note = _outcome(trial, end, 0.0 if raft else gap_s, sent)
    return TrialResult(
        trial=trial.name,
        outcome=outcome,
        note=note,
        seconds=0.0,
        sent=sent,
        last_block=made[-1] if made else None,
        largest_block=max(made, key=lambda block: block.size_bytes, default=None),
        blocks=len(made) - 1,
        longest_gap_s=round(gap_s, 3),
        silent_s=round(ended_s - made[-1].timestamp_s, 1) if made else 0.0,
        bytes_per_s=round(sum(b.size_bytes for b in counted) / span_s) if counted else None,
        transactions_per_s=(
            round(sum(b.transactions for b in counted) / span_s, 1) if counted else None
        ),
    )


def _outcome(trial: Trial, end: End, gap_s: float, sent: Sent) -> tuple[Outcome, str]:
    if end == "silent":
        return "halted", f"no block for {trial.halt_after_s:g} s with {sent.waiting} waiting"
    note = f"{sent.committed} of {sent.offered} committed"
    if end == "late":
        note += f", still at work after {trial.limit_s:g} s"
    if gap_s >= max(_STALL_S, _STALL_PERIODS * trial.network().period_s):
        return "stalled-then-recovered", f"{gap_s:g} s without a block, then {note}"
    return "survived", note


def _validators(
    running: Network, rpcs: Sequence[Rpc], peers_before: Sequence[int | None]
) -> tuple[ValidatorFact, ...]:
    facts = []
    for index, rpc in enumerate(rpcs):
        log = running.nodes[index].log
        newest = view.head(rpc)
        pending, queued = view.pool(rpc)
        facts.append(
            ValidatorFact(
                index=index,
                block=newest.number if newest else None,
                round=view.round_of(log),
                peers_before=peers_before[index],
                peers_after=view.number(view.ask(rpc, "net_peerCount")),
                pending=pending,
                queued=queued,
                said=view.telling(log),
            )
        )
    return tuple(facts)
