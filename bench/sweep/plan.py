"""A sweep as data: parsed from TOML and flags into one frozen, validated plan."""

from __future__ import annotations

import itertools
import math
import random
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench.load.choices import (
    OPTIONS,
    PRIVACIES,
    STORES,
    SYSTEMS,
    require_models,
    require_paid,
    settings_of,
)
from bench.load.schedule import SHAPES
from bench.record.planned import SATURATION
from bench.report.sustained import STEADY
from bench.sweep.point import Cell, Point
from system.errors import UsageError, suggestion
from system.jobs.behaviours import mix
from system.jobs.gates import require_store
from system.learning.models import parse_weights, weights
from system.weights import codec

PLANS_DIR = Path(__file__).resolve().parent.parent / "plans"


class PlanError(UsageError):
    """A plan that can't be used: the message names the key and what was meant."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A validated sweep: every cell is known before the first one starts. Times in seconds."""

    title: str
    points: tuple[Point, ...]
    repeats: int = 1
    warmup_s: float = 3.0
    duration_s: float = 15.0
    drain_s: float = 30.0
    seed: int = 1
    processes: int = 1
    batch: int = 1
    fresh_networks: bool = False  # one for each cell; else one is kept while the next cell may
    about: str = ""  # what it is for, for its page; paragraphs with empty lines between them

    def cells(self) -> tuple[Cell, ...]:
        """All cells in randomised order: drift of the machine must not look like an effect.

        Searches come last, one cell each, whatever the repeats: they begin with what is known.
        """
        runs = [Cell(point, r) for r in range(1, self.repeats + 1) for point in self.points]
        chance = random.Random(self.seed)
        chance.shuffle(runs)
        fixed = [cell for cell in runs if not cell.point.saturation]
        return *fixed, *(cell for cell in runs if cell.point.saturation and cell.repeat == 1)

    def alike(self, point: Point) -> list[Cell]:
        """The cells that offer the load of a search at rates of their own."""
        return [
            cell
            for cell in self.cells()
            if cell.point.rate_per_s is not None and cell.point.at(0.0) == point.at(0.0)
        ]

    def trials(self, point: Point) -> int:
        """About how many runs a search makes: stepping, bisecting twice, confirming."""
        return self.repeats + (3 if self.alike(point) else 6)

    def runs(self) -> int:
        """About how many runs the sweep makes in all."""
        cells = self.cells()
        return sum(self.trials(c.point) if c.point.saturation else 1 for c in cells)

    def seconds(self) -> float:
        """About how long the sweep takes."""
        return sum(
            self.trials(cell.point) * (self.run_seconds(cell.point) + _OVERLOAD_S)
            if cell.point.saturation
            else self.run_seconds(cell.point)
            for cell in self.cells()
        )

    def window_s(self, point: Point) -> float:
        """How long a run of that point is measured."""
        return self.duration_s if point.duration_s is None else point.duration_s

    def run_seconds(self, point: Point) -> float:
        """About how long one run of that point takes, with what comes before and after."""
        overhead_s = _RUN_S + _RUN_BLOCKS * max(1.0, point.network().period_s)
        return self.warmup_s + self.window_s(point) + overhead_s


# A network and a generator to start, contracts and workers in blocks of their own, blocks to drain:
# measured on two cores with four validators.
_RUN_S, _RUN_BLOCKS = 8.0, 5
# Every other trial of a search offers too much, which takes some 20 s longer to drain.
_OVERLOAD_S = 10.0
AXES = tuple(f.name for f in fields(Point) if f.name not in ("saturation", "settings"))
# Axes that one system has alone.
OWN_AXES = tuple(option.name for options in OPTIONS.values() for option in options)
_SETTINGS = tuple(f.name for f in fields(Plan) if f.name != "points")


def load_plan(name_or_path: str, axes: Mapping[str, Sequence[Any]], **settings: Any) -> Plan:
    """The plan `quick`, `standard`, … or a TOML file, with flags taking the place of its axes.

    Raises PlanError in one line for a missing file, torn TOML, unknown keys and bad values.
    """
    raw = _read(name_or_path)
    known = {*_SETTINGS, "cells"}
    _refuse_unknown(raw, known, "the plan")
    tables = raw.pop("cells", [{}])
    if not isinstance(tables, list) or not tables:
        raise PlanError(f"{name_or_path}: write at least one [[cells]] table")
    points: dict[Point, None] = {}
    for table in tables:
        if not isinstance(table, dict):
            raise PlanError(f"{name_or_path}: `cells` holds {table!r}; write [[cells]] tables")
        _refuse_unknown(table, {*AXES, *OWN_AXES}, "[[cells]]")
        for point in _expand({**table, **axes}):
            points[point] = None
    if not points:
        raise PlanError(f"{name_or_path} asks for no cells: give every key at least one value")
    chosen = {key: value for key, value in settings.items() if value is not None}
    return _checked(Plan(points=tuple(points), **{"title": name_or_path, **raw, **chosen}))


def plan_from_record(record: Mapping[str, Any]) -> Plan:
    """The plan that a run's record holds; PlanError where it is no sweep's."""
    try:
        points = tuple(_checked_point(_recorded(point)) for point in record["points"])
        return _checked(Plan(**{**record, "points": points}))
    except (KeyError, TypeError) as error:
        raise PlanError(f"this run is no sweep's ({error}): it can't be resumed") from error


def _recorded(point: Mapping[str, Any]) -> Point:
    settings = tuple((str(name), value) for name, value in point.get("settings", ()))
    return Point(**{**point, "settings": settings})


