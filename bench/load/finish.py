"""The end of a session: parts merged, counts held against the chain, outcomes written."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load.process_file import ProcessEnd, ended
from bench.load.reconcile import OnChain, read_chain
from bench.load.session import CellPlan, Session
from bench.load.systems import Recount, System
from bench.load.systems.registry import system_in
from bench.record.reader import read_run
from bench.record.schema import (
    LAGGED,
    CellEnd,
    CellOutcome,
    Reconciled,
    SubmissionRow,
)
from bench.record.writer import open_run
from system.chain.rpc import Rpc, RpcError, Unreachable
from system.errors import WeighbridgeError

# A generator this late at its 99th percentile did not offer the load that was asked for.
LATEST_LAG_P99_S = 0.5
# Below this share of its offered submissions committed in the end, a chain is saturated.
SUSTAINED = 0.95

log = logging.getLogger("weighbridge")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the processes of a session left, as one."""

    ends: Sequence[ProcessEnd]

    @property
    def window(self) -> tuple[float, float] | None:
        """The time that every process measured, in seconds since the epoch."""
        starts = [end.window_start_s for end in self.ends if end.window_start_s]
        stops = [end.window_end_s for end in self.ends if end.window_start_s]
        return (max(starts), min(stops)) if starts and max(starts) < min(stops) else None

    @property
    def cpu_s(self) -> float | None:
        """User and system time of all processes."""
        return sum(end.cpu_s for end in self.ends) if self.ends else None

    @property
    def memory_bytes(self) -> int | None:
        """The largest resident memory of all processes together."""
        return sum(end.memory_bytes for end in self.ends) if self.ends else None

    @property
    def lag_s(self) -> dict[str, float] | None:
        """The lag of the process that lagged most."""
        lags = [end.lag_s for end in self.ends if end.lag_s is not None]
        return max(lags, key=lambda lag: lag["p99"]) if lags else None

    @property
    def halted(self) -> str:
        """What a process saw of a chain that stopped; "" if none did."""
        return next((end.halted for end in self.ends if end.halted), "")


def finish_session(run_dir: Path, session: Session) -> bool:
    """Write how each cell of the session ended; True when something fell short."""
    parts = Parts(ended(run_dir, session.id))
    cells = {cell.id for cell in session.cells}
    rows = [row for row in read_run(run_dir).submissions if row.cell in cells]
    on_chain = _read_chain(session, parts, rows)
    run = open_run(run_dir)
    ends = []
    left = _close(session, parts, rows) if isinstance(on_chain, OnChain) else ""
    recount: Recount | RpcError | Unreachable = Recount()
    if isinstance(on_chain, OnChain):
        recount = _recounted(session, rows)
    if not isinstance(recount, Recount):
        on_chain, recount = recount, Recount()
    for cell in session.cells:
        mine = [row for row in rows if row.cell == cell.id]
        share = len(mine) / len(rows) if rows else 1.0
        ends.append(
            _cell_end(session, cell, parts, mine, on_chain, share=share, recount=recount, note=left)
        )
    for end in ends:
        run.end_cell(end)
        log.info("%s: %s", end.cell, end.wall or end.invalid_reason or end.outcome)
    return any(end.outcome != "ok" or not end.valid for end in ends)


def report_run(run_dir: Path) -> None:
    """Build the run's page in a process of its own: plotting has no place in a patched one."""
    code = "import sys; from bench.cli import run; sys.exit(run(sys.argv[1:]))"
    subprocess.run([sys.executable, "-c", code, "report", str(run_dir)], check=False)


def _recounted(session: Session, rows: Sequence[SubmissionRow]) -> Recount | RpcError | Unreachable:
    try:
        return system_in(session).recount(Rpc(session.rpc_urls[0]), session, rows)
    except (RpcError, Unreachable) as error:
        return error


def _close(session: Session, parts: Parts, rows: Sequence[SubmissionRow]) -> str:
    """Have done what is left to do on chain; what was left undone, or "".

    What fails there is said and no more: the figures are in, and the recount tells the rest.
    """
    if parts.halted or not rows:
        return ""
    try:
        return system_in(session).close(Rpc(session.rpc_urls[0]), session, rows)
    except WeighbridgeError as error:
        return f"not all could be settled: {error}"


