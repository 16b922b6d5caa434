"""Where a load saturates its chain: the curve over offered rates, and what gave out at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bench.record.schema import LAGGED
from bench.report.contract import PointSummary
from bench.report.frame import CellData
from bench.report.intervals import rate_by_blocks
from bench.report.numbers import percent, whole
from bench.report.summary import summarise
from bench.report.sustained import Bracket, bracket, by_most, obstacle
from bench.report.walls import WIRE_LIMIT_BYTES, walls

GaveOut = Literal[
    "block gas",
    "block message",
    "round changes",
    "late blocks",
    "validator CPU",
    "machine CPU",
    "pool",
    "generator",
    "wall",
    "unknown",
    "none seen",
]
# A machine this busy has nothing left for whoever waits.
_BUSY = 0.9
# From this part of all cores on it was them; below, others wanted more.
_MOSTLY = 0.5
# More than one failed round, and in more than this share of the blocks, is no single hiccup.
_MANY_ROUNDS = 0.05
# This part of the blocks empty, though each should have held that many submissions.
_MANY_EMPTY, _SURE_LOAD = 0.2, 3.0
_POOL_WORDS = ("txpool", "pool", "underpriced", "gone from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One offered rate: figures are those of all its runs, `why` what kept it from `sustained`.

    `valid` is False where the generator did not offer the rate or the run left no result.
    """

    offered_per_s: float
    committed_per_s: float | None
    committed_bytes_per_s: float | None
    p99_s: float | None
    sustained: bool
    valid: bool
    why: str
    runs: int
    cell_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A load at several offered rates, lowest first, alike in everything else.

    `sustained_per_s` and `sustained_bytes_per_s` were committed at the highest sustained rate,
    `ci95` is the interval of the first, found by resampling whole blocks; None if no rate was
    sustained. `bracket` are the offered rates between which the limit lies: the highest sustained
    one and the lowest above it that was not (None: none was). `gave_out` names what stopped the
    latter and `why` says it in words. `search` names what chose its rates.
    """

    run: str
    system: str
    weights: int
    weights_name: str
    encoding: str
    store: str
    privacy: str
    payload_bytes: int
    wire_bytes: int
    transactions_per_submission: int
    schedule: str
    topology: str
    validators: int | None
    gas_limit: int
    transaction_size_limit_bytes: int
    period_s: float | None
    steps: tuple[Step, ...]
    sustained_per_s: float | None
    sustained_bytes_per_s: float | None
    ci95: tuple[float, float] | None
    bracket: Bracket
    gave_out: GaveOut
    why: str
    search: str = ""
    job_size: int | None = None
    evil: float | None = None
    evil_behaviour: list[str] | None = None
    settings: dict[str, str | int | float] | None = None  # the system's own


def curves(groups: Iterable[Sequence[CellData]]) -> list[Curve]:
    """A curve for each load that was offered at two rates or more, in order of appearance.

    `groups` are the cells of a run or of several, repeats of one point together.
    """
    found: dict[tuple[object, ...], dict[float, list[CellData]]] = {}
    for group in groups:
        for cell in group:
            if cell.facts.offered_per_s is not None:
                rates = found.setdefault(_key(cell), {})
                rates.setdefault(cell.facts.offered_per_s, []).append(cell)
    return [_curve(dict(sorted(rates.items()))) for rates in found.values() if len(rates) > 1]


def judge(cell: CellData) -> str:
    """What kept one run from being carried as offered; "" if nothing did."""
    return obstacle(summarise([cell]))


def _key(cell: CellData) -> tuple[object, ...]:
    facts = cell.facts
    return (
        *(cell.run, facts.system, facts.weights, facts.weights_name, facts.encoding, facts.store),
        *(facts.privacy, facts.schedule, facts.topology, facts.transaction_size_limit_bytes),
        *(facts.job_size, facts.evil, tuple(facts.evil_behaviour or ())),
        tuple((facts.settings or {}).items()),
        # Both are read off the chain, where they waver a little around what was set. A cell that
        # never started knows neither.
        round(facts.gas_limit / 1e6),
        None if facts.period_s is None else round(facts.period_s, 1),
    )


def _curve(measured: Mapping[float, Sequence[CellData]]) -> Curve:
    rates = {rate: _valid(cells) for rate, cells in measured.items()}
    points = {rate: summarise(cells) for rate, cells in rates.items()}
    steps = tuple(_step(points[rate], cells) for rate, cells in rates.items())
    low, high = bracket({step.offered_per_s: step.sustained for step in steps if judged(step)})
    best = None if low is None else points[low]
    gave_out, why = _gave_out(None if high is None else points[high])
    if low is None and high is None:
        gave_out, why = "unknown", "no run of it can be judged"
    return Curve(
        **_settings(next(iter(points.values()))),
        steps=steps,
        sustained_per_s=best.committed_per_s if best else None,
        sustained_bytes_per_s=best.committed_bytes_per_s if best else None,
        ci95=None if low is None else rate_by_blocks(rates[low]),
        bracket=(low, high),
        gave_out=gave_out,
        why=why,
        search=max(cell.search for cells in measured.values() for cell in cells),
    )


def _valid(cells: Sequence[CellData]) -> Sequence[CellData]:
    """The runs that can be judged, or all if none can: one that broke down says nothing."""
    return [cell for cell in cells if cell.end is not None and cell.end.valid] or cells


def _settings(point: PointSummary) -> dict[str, Any]:
    names = (
        *("run", "system", "weights", "weights_name", "encoding", "store", "privacy"),
        *("payload_bytes", "wire_bytes", "transactions_per_submission", "schedule", "topology"),
        *("validators", "gas_limit", "transaction_size_limit_bytes", "period_s", "job_size"),
        *("evil", "evil_behaviour", "settings"),
    )
    return {name: getattr(point, name) for name in names}


def _step(point: PointSummary, cells: Sequence[CellData]) -> Step:
    reasons = [judge(cell) for cell in cells]
    sustained = by_most([not reason for reason in reasons])
    return Step(
        offered_per_s=cells[0].facts.offered_per_s or 0.0,
        committed_per_s=point.committed_per_s,
        committed_bytes_per_s=point.committed_bytes_per_s,
        p99_s=point.latency_s.p99,
        sustained=sustained,
        valid=point.valid,
        why="" if sustained else "; ".join(dict.fromkeys(filter(None, reasons))),
        runs=len(cells),
        cell_ids=tuple(point.cell_ids),
    )


def judged(step: Step) -> bool:
    """Whether a step says where the limit is: a run that broke down does not."""
    return step.valid or step.why.startswith(LAGGED)


def _gave_out(point: PointSummary | None) -> tuple[GaveOut, str]:
    """What stopped the load at the lowest rate that was not sustained, and how that shows."""
    if point is None:
        return "none seen", "every rate that was offered was sustained"
    if not point.valid:
        return "generator", obstacle(point)
    if point.outcome == "walled":
        return "wall", obstacle(point)
    checks = (_halting_block, _late, _block_wall, _pool, _rounds, _cpu)
    found = next((found for check in checks if (found := check(point))), None)
    return found or ("unknown", f"{obstacle(point)}; no resource that was watched was used up")


def _late(point: PointSummary) -> tuple[GaveOut, str] | None:
    """Empty blocks under load: each follows one that took longer than a period.

    GoQuorum's worker seals an empty block first and replaces it by a full one, unless the block is
    due at once (miner/worker.go, commitNewWork; Istanbul's Seal waits for the header's time only).
    So full blocks between empty ones are no sign that gas gave out.
    """
    load = (point.offered_per_s or 0.0) * (point.block_interval_s.mean or 0.0)
    if load < _SURE_LOAD or (point.empty_blocks or 0) <= _MANY_EMPTY * point.blocks:
        return None
    text = (
        f"{whole(point.empty_blocks)} of {whole(point.blocks)} blocks were empty while submissions "
        "waited, for the one before had taken longer than a period"
    )
    busy = _cpu(point)
    return ("late blocks", text) if busy is None else (busy[0], f"{busy[1]}; {text}")


def _block_wall(point: PointSummary) -> tuple[GaveOut, str] | None:
    met = {wall.wall: wall.text for wall in walls([point])}
    if "block message" in met:
        return "block message", met["block message"]
    return ("block gas", met["block gas"]) if "block gas" in met else None


def _halting_block(point: PointSummary) -> tuple[GaveOut, str] | None:
    """A halt after which a proposal above 10 MiB waited: it is in no block that could be seen."""
    gas = point.gas_per_submission or point.gas_calibrated or point.gas_predicted
    if point.outcome != "halted" or not gas or point.topology.startswith("raft"):
        return None
    waiting = min(point.submitted - point.included, point.gas_limit / gas)
    if waiting * point.wire_bytes <= WIRE_LIMIT_BYTES:
        return None
    text = "submissions waited when the chain halted: a block of them is above 10 MiB"
    return "block message", f"{whole(point.submitted - point.included)} {text}"


def _pool(point: PointSummary) -> tuple[GaveOut, str] | None:
    for outcome in ("rejected", "evicted"):
        for reason, count in point.failures.get(outcome, {}).items():
            if any(word in reason for word in _POOL_WORDS):
                return "pool", f"{whole(count)} {outcome}: {reason}"
    return None


def _rounds(point: PointSummary) -> tuple[GaveOut, str] | None:
    if point.rounds_above_zero <= max(1, _MANY_ROUNDS * point.blocks):
        return None
    return "round changes", f"{whole(point.rounds_above_zero)} blocks needed more than one round"


def _cpu(point: PointSummary) -> tuple[GaveOut, str] | None:
    if (point.machine_busy or 0.0) < _BUSY:
        return None
    share = point.validator_cpu_share or 0.0
    text = f"the machine was {percent(point.machine_busy)} busy, {percent(share)} by validators"
    return "validator CPU" if share >= _MOSTLY else "machine CPU", text
