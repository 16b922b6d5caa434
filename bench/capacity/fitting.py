"""Least squares without negative costs, and the error on cells that were left out of the fit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from bench.capacity.model import Domain, Fit, dimensions, kinds
from bench.capacity.observed import TARGETS, Observed
from bench.capacity.round import TERMS
from system.errors import UsageError

Floats = NDArray[np.float64]

# Below two cells a term the coefficients are guesses.
FEWEST_CELLS = 2 * len(TERMS)
_COVERAGE = 0.9
_TYPICAL = {"submission_p95": "submission_p50", "round_p95": "round_p50"}


def fit_all(cells: Sequence[Observed]) -> tuple[dict[str, Fit], dict[str, list[float]]]:
    """A fit for each target, and the relative residuals of its cells, in their order.

    Raises UsageError for fewer than `FEWEST_CELLS` cells.
    """
    if len(cells) < FEWEST_CELLS:
        raise UsageError(
            f"{len(cells)} cells with rounds are too few to fit {len(TERMS)} costs: give at least "
            f"{FEWEST_CELLS}, as bench/plans/capacity-fit.toml has them"
        )
    quantities = np.array([one.round.quantities() for one in cells])
    measured = {name: np.array([one.seconds[name] for one in cells]) for name in TARGETS}
    fits, residuals = {}, {}
    for target, seconds in measured.items():
        typical = measured[_TYPICAL[target]] if target in _TYPICAL else None
        found = costs(quantities, seconds, typical)
        named = dict(zip(TERMS, map(float, found), strict=True))
        fits[target] = Fit(named, spread(left_out_errors(quantities, seconds, typical)))
        residuals[target] = [float(one) for one in (quantities @ found) / seconds - 1]
    return fits, residuals


def costs(quantities: Floats, seconds: Floats, typical: Floats | None = None) -> Floats:
    """The costs of a unit of each term; none is below that which gives the `typical` seconds.

    So a 95th percentile never falls below its median, however far it is extrapolated.
    """
    if typical is None:
        return solve(quantities, seconds)
    least = solve(quantities, typical)
    return least + solve(quantities, seconds, least)


def solve(quantities: Floats, seconds: Floats, given: Floats | None = None) -> Floats:
    """What costs come to beyond the `given` ones, none below zero, by the least squares of relative
    error. A row of `quantities` a cell, a column a term.
    """
    scale = np.maximum(quantities.max(axis=0), 1e-12)  # columns differ by thousands
    relative = quantities / scale / seconds[:, None]
    known = 0.0 if given is None else quantities @ given / seconds
    found, _ = nnls(relative, np.ones(len(seconds)) - known)
    beyond: Floats = found / scale
    return beyond


def left_out_errors(quantities: Floats, seconds: Floats, typical: Floats | None = None) -> Floats:
    """ln(measured / predicted) of each cell by the costs that all the others give."""
    errors = []
    for place in range(len(seconds)):
        others = np.arange(len(seconds)) != place
        usual = None if typical is None else typical[others]
        predicted = quantities[place] @ costs(quantities[others], seconds[others], usual)
        errors.append(math.log(seconds[place] / max(predicted, 1e-9)))
    return np.array(errors)


def spread(errors: Floats) -> float:
    """The factor that nine of ten further cells stay within (Vovk et al., split conformal).

    The ⌈0.9 (n + 1)⌉-th smallest of the n absolute errors; the largest where n is below nine.
    """
    ordered = np.sort(np.abs(errors))
    rank = min(len(ordered), math.ceil(_COVERAGE * (len(ordered) + 1)))
    return float(math.exp(ordered[rank - 1]))


def domain_of(cells: Sequence[Observed]) -> Domain:
    """What those cells cover."""
    numbers = [dimensions(one.round) for one in cells]
    names = [kinds(one.round) for one in cells]
    return Domain(
        bounds={
            name: [min(one[name] for one in numbers), max(one[name] for one in numbers)]
            for name in numbers[0]
        },
        kinds={name: sorted({one[name] for one in names}) for name in names[0]},
    )