def _read(name_or_path: str) -> dict[str, Any]:
    path = PLANS_DIR / f"{name_or_path}.toml"
    if not path.exists():
        path = Path(name_or_path)
    if not path.is_file():
        names = ", ".join(sorted(plan.stem for plan in PLANS_DIR.glob("*.toml")))
        raise PlanError(f"no plan {name_or_path!r}: choose one of {names}, or give a TOML file")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"{path} is no TOML: {error}") from error


def _refuse_unknown(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise PlanError(f"unknown key {key!r} in {where}: {suggestion(key, sorted(known))}")


def _expand(table: Mapping[str, Any]) -> list[Point]:
    lists = {
        key: value if isinstance(value, list | tuple) else [value] for key, value in table.items()
    }
    if "weights" not in lists:
        raise PlanError("a [[cells]] table needs `weights`: counts or model names")
    points = []
    for values in itertools.product(*lists.values()):
        point = dict(zip(lists, values, strict=True))
        point["weights"] = str(point["weights"])
        rate = point.get("rate_per_s")
        # TOML knows no null: "closed" names the loop without a rate.
        point["rate_per_s"] = None if rate in (None, "closed", SATURATION) else rate
        point["saturation"] = rate == SATURATION
        own = {name: point.pop(name) for name in OWN_AXES if name in point}
        point["settings"] = tuple(own.items())
        points.append(_checked_point(Point(**point)))
    return points


def _checked_point(point: Point) -> Point:
    specs = parse_weights(point.weights)
    if len(specs) != 1:
        raise PlanError(f"weights = {point.weights!r}: write each size as a text of its own")
    if not isinstance(point.topology, str):
        raise PlanError(f"topology = {point.topology!r}: give a name or the path of a TOML file")
    for name, allowed in (
        ("encoding", codec.names()),
        ("store", STORES),
        ("privacy", PRIVACIES),
        ("system", SYSTEMS),
        ("schedule", SHAPES),
    ):
        value = getattr(point, name)
        if value not in allowed:
            raise PlanError(f"unknown {name} {value!r}: {suggestion(str(value), allowed)}")
    if point.saturation and point.schedule not in STEADY:
        raise PlanError(
            f"schedule {point.schedule!r} has no rate to search for: "
            f"rate_per_s = 'saturation' needs {' or '.join(STEADY)}"
        )
    require_store(point.privacy, point.store)
    if point.privacy == "private":
        raise PlanError(
            "privacy 'private' needs nodes with private transaction managers, which no topology "
            "has: use locust with --rpc-url, --ptm-url and --private-for"
        )
    _check_number("rate_per_s", point.rate_per_s, low=0)
    _check_number("period_s", point.period_s, low=0)
    _check_number("users", point.users, low=0, whole=True)
    _check_number("gas_limit", point.gas_limit, low=0, whole=True)
    _check_number("duration_s", point.duration_s, low=0)
    _check_number("transaction_size_limit_kb", point.transaction_size_limit_kb, low=0, whole=True)
    point.network()
    _check_paid(point)
    settings = settings_of(point.system, dict(point.settings))
    point = replace(point, settings=tuple(settings.items()))
    if point.system == "models":
        require_models(specs, settings, privacy=point.privacy, job_size=point.job_size)
        return replace(point, encoding="float32", store="calldata")
    if specs[0].origin == "file":  # a user's own numbers may not fit; draws always do
        codec(point.encoding).encode(weights(specs[0], seed=0))
    if specs[0].count == 0:  # the counter carries no weights, so these axes say nothing of it
        return replace(point, encoding="float32", store="calldata", privacy="plain")
    return point


def _check_paid(point: Point) -> None:
    if not isinstance(point.evil_behaviour, str):
        raise PlanError(f"evil_behaviour = {point.evil_behaviour!r}: write names with commas")
    share = isinstance(point.evil, int | float) and not isinstance(point.evil, bool)
    if not share or not 0 <= point.evil <= 1:
        raise PlanError(f"evil = {point.evil!r}: give a share from 0 to 1")
    if point.job_size is None:
        if point.evil or point.evil_behaviour:
            raise PlanError("evil and evil_behaviour need job_size, the seats of a paid job")
        return
    _check_number("job_size", point.job_size, low=0, whole=True)
    require_paid(point.job_size, point.store, point.privacy)
    if parse_weights(point.weights)[0].count == 0:
        raise PlanError("job_size takes weights, and the counter has none")
    names = [name.strip() for name in point.evil_behaviour.split(",") if name.strip()]
    mix(point.accounts(), Fraction(str(point.evil)), names)


def _check_number(name: str, value: Any, *, low: float, whole: bool = False) -> None:
    if value is None:
        return
    usable = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not usable or not low < value < math.inf:
        words = ", 'closed' or 'saturation'" if name == "rate_per_s" else ""
        raise PlanError(
            f"{name} = {value!r}: give a {'whole ' if whole else ''}number above {low:g}{words}"
        )


def _checked(plan: Plan) -> Plan:
    for name in ("repeats", "processes", "batch"):
        _check_number(name, getattr(plan, name), low=0, whole=True)
    _check_number("duration_s", plan.duration_s, low=0)
    for name in ("warmup_s", "drain_s"):
        if getattr(plan, name) != 0:
            _check_number(name, getattr(plan, name), low=0)
    if isinstance(plan.seed, bool) or not isinstance(plan.seed, int) or plan.seed < 0:
        raise PlanError(f"seed = {plan.seed!r}: give a whole number from 0 up")
    if not isinstance(plan.fresh_networks, bool):
        raise PlanError(f"fresh_networks = {plan.fresh_networks!r}: give true or false")
    for name in ("title", "about"):
        if not isinstance(getattr(plan, name), str):
            raise PlanError(f"{name} = {getattr(plan, name)!r}: give a text")
    for name, count in Counter(cell.id for cell in plan.cells()).items():
        if count > 1:
            raise PlanError(f"{count} cells would be called {name}: give their files other names")
    return plan
