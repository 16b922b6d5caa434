"""What a watched chain came to: counts, blocks, validators, and the outcome by its name."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

from bench.halt import view
from bench.halt.result import BlockFact, Outcome, Sent, TrialResult, ValidatorFact
from bench.halt.sending import Account, Tally
from bench.halt.stage import Stage
from bench.halt.trial import Trial
from bench.halt.watch import End, best
from bench.network.node import Node
from system.chain.rpc import Rpc

# A gap as long as a first round's timeout means that at least one round failed.
_STALL_S, _STALL_PERIODS = 10.0, 10
# Blocks' timestamps are whole seconds: a rate over less says little.
_RATE_SPAN_S = 5.0


def observed(stage: Stage, tally: Tally, end: End, *, sending_s: float) -> TrialResult:
    """The trial's row as the chain stands now; its `seconds` are still to be filled in."""
    now_s, ahead = time.time(), best(stage.rpcs)
    last = view.head(ahead)
    made = view.blocks(ahead, stage.first_block, last.number) if last else []
    sent = _sent(stage, ahead, tally, sending_s)
    gap_s = _longest_gap_s(made)
    outcome, note = outcome_of(stage.trial, end, 0.0 if stage.raft else gap_s, sent)
    bytes_per_s, transactions_per_s = rates(made[1:])
    return TrialResult(
        trial=stage.trial.name,
        outcome=outcome,
        note=note,
        seconds=0.0,
        sent=sent,
        last_block=made[-1] if made else None,
        largest_block=max(made, key=lambda block: block.size_bytes, default=None),
        blocks=max(0, len(made) - 1),
        longest_gap_s=round(gap_s, 3),
        silent_s=round(now_s - made[-1].timestamp_s, 1) if made else 0.0,
        bytes_per_s=bytes_per_s,
        transactions_per_s=transactions_per_s,
        validators=validators(stage, stage.rpcs),
    )


def outcome_of(trial: Trial, end: End, gap_s: float, sent: Sent) -> tuple[Outcome, str]:
    """The outcome's name, and in words what it rests on."""
    if end == "silent":
        return "halted", f"no block for {trial.halt_after_s:g} s with {sent.waiting} waiting"
    note = f"{sent.committed} of {sent.offered} committed"
    if end == "late":
        note += f", still at work after {trial.limit_s:g} s"
    if gap_s >= max(_STALL_S, _STALL_PERIODS * trial.network().period_s):
        return "stalled-then-recovered", f"{gap_s:g} s without a block, then {note}"
    return "survived", note


def committed(rpc: Rpc, accounts: Sequence[Account]) -> int:
    """How many of the accounts' transactions are in blocks, by their nonces."""
    asked = [("eth_getTransactionCount", [one.address, "latest"]) for one in accounts]
    nonces = [view.number(answer) or 0 for answer in view.ask_all(rpc, asked)]
    return max(0, sum(nonces) - _openers(accounts))


def validators(stage: Stage, rpcs: Sequence[Rpc]) -> tuple[ValidatorFact, ...]:
    """Each validator as it is now; those that were away before the attack had no peers then."""
    before = itertools.chain(stage.peers_before, itertools.repeat(None))
    rows = zip(stage.network.nodes, rpcs, before, strict=False)
    return tuple(_validator(node, rpc, peers_before=peers) for node, rpc, peers in rows)


def _validator(node: Node, rpc: Rpc, *, peers_before: int | None) -> ValidatorFact:
    newest, (pending, queued) = view.head(rpc), view.pool(rpc)
    return ValidatorFact(
        index=node.validator.index,
        block=newest.number if newest else None,
        round=view.round_of(node.log),
        peers_before=peers_before,
        peers_after=view.number(view.ask(rpc, "net_peerCount")),
        pending=pending,
        queued=queued,
        said=view.telling(node.log),
    )


def _sent(stage: Stage, ahead: Rpc, tally: Tally, seconds: float) -> Sent:
    refused = tally.refusals.most_common(1)
    return Sent(
        offered=stage.trial.attack.transactions,
        accepted=tally.accepted,
        refused=sum(tally.refusals.values()),
        refusal=refused[0][0] if refused else "",
        committed=committed(ahead, stage.accounts),
        waiting=_waiting(stage.rpcs, stage.accounts),
        seconds=round(seconds, 1),
    )


def _waiting(rpcs: Sequence[Rpc], accounts: Sequence[Account]) -> int:
    """The attack's transactions that some validator's pool holds ready for a block."""
    most = [0] * len(accounts)
    asked = [
        ("eth_getTransactionCount", [one.address, tag])
        for one in accounts
        for tag in ("latest", "pending")
    ]
    for rpc in rpcs:
        nonces = [view.number(answer) or 0 for answer in view.ask_all(rpc, asked)]
        each = [after - done for done, after in zip(nonces[::2], nonces[1::2], strict=True)]
        most = list(map(max, most, each))
    return max(0, sum(most) - _openers(accounts))


def _openers(accounts: Sequence[Account]) -> int:
    return sum(one.opener is not None for one in accounts)


def _longest_gap_s(made: Sequence[BlockFact]) -> float:
    stamps = [block.timestamp_s for block in made if block.number]  # the genesis block's is 0
    return max((after - before for before, after in itertools.pairwise(stamps)), default=0.0)


def rates(made: Sequence[BlockFact]) -> tuple[float | None, float | None]:
    """Bytes and transactions a second, from the first block that holds any to the last.

    What the first one holds was committed before that time began, so it does not count.
    """
    full = [block for block in made if block.transactions]
    span_s = full[-1].timestamp_s - full[0].timestamp_s if full else 0.0
    if span_s < _RATE_SPAN_S:
        return None, None
    size_bytes = sum(block.size_bytes for block in full[1:])
    transactions = sum(block.transactions for block in full[1:])
    return round(size_bytes / span_s), round(transactions / span_s, 1)
