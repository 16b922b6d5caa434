"""The search for the highest rate a chain sustains: what was tried tells what to try next.

Nothing here runs or remembers anything: a search that was killed and one that was not decide alike
from the same trials.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.report.sustained import Bracket, bracket, by_most

Fault = Literal["", "generator", "wall", "harness"]
Limit = Literal["chain", "generator", "wall", "harness", "none seen", "trials"]

# Two bisections of a step up leave a bracket of 10 %; after two of them the steps double.
_TENTH = 1.1
_STEP, _STEEP = _TENTH**4, _TENTH**8
_SMALL_STEPS = 2
# The part of its upper end by which a bracket may be wide; rates are rounded to three digits.
_NARROW = 0.1
MOST_TRIALS = 16
_MOST_BREAKDOWNS = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """One run at a rate. `fault` says what else than the chain stopped it: then `sustained` is no
    word on the chain."""

    rate_per_s: float
    sustained: bool
    fault: Fault = ""


@dataclass(frozen=True, slots=True)
class Found:
    """How a search ended: the bracket's lower end is the highest rate that was sustained.

    `limit` names what is at its upper end: the chain; the generator, which could not offer more; a
    wall that no rate passes; the harness, which broke down; nothing that was tried; or the number
    of trials, which ended the search before its bracket was narrow.
    """

    bracket: Bracket
    limit: Limit


def next_rate(
    trials: Sequence[Trial],
    *,
    start_per_s: float,
    lowest_per_s: float,
    confirmations: int,
    most_trials: int = MOST_TRIALS,
) -> float | Found:
    """The rate to try next, or how the search ended.

    From `start_per_s` the rate is stepped up while it is sustained, else down; the bracket is then
    bisected until it is at most 10 % wide, and `confirmations` more runs are made at its lower end.
    A rate counts as sustained if most runs at it say so; a tie is broken by one more run. Trials
    that others made before, at whatever rates, count as well. It ends at `most_trials`.
    """
    judged = [trial for trial in trials if trial.fault in ("", "generator")]
    rates = {trial.rate_per_s: _sustained(trial.rate_per_s, judged) for trial in judged}
    low, high = bracket(rates)
    if fault := _breakdown(trials):
        return Found((low, high), fault)
    if len(trials) >= most_trials:
        return Found((low, high), "trials")
    if not rates:
        return start_per_s
    wanted = _tie(judged) or _between(low, high, judged, lowest_per_s)
    if wanted is not None:
        return wanted
    if low is not None and len(_runs(low, judged)) <= confirmations:
        return low
    return Found((low, high), _limit(high, judged))


def _between(
    low: float | None, high: float | None, judged: Sequence[Trial], lowest_per_s: float
) -> float | None:
    """The rate that narrows the bracket; None where it is narrow, or can't be."""
    if high is None:
        assert low is not None
        steps = sum(rate < low for rate in {trial.rate_per_s for trial in judged})
        return _rounded(low * (_STEP if steps < _SMALL_STEPS else _STEEP))
    if low is None:
        steps = sum(rate > high for rate in {trial.rate_per_s for trial in judged})
        lower = _rounded(high / (_STEP if steps < _SMALL_STEPS else _STEEP))
        return lower if lower >= lowest_per_s else None
    if high - low <= _NARROW * high:
        return None
    middle = _rounded(math.sqrt(low * high))
    return middle if low < middle < high else None


def _sustained(rate: float, trials: Sequence[Trial]) -> bool:
    return by_most(_runs(rate, trials))


def _runs(rate: float, trials: Sequence[Trial]) -> list[bool]:
    return [trial.sustained and not trial.fault for trial in trials if trial.rate_per_s == rate]


def _tie(trials: Sequence[Trial]) -> float | None:
    rates = dict.fromkeys(trial.rate_per_s for trial in trials)
    tied = (rate for rate in rates if 2 * sum(runs := _runs(rate, trials)) == len(runs))
    return next(tied, None)


def _breakdown(trials: Sequence[Trial]) -> Limit | None:
    if any(trial.fault == "wall" for trial in trials):
        return "wall"
    broken = sum(trial.fault == "harness" for trial in trials)
    return "harness" if broken >= _MOST_BREAKDOWNS else None


def _limit(high: float | None, trials: Sequence[Trial]) -> Limit:
    if high is None:
        return "none seen"
    at_limit = [trial.fault for trial in trials if trial.rate_per_s == high]
    return "generator" if "generator" in at_limit else "chain"


def _rounded(rate: float) -> float:
    return float(f"{rate:.3g}")
