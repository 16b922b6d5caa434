"""All figures of a page, in the order in which it shows them."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.charts import curves, rows
from bench.report.charts.saturation import saturation
from bench.report.charts.style import Drawing, look
from bench.report.contract import PointSummary
from bench.report.frame import CellData
from bench.report.saturation import Curve


def drawings(
    points: Sequence[PointSummary],
    groups: Sequence[Sequence[CellData]],
    labels: Sequence[str],
    *,
    saturating: Sequence[Curve] = (),
) -> list[Drawing]:
    """The figures of `points`, which `groups` were measured by; none where there are no points."""
    if not points:
        return []
    with look():
        found = [
            saturation(saturating, points),
            rows.rates(points, labels),
            rows.percentiles(points, labels),
            curves.ecdf(groups, labels),
            curves.gas(points),
            curves.fill(groups, labels),
            rows.outcomes(points, labels),
            rows.generator(points, labels),
        ]
    return [one for one in found if one is not None]
