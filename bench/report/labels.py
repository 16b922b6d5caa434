"""Short names for points: the weights' name and just what else tells the points apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from bench.report.contract import PointSummary
from bench.report.numbers import figure, percent, seconds, size

_Part = Callable[[PointSummary], str]
_LONGEST = 48


def _rate(point: PointSummary) -> str:
    return "closed loop" if point.offered_per_s is None else f"{figure(point.offered_per_s)}/s"


# In the order in which they are added to names that are still alike.
_PARTS: tuple[_Part, ...] = (
    lambda point: point.system,
    lambda point: point.encoding,
    lambda point: point.store,
    lambda point: point.privacy,
    lambda point: point.topology,
    lambda point: f"{seconds(point.period_s)} blocks",
    lambda point: f"{figure(point.gas_limit)} gas",
    lambda point: f"{size(point.transaction_size_limit_bytes)} transactions",
    lambda point: "the board" if point.job_size is None else f"jobs of {point.job_size}",
    lambda point: f"{percent(point.evil)} evil",
    lambda point: ", ".join(point.evil_behaviour or ()),
    _rate,
    lambda point: point.schedule,
    lambda point: f"{point.users} users",
    lambda point: f"{point.weights:,} weights",
)


def labels(points: Sequence[PointSummary]) -> list[str]:
    """One name a point, as short as keeps them apart; the run is named when there are several."""
    named = [point.weights_name or f"{point.weights:,}" for point in points]
    if len({point.run for point in points}) > 1:
        named = [f"{name} · {point.run}" for name, point in zip(named, points, strict=True)]
    for part in (_PARTS[0], *_own(points), *_PARTS[1:]):
        alike = {name for name, count in Counter(named).items() if count > 1}
        named = [
            f"{name} · {part(point)}"
            if name in alike and part(point) and _tells_apart(name, named, points, part)
            else name
            for name, point in zip(named, points, strict=True)
        ]
    return _numbered([cut(name, _LONGEST) for name in named])


def _own(points: Sequence[PointSummary]) -> list[_Part]:
    """A part for each option that some system has alone."""
    names = dict.fromkeys(name for point in points for name in point.settings or {})
    return [partial(_setting, name) for name in names]


def _setting(name: str, point: PointSummary) -> str:
    return str((point.settings or {}).get(name, ""))


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, such as are still alike with a number behind them."""
    counts, seen = Counter(names), Counter[str]()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name} ({seen[name]})" if counts[name] > 1 else name)
    return numbered


def cut(text: str, width: int) -> str:
    """The text in at most `width` characters: both ends are kept, for names differ at the end."""
    half = width // 2
    return text if len(text) <= width else f"{text[: width - half]}…{text[1 - half :]}"


def _tells_apart(
    name: str, named: Sequence[str], points: Sequence[PointSummary], part: _Part
) -> bool:
    return len({part(p) for one, p in zip(named, points, strict=True) if one == name}) > 1
