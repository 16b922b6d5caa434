"""The largest contract code that the chain deploys."""

from __future__ import annotations

from bench.limits.gas import memory_gas
from bench.probe.finding import Finding
from bench.probe.limit import largest
from bench.probe.sending import receipts_of
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from system.chain.keys import derive_key
from system.chain.probe import code_refusal
from system.chain.sender import Call, Sender, hand_over

_LOW_BYTES, _HIGH_BYTES = 2**10, 2**18
_TOO_LARGE = "max code size exceeded"
_PATIENCE_S = 30.0


def _measure(subject: Subject) -> list[Finding]:
    topology = subject.topology
    predicted = None if topology is None else topology.code_size_limit_kb * 2**10
    measured = largest(
        lambda size_bytes: code_refusal(subject.rpc, size_bytes) != _TOO_LARGE,
        guess=predicted or subject.chain.code_size_limit_bytes,
        low=_LOW_BYTES,
        high=_HIGH_BYTES,
    )
    return [
        Finding(
            name=WALL.name,
            unit="bytes",
            setting=WALL.setting,
            predicted=predicted,
            measured=measured,
            symptom=code_refusal(subject.rpc, measured + 1),
            note=_deployed(subject, measured) if subject.is_own else "by simulated deployments",
        )
    ]


def _deployed(subject: Subject, size_bytes: int) -> str:
    """What became of two real deployments, of that size and of a byte more."""
    calls = [_creation(size) for size in (size_bytes, size_bytes + 1)]
    if calls[1].gas > subject.chain.gas_limit:
        return f"not deployed: {calls[1].gas:,} gas is more than a block has"
    key = derive_key(subject.salt, "code", 0)
    hashes = hand_over(Sender(subject.rpc, key, subject.chain.chain_id), calls)
    fits, beyond = (
        "succeeds" if int(receipt["status"], 16) else "fails and uses all its gas"
        for receipt in receipts_of(
            subject.rpc, hashes, timeout_s=_PATIENCE_S + 3 * (subject.chain.period_s or 0.0)
        )
    )
    return f"mined: {size_bytes:,} bytes {fits}, {size_bytes + 1:,} {beyond}"


def _creation(size_bytes: int) -> Call:
    # PUSH3 size, PUSH1 0, RETURN. 53,000 for a creation, 200 a byte of code, and memory (Yellow
    # Paper, appendix G); 2,000 are to spare.
    memory = memory_gas(-(-size_bytes // 32))
    gas = 53_000 + 200 * size_bytes + memory + 2_000
    return Call(None, b"\x62" + size_bytes.to_bytes(3, "big") + b"\x60\x00\xf3", gas)


WALL = Wall("contract code", "genesis maxCodeSizeConfig, 24 to 128 (KB)", "nothing", _measure)
