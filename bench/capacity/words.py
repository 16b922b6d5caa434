"""The answer in words, as the command prints it."""

from __future__ import annotations

from collections.abc import Iterator

from bench.capacity.answer import Answer, Growth, Seconds
from bench.capacity.barriers import HALT
from bench.capacity.inverse import MOST_WORKERS
from bench.report.numbers import figure, percent, seconds, size, whole
from system.learning.models import LARGEST_COUNT

_ANSWERS = {"round": "Yes", "model": "{} {} weights", "workers": "{} {} workers"}
# Where the search for the largest ends: what fits there says nothing of what would not.
_ENDS = {"model": LARGEST_COUNT, "workers": MOST_WORKERS}
_HALTS = "a block of it would outgrow the 10 MiB message between validators and halt the chain"


def told(found: Answer) -> Iterator[str]:
    """The answer's lines."""
    yield verdict(found)
    yield ""
    for name, text in (*_times(found), *_amounts(found)):
        yield f"{name:<15} {text}"
    yield ""
    yield from _notes(found)


def verdict(found: Answer) -> str:
    """The answer in one sentence."""
    what = _round(found)
    if not found.fits:
        return f"No. {what}: {_why_not(found)}."
    number = found.weights if found.asked == "model" else found.workers
    bound = "At least" if number == _ENDS.get(found.asked) else "At most"
    begins = _ANSWERS[found.asked].format(bound, whole(number))
    sure = "" if found.certain else f", but the interval reaches beyond it{_surely(found)}"
    return f"{begins}. {what}: a round fits within {seconds(found.round_deadline_s)}{sure}."


def _surely(found: Answer) -> str:
    noun = "weights" if found.asked == "model" else "workers"
    return "" if not found.surely else f": up to {whole(found.surely)} {noun} it does not"


def _round(found: Answer) -> str:
    name = "" if found.model == str(found.weights) else f"{found.model}'s "
    way = [found.encoding, found.store, *([found.privacy] if found.privacy != "plain" else [])]
    workers = _counted(found.workers, "worker")
    weights = _counted(found.weights, "weight")
    return f"{workers} × {name}{weights} ({', '.join(way)}) on {found.topology}"


def _why_not(found: Answer) -> str:
    if found.wall == HALT:
        return f"{_HALTS}; {found.binds.setting} would prevent that"
    if found.wall is not None or found.round_p95_s is None:
        return f"the {found.wall} is too small; {found.binds.setting} moves it"
    unsure = "" if found.certain else ", though the interval reaches down to it"
    return (
        f"95 rounds of 100 end within {seconds(found.round_p95_s.expected)}, not within "
        f"{seconds(found.round_deadline_s)}{unsure}"
    )


def _times(found: Answer) -> Iterator[tuple[str, str]]:
    if found.wall is None:
        yield "round", _spans(found.round_p50_s, found.round_p95_s)
        yield "submission", _spans(found.submission_p50_s, found.submission_p95_s)
        yield "of a round", _causes(found)
    yield "binds", _binds(found)
    if found.fits:
        hourly, at_most = map(figure, (found.rounds_per_hour, found.rounds_per_hour_back_to_back))
        yield "rounds an hour", f"{hourly} at one a deadline · at most {at_most} back to back"


def _amounts(found: Answer) -> Iterator[tuple[str, str]]:
    one, all_, day = found.transactions_per_submission, found.per_round, found.per_day
    yield (
        "a submission",
        f"{size(found.payload_bytes)} of weights · {_counted(one, 'transaction')}, "
        f"{size(found.wire_bytes_per_submission)} · {figure(found.gas_per_submission)} gas",
    )
    yield (
        "a round",
        f"{_counted(all_.transactions, 'transaction')} in at least "
        f"{_counted(found.blocks_per_round, 'block')} · {figure(all_.gas)} gas · {_grown(all_)}",
    )
    if found.fits:
        yield (
            "a day",
            f"{figure(day.rounds)} rounds · {figure(day.gas)} gas · {_grown(day)}",
        )


def _notes(found: Answer) -> Iterator[str]:
    rests = found.rests_on
    yield (
        "In brackets: 90 % prediction intervals. Blocks grow by empty ones as well; disk is what "
        "each validator's grew by when it was measured, without state still in memory."
    )
    yield (
        f"Fitted to {rests.cells} cells on {rests.machine.cpu}, {rests.machine.cores} cores "
        f"({', '.join(rests.runs)}); another machine needs a fit of its own, see docs/capacity.md."
    )
    if found.extrapolates:
        where = ", ".join(found.extrapolates)
        yield f"Extrapolated: outside the fitted rounds in {where}; the intervals are widened."
    if found.gas_limit > found.safe_gas_limit and found.wall != HALT:
        yield (
            f"A worker who sends zeros can halt a chain with this gas limit: "
            f"{figure(found.safe_gas_limit)} is safe against that."
        )


def _grown(of: Growth) -> str:
    disk = "" if of.disk_bytes is None else f", {size(of.disk_bytes)} of disk"
    return f"{size(of.chain_bytes)} of blocks{disk}"


def _causes(found: Answer) -> str:
    parts = [(cause, value) for cause, value in found.seconds_by_cause.items() if value >= 0.005]
    return " · ".join(f"{cause} {seconds(value)}" for cause, value in parts)


def _binds(found: Answer) -> str:
    of = found.binds
    limit = f"{of.name}, {percent(of.share)} of it used"
    if found.wall is not None:
        return limit
    return f"{limit}; most of the time goes to {of.slowest}, {percent(of.slowest_share)}"


def _counted(count: float, noun: str) -> str:
    return f"{whole(round(count))} {noun}{'' if count == 1 else 's'}"


def _spans(typical: Seconds | None, slow: Seconds | None) -> str:
    named = (("p50", typical), ("p95", slow))
    return " · ".join(
        f"{name} {seconds(of.expected)} [{seconds(of.low)} – {seconds(of.high)}]"
        for name, of in named
        if of is not None
    )
