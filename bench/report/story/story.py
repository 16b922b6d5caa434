"""What a training's page says, whatever the system: data, no drawing and no markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bench.record.learning import LearningSettings

Word = Literal["yes", "partly", "no", "unfinished"]
Kind = Literal["lines", "bars"]


@dataclass(frozen=True, slots=True)
class Told:
    """A training as its record has it: `result` is {} where it did not end."""

    settings: LearningSettings
    rows: tuple[Mapping[str, Any], ...]
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line, or a bar for each x: `xs` are numbers, or names where bars are drawn."""

    name: str
    xs: Sequence[float | str]
    ys: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure: `name` is fit for an id, `caption` says how to read it."""

    name: str
    title: str
    caption: str
    x: str
    y: str
    curves: Sequence[Curve]
    kind: Kind = "lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings: the first cell of a row names it, numbers are written by the page."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int | float | bool | None]]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that the page says of one training: `answer` to `question`, in `text` in a line or two.

    `points` are further findings, a sentence each; `method` says how it was measured.
    """

    question: str
    answer: Word
    text: str
    points: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    method: Sequence[str] = ()
