"""Two contributions before the clock: what one costs where the model agrees, and where it learns.

Each class is learned for the first time, which costs most: later ones stay below that limit.
"""

from __future__ import annotations

from dataclasses import replace

from bench.load.account import account
from bench.load.calibrated import Calibrated
from bench.load.session import CellPlan, Session
from bench.load.workloads.models.deploy import provider_of, samples_in
from bench.load.workloads.models.terms import CALIBRATING, LENT
from bench.load.workloads.models.workload import VALUE_BYTES, contribution
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send, send_all

_TRANSFER_GAS = 21_000
# What indices, or values with other zero bytes, may cost more.
_MARGIN = 1.25
_SPARE_GAS = 100_000
_LIMIT_S = 120.0


def calibrate_models(rpc: Rpc, session: Session, cell: CellPlan) -> Calibrated:
    """What a contribution costs; raises as `bench.load.calibrate` catches."""
    session = replace(session, cells=(cell,))
    samples = samples_in(session)
    worker = account(f"{session.seed}|{session.id}|calibration", process=0, number=0)
    provider = provider_of(rpc, session)
    send(provider, Call(worker.address, b"", _TRANSFER_GAS, value=LENT), timeout_s=_LIMIT_S)
    right, other = samples.pool[-1], samples.pool[-2]
    wrong = (other.label + 1) % samples.classes
    sent = [
        contribution(session, samples, right, right.label),
        contribution(session, samples, other, wrong),
    ]
    assert len(sent) == CALIBRATING
    sender = Sender(rpc, worker.key, session.chain.chain_id)
    receipts = send_all(sender, sent, timeout_s=_LIMIT_S)
    used = [int(receipt["gasUsed"], 16) for receipt in receipts]
    limit = int(max(used) * _MARGIN) + _SPARE_GAS
    return Calibrated(
        # A sparse sample may have more indices than these: the bound that follows from them holds.
        cell=replace(cell, gas=() if samples.sparse else (limit,)),
        transactions=1,
        payload_bytes=VALUE_BYTES * len(right.features),
        wire_bytes=len(sent[0].data) + 110,  # what a signed transaction adds
        gas_used=used[0],
        decode_error_max=None,
    )
