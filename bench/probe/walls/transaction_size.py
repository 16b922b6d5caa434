"""The largest signed transaction that the pool takes."""

from __future__ import annotations

from bench.probe.finding import Finding
from bench.probe.limit import largest
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from system.chain.probe import is_oversized, size_refusal
from system.chain.transaction import envelope_bytes

_LOW_BYTES, _HIGH_BYTES = 2**10, 2**20


def _measure(subject: Subject) -> list[Finding]:
    topology = subject.topology
    predicted = None if topology is None else topology.transaction_size_limit_kb * 2**10

    def refusal(size_bytes: int) -> str:
        return size_refusal(subject.rpc, subject.chain.chain_id, size_bytes)

    measured = largest(
        lambda size_bytes: not is_oversized(refusal(size_bytes)),
        guess=predicted or subject.chain.transaction_size_limit_bytes,
        low=_LOW_BYTES,
        high=_HIGH_BYTES,
    )
    data_bytes = measured - envelope_bytes(measured)
    return [
        Finding(
            name=WALL.name,
            unit="bytes",
            setting=WALL.setting,
            predicted=predicted,
            measured=measured,
            symptom=refusal(measured + 1),
            note=f"at least {data_bytes:,} bytes of it are call data: {data_bytes // 4:,} float32 "
            f"or {data_bytes // 32:,} int256 weights",
        )
    ]


WALL = Wall(
    "transaction size", "genesis txnSizeLimit, 32 to 128 (KB; 64 by default)", "nothing", _measure
)
