"""How long the chain stands still when validators are lost."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from bench.network.running import Network, network
from bench.network.topology import Topology
from bench.probe.deadline import Deadline
from bench.probe.finding import Finding
from bench.probe.sending import hand_over_all, receipts_of
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from system.chain.keys import derive_key
from system.chain.rpc import Rpc
from system.chain.transaction import sign_legacy
from system.errors import WeighbridgeError

# A round's timeout has to be waited for, and for recovery its double: longer ones are shortened.
_LONGEST_TIMEOUT_S, _LONGEST_PERIOD_S = 10.0, 2.0
# What a busy machine adds to a timer.
_SLACK_S, _SLACK_SHARE = 2.0, 0.3
_RECOVERY_LIMIT_S = 75.0
_SILENCE_PERIODS = 5
_POLL_S = 0.02
_RAFT_SILENCE_S = 3.0


def _measure(subject: Subject) -> list[Finding]:
    topology = subject.own_topology
    if not losses_survived(topology):
        return [_absent(f"{topology.validators} of {topology.validators} validators are needed")]
    if topology.idles:
        return [_absent("Raft has no rounds: it elects a leader"), *_raft(topology, subject.salt)]
    return _bft(topology)


def losses_survived(topology: Topology) -> int:
    """How many validators may be lost: a quorum is ceil(2N/3), in Raft a majority."""
    count = topology.validators
    quorum = count // 2 + 1 if topology.idles else math.ceil(2 * count / 3)
    return count - quorum


def _absent(why: str) -> Finding:
    return Finding(WALL.name, "s", WALL.setting, outcome="absent", note=why)


def _bft(topology: Topology) -> list[Finding]:
    quick = replace(
        topology,
        period_s=min(topology.period_s, _LONGEST_PERIOD_S),
        request_timeout_s=min(topology.request_timeout_s, _LONGEST_TIMEOUT_S),
    )
    with network(quick) as running:
        rpc = Rpc(running.endpoints[0])
        *others, last = range(1, quick.validators)
        running.kill(last)
        gap_s = _gap_s(rpc, quick)
        for index in others[-losses_survived(quick) :]:
            running.kill(index)
        silent_s = _silence_s(rpc, quick)
        height, begun_s = _height(rpc), time.monotonic()
        running.restart(last)
        Deadline(_RECOVERY_LIMIT_S).until(
            lambda: True if _height(rpc) > height else None, "a block after the restart"
        )
        back_s = time.monotonic() - begun_s
    return [_timeout(topology, quick, gap_s), _quorum(quick, silent_s, back_s)]


def _gap_s(rpc: Rpc, quick: Topology) -> float:
    """Seconds without a block when it is the dead validator's turn: at most once in N blocks."""
    deadline = Deadline(4 * quick.request_timeout_s + (quick.validators + 10) * quick.period_s)
    height, since_s, longest_s = _height(rpc), time.monotonic(), 0.0
    while longest_s < quick.request_timeout_s / 2:
        deadline.check("a round change")
        time.sleep(_POLL_S)
        if (now := _height(rpc)) != height:
            longest_s = max(longest_s, time.monotonic() - since_s)
            height, since_s = now, time.monotonic()
    return longest_s


def _silence_s(rpc: Rpc, quick: Topology) -> float:
    """Seconds that were waited in vain for a block; raises WeighbridgeError if one came."""
    time.sleep(quick.period_s)  # what was agreed on before still comes
    height, wait_s = _height(rpc), _SILENCE_PERIODS * quick.period_s
    time.sleep(wait_s)
    if _height(rpc) != height:
        raise WeighbridgeError("blocks went on when more validators were lost than a quorum spares")
    return wait_s


def _height(rpc: Rpc) -> int:
    return int(rpc.call("eth_blockNumber"), 16)


def _timeout(topology: Topology, quick: Topology, gap_s: float) -> Finding:
    quickly = f"; to be quick, at {quick.request_timeout_s:g} s and {quick.period_s:g} s a block"
    return Finding(
        name=WALL.name,
        unit="s",
        setting=WALL.setting,
        predicted=quick.request_timeout_s,
        measured=round(gap_s, 1),
        symptom="no error: no block while it is a dead validator's turn",
        note=f"one block in {quick.validators} with one validator dead"
        + (quickly if quick != topology else ""),
        tolerance=max(_SLACK_S, _SLACK_SHARE * quick.request_timeout_s) + quick.period_s,
    )


def _quorum(quick: Topology, silent_s: float, back_s: float) -> Finding:
    lost = losses_survived(quick) + 1
    return Finding(
        name="quorum lost, then back",
        unit="s",
        setting="the number of validators" + ("" if quick.idles else "; " + WALL.setting),
        measured=round(back_s, 1),
        symptom=f"no error: no block while {lost} of {quick.validators} are dead; "
        "transactions are taken and wait",
        note=f"no block in {silent_s:g} s; the next one so long after one of them was started "
        "again, its start included",
    )


def _raft(topology: Topology, salt: str) -> list[Finding]:
    with network(topology) as running:
        sender = _Sender(salt, topology.chain_id)
        leader = _leader(running)
        alive = [index for index in range(topology.validators) if index != leader]
        rpc = Rpc(running.endpoints[alive[0]])
        running.kill(leader)
        elected_s = sender.committed_s(rpc)
        for index in alive[1 : 1 + losses_survived(topology)]:
            running.kill(index)
        waiting = sender.sent(rpc)
        time.sleep(_RAFT_SILENCE_S)
        if rpc.call("eth_getTransactionReceipt", waiting) is not None:
            raise WeighbridgeError("a minority of Raft nodes went on making blocks")
        begun_s = time.monotonic()
        running.restart(leader)
        receipts_of(rpc, [waiting], timeout_s=_RECOVERY_LIMIT_S)
        back_s = time.monotonic() - begun_s
    elected = Finding(
        name="leader lost",
        unit="s",
        setting="compiled in (etcd's election timeout)",
        measured=round(elected_s, 1),
        symptom="no error: transactions are taken and wait for the election",
        note="from the leader's death to the next transaction's block",
    )
    return [elected, _quorum(topology, _RAFT_SILENCE_S, back_s)]


def _leader(running: Network) -> int:
    found = str(Rpc(running.endpoints[0]).call("raft_leader"))
    ids = [node.validator.node_id for node in running.nodes]
    if found not in ids:
        raise WeighbridgeError(f"no node of the network is the leader {found!r}")
    return ids.index(found)


class _Sender:
    """An account that sends one small transaction after another."""

    def __init__(self, salt: str, chain_id: int) -> None:
        self._key, self._chain_id, self._nonce = derive_key(salt, "rounds", 0), chain_id, 0

    def sent(self, rpc: Rpc) -> str:
        """The hash of the next transaction, handed over."""
        signed = sign_legacy(
            key=self._key,
            nonce=self._nonce,
            gas=21_000,
            to=bytes(20),
            data=b"",
            chain_id=self._chain_id,
        )
        self._nonce += 1
        return hand_over_all(rpc, [signed.raw])[0]

    def committed_s(self, rpc: Rpc) -> float:
        """Seconds until the next transaction was in a block."""
        begun_s = time.monotonic()
        receipts_of(rpc, [self.sent(rpc)], timeout_s=_RECOVERY_LIMIT_S)
        return time.monotonic() - begun_s


WALL = Wall("round timeout", "genesis requestTimeoutSeconds", "the network", _measure)
