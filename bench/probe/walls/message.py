"""The block that no longer fits into a message between validators, which halts the chain."""

from __future__ import annotations

import re
from dataclasses import asdict

from bench.halt.result import TrialResult
from bench.halt.run import run_trial
from bench.halt.trial import Attack, Trial
from bench.limits.gas import ZERO_BYTE_GAS
from bench.limits.safety import PROPOSAL_OVERHEAD_BYTES, TRANSACTIONS_BYTES
from bench.limits.walls import MESSAGE_BYTES
from bench.network.topology import DEFAULT, Topology, load_topology
from bench.probe.finding import Finding
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from system.errors import WeighbridgeError

_TOO_LONG = re.compile(r"message too long: (\d+) > (\d+)")
# Room for 10 MiB of random bytes in one block.
_ROOMY_GAS = 400_000_000
# Quick rounds, and longer ones for a busy machine; two failed rounds end before a chain is called
# halted.
_TIMEOUT_S, _LONG_TIMEOUT_S = 4.0, 12.0
_HALT_TIMEOUTS, _LIMIT_S = 5, 90.0


def _measure(subject: Subject) -> list[Finding]:
    topology = subject.own_topology
    if topology.validators == 1:
        return [_absent("one validator: it sends its proposals to nobody")]
    beyond_bytes = MESSAGE_BYTES + PROPOSAL_OVERHEAD_BYTES
    beyond = _tried(topology, beyond_bytes)
    if topology.idles and beyond.outcome != "halted":
        return [_absent(_raft(beyond, beyond_bytes))]
    if beyond.outcome != "halted":
        return [_finding(topology, _largest(beyond), beyond, beyond_bytes)]
    within = _tried(topology, TRANSACTIONS_BYTES)
    if within.outcome == "halted" and _named(within) is None:
        # Rounds were too short for this machine to agree on such a block.
        within = _tried(topology, TRANSACTIONS_BYTES, timeout_s=_LONG_TIMEOUT_S)
    if within.outcome == "halted":
        raise WeighbridgeError(f"{TRANSACTIONS_BYTES:,} bytes of transactions halted it as well")
    return [_finding(topology, _largest(within), beyond, beyond_bytes)]


def _absent(why: str) -> Finding:
    return Finding(WALL.name, "bytes", WALL.setting, outcome="absent", note=why)


def _tried(topology: Topology, total_bytes: int, *, timeout_s: float = _TIMEOUT_S) -> TrialResult:
    """What became of a chain whose next block has that many bytes of transactions waiting."""
    limit_bytes = topology.transaction_size_limit_kb * 2**10
    count = -(-total_bytes // limit_bytes)
    trial = Trial(
        name="probe",
        attack=Attack(transaction_bytes=(total_bytes // count,), transactions=count, dammed=True),
        topology=DEFAULT,
        settings=_settings(topology, timeout_s),
        halt_after_s=_HALT_TIMEOUTS * timeout_s,
        limit_s=_LIMIT_S,
    )
    result = run_trial(trial)
    if result.outcome == "not-started":
        raise WeighbridgeError(result.note)
    return result


def _settings(topology: Topology, timeout_s: float) -> dict[str, object]:
    """The topology, with room for large blocks, large pools and quick rounds."""
    roomy = {"gas_limit": _ROOMY_GAS, "pool": asdict(load_topology(DEFAULT).pool)}
    if not topology.idles:
        roomy |= {"period_s": 1.0, "request_timeout_s": timeout_s}
    own = {key: value for key, value in asdict(topology).items() if key != "name"}
    return {**own, **roomy}


def _largest(result: TrialResult) -> int:
    if result.largest_block is None:
        raise WeighbridgeError(f"no block was seen: {result.note}")
    return result.largest_block.size_bytes


def _raft(beyond: TrialResult, beyond_bytes: int) -> str:
    return (
        f"not at 10 MiB: with {beyond_bytes:,} bytes waiting, blocks of up to "
        f"{_largest(beyond):,} bytes were committed by Raft's own transport"
    )


def _finding(topology: Topology, passed: int, beyond: TrialResult, beyond_bytes: int) -> Finding:
    named = _named(beyond)
    if named is not None and not passed <= named[1] < named[0]:
        named = None
    halted = beyond.outcome == "halted"
    return Finding(
        name=WALL.name,
        unit="bytes",
        setting=WALL.setting,
        predicted=MESSAGE_BYTES,
        measured=passed if named is None else named[1],
        symptom=_symptom(named) if halted else "",
        note=f"a block of {passed:,} bytes passed, with {beyond_bytes:,} bytes of transactions "
        f"the chain {beyond.outcome}; {_exposure(topology)}",
        # The wall lies between what passed and what halted the chain.
        tolerance=float(beyond_bytes - passed) if halted and named is None else 0.0,
    )


def _exposure(topology: Topology) -> str:
    gas, zeros = topology.gas_limit, topology.gas_limit // ZERO_BYTE_GAS
    if zeros <= MESSAGE_BYTES:
        return f"{gas:,} gas, this topology's, are too few for such a block"
    return f"{gas:,} gas, this topology's, admit {zeros:,} zero bytes: that chain can be halted"


def _named(beyond: TrialResult) -> tuple[int, int] | None:
    """A refused message's size and the limit, as a validator's log has them."""
    lines = (line for validator in beyond.validators for line in validator.said)
    found = next(filter(None, map(_TOO_LONG.search, lines)), None)
    return None if found is None else (int(found[1]), int(found[2]))


def _symptom(named: tuple[int, int] | None) -> str:
    silent = "no block comes any more, and clients get no error"
    if named is None:
        return silent
    return f"{silent}; validators hang up on each other: message too long: {named[0]} > {named[1]}"


WALL = Wall(
    "block message",
    "compiled in (eth/protocols/eth); --miner.gaslimit keeps blocks below it",
    "the network",
    _measure,
)
