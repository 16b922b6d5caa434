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
    fits, residuals = {}, {}
    for target in TARGETS:
        seconds = np.array([one.seconds[target] for one in cells])
        found = solve(quantities, seconds)
        named = dict(zip(TERMS, map(float, found), strict=True))
        fits[target] = Fit(named, spread(left_out_errors(quantities, seconds)))
        residuals[target] = [float(one) for one in (quantities @ found) / seconds - 1]
    return fits, residuals


def solve(quantities: Floats, seconds: Floats) -> Floats:
    """The costs, none below zero, with the least squares of relative error.

    A row of `quantities` a cell, a column a term.
    """
    scale = np.maximum(quantities.max(axis=0), 1e-12)  # columns differ by thousands
    relative = quantities / scale / seconds[:, None]
    found, _ = nnls(relative, np.ones(len(seconds)))
    costs: Floats = found / scale
    return costs


def left_out_errors(quantities: Floats, seconds: Floats) -> Floats:
    """ln(measured / predicted) of each cell by the costs that all the others give."""
    errors = []
    for place in range(len(seconds)):
        others = np.arange(len(seconds)) != place
        predicted = quantities[place] @ solve(quantities[others], seconds[others])
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
