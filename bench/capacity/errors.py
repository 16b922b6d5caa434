"""How far predictions lie from what was measured, in figures that can be compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# What the model is held to on cells that it never saw.
MEDIAN_TARGET, P90_TARGET = 0.15, 0.30


def quantiles(relative_errors: Sequence[float]) -> tuple[float, float]:
    """The median and the 90th percentile of the errors' sizes."""
    median, p90 = np.percentile(np.abs(relative_errors), [50, 90])
    return float(median), float(p90)


def errors_line(relative_errors: Sequence[float]) -> str:
    """Both of them for reading: "error 4.1 % median, 9.8 % at the 90th percentile"."""
    median, p90 = quantiles(relative_errors)
    return f"error {100 * median:.1f} % median, {100 * p90:.1f} % at the 90th percentile"


def meets_target(relative_errors: Sequence[float]) -> bool:
    """Whether both are within what the model is held to."""
    median, p90 = quantiles(relative_errors)
    return median <= MEDIAN_TARGET and p90 <= P90_TARGET
