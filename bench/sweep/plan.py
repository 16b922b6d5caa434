"""A sweep as data: parsed from TOML and flags into one frozen, validated plan."""

from __future__ import annotations

import itertools
import math
import random
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from bench.load.choices import PRIVACIES, STORES, SYSTEMS
from bench.load.schedule import SHAPES
from bench.network.topology import load_topology
from bench.record.files import safe_name
from system.errors import UsageError, suggestion
from system.jobs.gates import require_store
from system.learning.models import parse_weights, weights
from system.weights import codec

PLANS_DIR = Path(__file__).resolve().parent.parent / "plans"


class PlanError(UsageError):
    """A plan that can't be used: the message names the key and what was meant."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a sweep. `rate_per_s` None is the closed loop; gas limit and period None are
    the topology's own."""

    weights: str
    encoding: str = "float32"
    store: str = "calldata"
    privacy: str = "plain"
    system: str = "jobs"
    rate_per_s: float | None = None
    schedule: str = "constant"
    users: int | None = None
    topology: str = "qbft-4"
    period_s: float | None = None
    gas_limit: int | None = None

    def accounts(self) -> int:
        """Workers that share the load: enough that each waits for one result at a time.

        A submission takes about two block periods at 1 s; four seconds' worth leaves room.
        """
        if self.users is not None:
            return self.users
        return 20 if self.rate_per_s is None else min(400, max(20, math.ceil(self.rate_per_s * 4)))


@dataclass(frozen=True, slots=True)
class Cell:
    """A point's `repeat`-th run."""

    point: Point
    repeat: int

    @property
    def id(self) -> str:
        """A name fit for files, the same in every run of the plan."""
        point = self.point
        rate = "closed" if point.rate_per_s is None else f"{point.rate_per_s:g}ps"
        topology = Path(point.topology).stem
        parts = [Path(point.weights).stem, point.encoding, point.store, rate, topology]
        if point.privacy != "plain":
            parts.append(point.privacy)
        if point.schedule != "constant":
            parts.append(point.schedule)
        if point.period_s is not None:
            parts.append(f"{point.period_s:g}s")
        if point.gas_limit is not None:
            parts.append(f"{point.gas_limit / 1e6:g}M")
        if point.users is not None:
            parts.append(f"{point.users}users")
        return safe_name("_".join((*parts, f"r{self.repeat}")).replace("+", "-"))


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

    def cells(self) -> tuple[Cell, ...]:
        """All cells in randomised order: drift of the machine must not look like an effect."""
        cells = [Cell(point, r) for r in range(1, self.repeats + 1) for point in self.points]
        random.Random(self.seed).shuffle(cells)
        return tuple(cells)

    def seconds(self) -> float:
        """About how long the sweep takes, with 12 s a cell for the network and the drain."""
        return len(self.points) * self.repeats * (self.warmup_s + self.duration_s + 12)


_AXES = tuple(f.name for f in fields(Point))
_SETTINGS = ("title", "repeats", "warmup_s", "duration_s", "drain_s", "seed", "processes", "batch")


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
        _refuse_unknown(table, set(_AXES), "[[cells]]")
        for point in _expand({**table, **axes}):
            points[point] = None
    if not points:
        raise PlanError(f"{name_or_path} asks for no cells: give every key at least one value")
    chosen = {key: value for key, value in settings.items() if value is not None}
    return _checked(Plan(points=tuple(points), **{"title": name_or_path, **raw, **chosen}))


def plan_from_record(record: Mapping[str, Any]) -> Plan:
    """The plan that a run's record holds; PlanError where it is no sweep's."""
    try:
        points = tuple(_checked_point(Point(**point)) for point in record["points"])
        return _checked(Plan(**{**record, "points": points}))
    except (KeyError, TypeError) as error:
        raise PlanError(f"this run is no sweep's ({error}): it can't be resumed") from error


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
        point["rate_per_s"] = None if rate in (None, "closed") else rate
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
    load_topology(point.topology, topology_overrides(point))
    if specs[0].origin == "file":  # a user's own numbers may not fit; draws always do
        codec(point.encoding).encode(weights(specs[0], seed=0))
    if specs[0].count == 0:  # the counter carries no weights, so these axes say nothing of it
        return replace(point, encoding="float32", store="calldata", privacy="plain")
    return point


def topology_overrides(point: Point) -> dict[str, Any]:
    """The settings in which a point's network differs from its topology."""
    wanted = {"period_s": point.period_s, "gas_limit": point.gas_limit}
    return {key: value for key, value in wanted.items() if value is not None}


def _check_number(name: str, value: Any, *, low: float, whole: bool = False) -> None:
    if value is None:
        return
    usable = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not usable or not low < value < math.inf:
        raise PlanError(
            f"{name} = {value!r}: give a {'whole ' if whole else ''}number above {low:g}"
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
    if not isinstance(plan.title, str):
        raise PlanError(f"title = {plan.title!r}: give a text")
    for name, count in Counter(cell.id for cell in plan.cells()).items():
        if count > 1:
            raise PlanError(f"{count} cells would be called {name}: give their files other names")
    return plan
