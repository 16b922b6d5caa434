"""What is known of a cell that never started, so that a report names it all the same."""

from __future__ import annotations

from bench.record.schema import CellFacts
from bench.sweep.plan import Plan
from bench.sweep.point import Cell
from system.learning.models import parse_weights


def unstarted(plan: Plan, cell: Cell) -> CellFacts:
    """The cell as planned; what only a chain could tell is 0, None or empty."""
    point = cell.point
    [spec] = parse_weights(point.weights)
    return CellFacts(
        cell=cell.id,
        session="",
        system=point.system,
        weights=spec.count,
        weights_name=spec.name,
        encoding=point.encoding if spec.count else "none",
        store=point.store if spec.count else "none",
        privacy=point.privacy,
        payload_bytes=0,
        wire_bytes=0,
        transactions_per_submission=0,
        offered_per_s=point.rate_per_s,
        users=point.accounts(),
        loop="closed" if point.rate_per_s is None else "open",
        schedule=point.schedule,
        repeat=cell.repeat,
        topology=point.topology,
        validators=None,
        client_version="",
        chain_id=0,
        gas_limit=0,
        transaction_size_limit_bytes=0,
        period_s=None,
        gas_predicted=None,
        decode_error_max=None,
        warmup_s=plan.warmup_s,
        duration_s=plan.window_s(point),
        drain_s=plan.drain_s,
        contracts={},
        first_block=0,
        seed=plan.seed,
        job_size=point.job_size,
        evil=None if point.job_size is None else float(point.evil),
    )
