"""One submission of a cell before the clock: what it costs, or which wall it meets.

Every later one is like it, so the timed path needs no estimate (the node refuses to estimate
above 25 M gas anyway), and what can't work at all is found before a swarm tries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.load.account import account
from bench.load.calibrated import Calibrated, TooLong, Walled
from bench.load.session import CellPlan, Session
from bench.load.systems import System
from bench.load.workloads import Call
from bench.load.workloads.jobs import JobsWorkload
from bench.load.workloads.paid.calibration import cost_of
from system.chain.private import HASH_BYTES
from system.chain.receipts import NotMined, Reverted
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call as ControlCall
from system.chain.sender import Sender, send_all
from system.encrypted.contracts.rounds import ChunkTooLarge
from system.jobs.packing import goes_as_words
from system.jobs.stores import STORES, ChunkImpossible
from system.learning.models import parse_weights
from system.learning.stream import stream
from system.weights import codec

# Submissions of a cell differ by the zero bytes of their payloads; what is unused costs nothing.
_MARGIN = 1.05
_SPARE_GAS = 40_000
_LIMIT_S = 120.0


def calibrate(system: System, rpc: Rpc, session: Session, cell: CellPlan) -> Calibrated:
    """Send one submission of the cell and read its receipts.

    Raises Walled where the chain refuses it, and what the codec refuses (NaN, overflow) by name.
    """
    try:
        return system.calibrate(rpc, session, cell)
    except (RpcError, Reverted, NotMined, ChunkImpossible, ChunkTooLarge, TooLong) as error:
        raise Walled(f"{cell.weights_name} as {cell.encoding} in {cell.store}: {error}") from error


def calibrate_board(rpc: Rpc, session: Session, cell: CellPlan) -> Calibrated:
    """What a result costs that nobody is paid for; raises as `calibrate` catches."""
    cell = replace(cell, chunk_bytes=_chunk_bytes(session, cell))
    workload = JobsWorkload(replace(session, cells=(cell,)))
    worker = account(f"{session.seed}|{session.id}|{cell.id}|calibration", process=0, number=0)
    joining = workload.enrolment(worker)
    # The first submission writes slots that were never used: the second costs what all later do.
    first = workload.draft(worker)
    worker.sequence += 1
    second = workload.draft(worker)
    require_time(session, [call.gas for stage in second.stages for call in stage])
    manager = session.manager()
    public = manager is None
    sender = Sender(rpc, worker.key, session.chain.chain_id, manager=manager)
    used: list[list[tuple[Call, int]]] = [[], []]
    for one, other in zip(first.stages, second.stages, strict=True):
        gas = _gas_used(sender, [*joining, *one, *other])[len(joining) :]
        used[0] += zip(one, gas[: len(one)], strict=True)
        used[1] += zip(other, gas[len(one) :], strict=True)
        joining = ()
    carrying = [[gas for call, gas in part if _carries(session, call)] for part in used]
    return Calibrated(
        # The receipt of a private transaction has the gas of its hash, not of what was done.
        cell=replace(cell, gas=_limits(session.chain.gas_limit, *carrying) if public else ()),
        transactions=len(used[1]),
        payload_bytes=second.payload_bytes,
        # A signed legacy transaction adds 104 to 112 bytes to its data, whatever these are.
        wire_bytes=sum((len(call.data) if public else HASH_BYTES) + 110 for call, _ in used[1]),
        gas_used=sum(gas for _, gas in used[1]),
        decode_error_max=_decode_error(session, cell),
    )


def calibrate_market(rpc: Rpc, session: Session, cell: CellPlan) -> Calibrated:
    """What a part in a paid job costs; raises as `calibrate` catches."""
    cell = replace(cell, chunk_bytes=_chunk_bytes(session, cell))
    session = replace(session, cells=(cell,))
    cost = cost_of(rpc, session)
    return Calibrated(
        cell=cell,
        transactions=cost.transactions,
        payload_bytes=cost.payload_bytes,
        wire_bytes=cost.wire_bytes,
        gas_used=cost.gas_used,
        decode_error_max=_decode_error(session, cell),
    )


def require_time(session: Session, gas: Sequence[int]) -> None:
    """Raise TooLong where a submission, alone on the chain, would outlast the run."""
    chain = session.chain
    blocks = blocks_needed(gas, chain.gas_limit)
    needed_s = blocks * (chain.period_s or 0.0)
    limit_s = min(_LIMIT_S, (session.duration_s or _LIMIT_S) + session.drain_s)
    if needed_s > limit_s:
        raise TooLong(
            f"one submission takes {len(gas)} transactions and {blocks} blocks of "
            f"{chain.gas_limit / 1e6:g} M gas, at least {needed_s:.0f} s; the run ends after "
            f"{limit_s:.0f} s: raise --duration, --drain or the gas limit, or use another store"
        )


def blocks_needed(gas: Sequence[int], block_gas: int) -> int:
    """How many blocks transactions take that follow each other, by their gas limits."""
    blocks, left = 0, 0
    for one in gas:
        if one > left:
            blocks, left = blocks + 1, block_gas
        left -= one
    return blocks


def _carries(session: Session, call: Call) -> bool:
    """Whether a transaction carries weights: a gate's have limits of their own."""
    return "0x" + call.to.hex() != session.contracts.get("gate", "").lower()


def _gas_used(sender: Sender, calls: Sequence[Call]) -> list[int]:
    """The gas each of these transactions used, sent without waiting in between."""
    receipts = send_all(
        sender,
        [ControlCall("0x" + call.to.hex(), call.data, call.gas) for call in calls],
        timeout_s=_LIMIT_S,
    )
    return [int(receipt["gasUsed"], 16) for receipt in receipts]


def _limits(block_gas: int, first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """The gas limit of each transaction: the dearer of the two, and some for other zero bytes."""
    dearer = map(max, first, second) if len(first) == len(second) else second
    return tuple(min(block_gas, int(gas * _MARGIN) + _SPARE_GAS) for gas in dearer)


def _chunk_bytes(session: Session, cell: CellPlan) -> int:
    if cell.weights == 0:
        return 0
    words = goes_as_words(cell.encoding)
    return STORES[cell.store].chunk_limit(session.chain, words=words)


def _decode_error(session: Session, cell: CellPlan) -> float | None:
    if cell.weights == 0:
        return None
    [spec] = parse_weights(cell.weights_name)
    return codec(cell.encoding).error(stream(spec, session.seed).next(0))
