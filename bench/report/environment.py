"""How templates are filled in: escaped, and never with a name that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.report import numbers

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def environment() -> Environment:
    """The pages' templates, with numbers in words as filters."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "figure": numbers.figure,
        "whole": numbers.whole,
        "size": numbers.size,
        "seconds": numbers.seconds,
        "percent": numbers.percent,
        "finney": numbers.finney,
        "amount": numbers.amount,
        "deviation": _deviation,
        "plain": _plain,
    }
    return made


def _deviation(predicted: float, measured: float) -> str:
    """By how much a prediction is off, in percent of what was measured: "+0.3 %"."""
    share = predicted / measured - 1
    return "exact" if not share else f"{'+' if share > 0 else ''}{numbers.percent(share)}"


def _plain(value: Any) -> str:
    """A raw JSON value in a table's cell."""
    if value is None:
        return numbers.NONE
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # wei beyond 64 bits, which is where orjson stops
        return str(value)
