"""The answer as facts: what `--json` prints, and what the words are made of."""

from __future__ import annotations

from dataclasses import dataclass

from bench.capacity.model import Estimate, Model
from bench.capacity.question import Setting, Weighed
from bench.limits.safety import safe_gas_limit
from bench.record.schema import Machine

_HOUR_S, _DAY_S = 3_600, 86_400
# The model's terms by what a person would change: (what binds, its terms).
CAUSES = {
    "block period": ("wait", "block period"),
    "privacy stages": ("stage",),
    "block gas": ("block",),
    "transactions": ("transaction", "transaction a validator"),
    "bytes": ("byte", "byte a validator"),
    "execution": ("gas a validator",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """An expected time and its 90 % prediction interval, in seconds."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What rounds leave on a chain; `chain_bytes` are those of blocks, empty ones included.

    `rounds` a day at one round a deadline; for a single round 1. `disk_bytes` is the growth of one
    validator's disk as it was measured for that store, None where it was not; state that stays in
    a node's memory for a while is not in it.
    """

    rounds: float
    transactions: float
    gas: float
    chain_bytes: float
    disk_bytes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rests:
    """What the answer rests on: where the cost model was fitted, on which machine."""

    runs: list[str]
    commit: str | None
    machine: Machine
    client_version: str | None
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What a growing round is stopped by first: "round deadline" or a hard limit of the chain.

    `share` is the part of it that this round takes; `setting` moves it. `slowest` takes the largest
    part, `slowest_share`, of a round's median.
    """

    name: str
    share: float
    setting: str
    slowest: str
    slowest_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether one round fits and what it takes; `asked` is "round", or what was to be found: the
    largest "model", the most "workers". `fits` asks that 95 of 100 rounds are expected to
    end within the deadline; `certain`: the whole interval is on the same side of it. `surely` is
    the number to be found with the whole interval within the deadline; 0 if there is none.

    `seconds_by_cause` adds up to a round's median. Seconds are None where a hard limit is broken.
    `extrapolates`: how far outside the fitted rounds, by dimension, 1 for each factor of two.
    `safe_gas_limit`: above it a worker who sends nothing but zeros can halt the chain.
    """

    asked: str
    fits: bool
    certain: bool
    surely: int | None
    model: str
    weights: int
    workers: int
    encoding: str
    store: str
    privacy: str
    topology: str
    validators: int
    period_s: float
    gas_limit: int
    transaction_size_limit_bytes: int
    round_deadline_s: float
    payload_bytes: int
    transactions_per_submission: int
    wire_bytes_per_submission: int
    gas_per_submission: int
    blocks_per_round: int
    round_p50_s: Seconds | None
    round_p95_s: Seconds | None
    submission_p50_s: Seconds | None
    submission_p95_s: Seconds | None
    rounds_per_hour: float
    rounds_per_hour_back_to_back: float
    per_round: Growth
    per_day: Growth
    binds: Binding
    seconds_by_cause: dict[str, float]
    wall: str | None
    safe_gas_limit: int
    extrapolates: dict[str, float]
    rests_on: Rests


def answer(
    model: Model, setting: Setting, of: Weighed, *, asked: str = "round", surely: int | None = None
) -> Answer:
    """The answer that a weighed round amounts to."""
    place, one, wall = setting.place, of.submission, of.wall
    typical, slow = of.seconds["round_p50"], of.seconds["round_p95"]
    hourly = _HOUR_S / setting.deadline_s if of.fits else 0.0
    return Answer(
        asked=asked,
        fits=of.fits,
        certain=wall is not None or not slow.low <= setting.deadline_s < slow.high,
        surely=surely,
        model=of.spec.name,
        weights=one.weights,
        workers=of.workers,
        encoding=setting.encoding,
        store=setting.store,
        privacy=setting.privacy,
        topology=place.topology.name,
        validators=place.topology.validators,
        period_s=place.topology.period_s,
        gas_limit=place.gas_limit,
        transaction_size_limit_bytes=place.transaction_size_limit_bytes,
        round_deadline_s=setting.deadline_s,
        payload_bytes=one.payload_bytes,
        transactions_per_submission=one.transactions,
        wire_bytes_per_submission=one.wire_bytes,
        gas_per_submission=one.gas,
        blocks_per_round=of.round.blocks,
        round_p50_s=_seconds(of, "round_p50"),
        round_p95_s=_seconds(of, "round_p95"),
        submission_p50_s=_seconds(of, "submission_p50"),
        submission_p95_s=_seconds(of, "submission_p95"),
        rounds_per_hour=hourly,
        rounds_per_hour_back_to_back=0.0 if wall else _HOUR_S / typical.seconds,
        per_round=_growth(model, of, rounds=1.0, blocks=of.round.blocks),
        per_day=_growth(model, of, rounds=24 * hourly, blocks=_DAY_S / place.topology.period_s),
        binds=_binding(of),
        seconds_by_cause=_by_cause(typical),
        wall=wall.name if wall else None,
        safe_gas_limit=safe_gas_limit(transaction_bytes=place.transaction_size_limit_bytes),
        extrapolates=of.outside,
        rests_on=Rests(
            runs=model.source.runs,
            commit=model.source.commit,
            machine=model.source.machine,
            client_version=model.source.client_version,
            cells=len(model.source.cells),
        ),
    )


def _seconds(of: Weighed, target: str) -> Seconds | None:
    """None where a hard limit is broken: such a round does not end."""
    found = of.seconds[target]
    return None if of.wall else Seconds(expected=found.seconds, low=found.low, high=found.high)


def _growth(model: Model, of: Weighed, *, rounds: float, blocks: float) -> Growth:
    sent_bytes, empty_bytes = rounds * of.round.total_bytes, blocks * model.empty_block_bytes
    disk = model.disk_per_wire_byte.get(of.round.store)
    return Growth(
        rounds=rounds,
        transactions=rounds * of.round.total_transactions,
        gas=rounds * of.round.total_gas,
        chain_bytes=sent_bytes + empty_bytes,
        disk_bytes=None if disk is None else sent_bytes * disk + empty_bytes,
    )


def _by_cause(of: Estimate) -> dict[str, float]:
    return {cause: sum(of.terms[term] for term in terms) for cause, terms in CAUSES.items()}


def _binding(of: Weighed) -> Binding:
    causes = _by_cause(of.seconds["round_p50"])
    slowest = max(causes, key=lambda cause: causes[cause])
    nearest = of.barriers[0]
    in_time = of.seconds["round_p95"].seconds / of.deadline_s
    by_time = of.wall is None and in_time >= nearest.share
    return Binding(
        name="round deadline" if by_time else nearest.name,
        share=in_time if by_time else nearest.share,
        setting="--round-deadline" if by_time else nearest.setting,
        slowest=slowest,
        slowest_share=causes[slowest] / of.seconds["round_p50"].seconds,
    )