def _read_chain(
    session: Session, parts: Parts, rows: Sequence[SubmissionRow]
) -> OnChain | RpcError | Unreachable:
    seen = [row.last_block for row in rows if row.last_block is not None]
    last = max([session.first_block - 1, *seen, *(end.last_block for end in parts.ends)])
    try:
        return read_chain(Rpc(session.rpc_urls[0]), session, last_block=last)
    except (RpcError, Unreachable) as error:
        return error


def _cell_end(
    session: Session,
    cell: CellPlan,
    parts: Parts,
    rows: Sequence[SubmissionRow],
    on_chain: OnChain | RpcError | Unreachable,
    *,
    share: float,
    recount: Recount,
    note: str = "",
) -> CellEnd:
    """How one cell ended; of the processes' CPU it bears its `share` of the submissions."""
    system = system_in(session)
    reconciled = reconcile(system, rows, on_chain) if isinstance(on_chain, OnChain) else None
    invalid = invalid_reason(session, parts, rows, reconciled, on_chain) or recount.fault
    outcome, wall = verdict(system, parts, rows)
    window = parts.window
    return CellEnd(
        cell=cell.id,
        outcome=outcome,
        wall=wall,
        valid=not invalid,
        invalid_reason=invalid,
        window_start_s=window[0] if window else None,
        window_end_s=window[1] if window else None,
        generator_cpu_s=None if parts.cpu_s is None else parts.cpu_s * share,
        generator_memory_bytes=parts.memory_bytes,
        schedule_lag_s=parts.lag_s,
        last_block=max((end.last_block for end in parts.ends), default=None),
        reconciled=reconciled,
        note=parts.halted or note,
        behaviours=recount.behaviours,
        market=recount.market,
        accounts=recount.accounts,
        calls=recount.calls,
    )


def reconcile(system: System, rows: Sequence[SubmissionRow], on_chain: OnChain) -> Reconciled:
    """The rows' claims beside the chain's own counts.

    A transaction is claimed when its submission was included or reverted; one that was mined
    after the drain had ended is no claim, and then the two disagree. Which submissions are claimed
    the system says.
    """
    claimed = [row for row in rows if row.outcome in ("included", "reverted")]
    transactions = sum(row.transactions for row in claimed)
    sent = [one for row in rows for one in row.hashes]
    submissions = sum(map(system.claims, rows))
    found = on_chain.transactions(sent), on_chain.submissions({row.worker for row in rows})
    return Reconciled(
        transactions_on_chain=found[0],
        transactions_claimed=transactions,
        submissions_on_chain=found[1],
        submissions_claimed=submissions,
        agrees=found == (transactions, submissions),
    )


def invalid_reason(
    session: Session,
    parts: Parts,
    rows: Sequence[SubmissionRow],
    reconciled: Reconciled | None,
    on_chain: OnChain | RpcError | Unreachable,
) -> str:
    """Why the cell's figures can't be trusted, or ""."""
    lag_s = parts.lag_s
    if not rows:
        return "nothing was submitted"
    if parts.window is None:
        return "the run ended before its warm-up did"
    if lag_s is not None and lag_s["p99"] > LATEST_LAG_P99_S:
        return (
            f"{LAGGED} {lag_s['p99']:.2f} s behind its schedule at p99: "
            "lower --rate or raise --processes"
        )
    if not isinstance(on_chain, OnChain):
        return f"the chain could not be read again: {on_chain}"
    # After a halt, or a drain cut short, the chain may hold more than was seen.
    late = any(row.outcome in ("timed_out", "aborted", "rejected") for row in rows)
    if reconciled is not None and not reconciled.agrees and not late and not parts.halted:
        return f"rows and chain disagree: {reconciled}"
    return ""


def verdict(
    system: System, parts: Parts, rows: Sequence[SubmissionRow]
) -> tuple[CellOutcome, str | None]:
    """The cell's outcome, and the wall it met, if any."""
    if parts.halted:
        return "halted", "the chain stopped making blocks"
    failed = [row for row in rows if row.outcome != "included" and not system.expected(row)]
    if rows and len(failed) > (1 - SUSTAINED) * len(rows):
        worst = max(
            {row.outcome for row in failed},
            key=lambda outcome: sum(row.outcome == outcome for row in failed),
        )
        reason = next(row.reason for row in failed if row.outcome == worst)
        return "saturated", f"{worst.replace('_', ' ')}: {reason}"
    return "ok", None
