"""Trials as data: parsed from TOML and checked before the first one starts."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bench.halt.largest import Search
from bench.halt.remedies import REMEDIES
from bench.halt.trial import Attack, Trial
from bench.record.files import safe_name
from bench.record.jsonform import Fact, from_json
from system.errors import UsageError, suggestion

PLAN = Path(__file__).with_name("halt.toml")
# An envelope and the three words that say which storage to clear.
_SMALLEST_BYTES = 250
_DEFAULTS = ("halt_after_s", "limit_s")


class PlanError(UsageError):
    """A plan that can't be used: the message names the key and what was meant."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The trials in the order in which they run, and the searches for the largest block."""

    title: str
    trials: tuple[Trial, ...]
    searches: tuple[Search, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What everything in it is called."""
        return (*(trial.name for trial in self.trials), *(one.name for one in self.searches))


def load_plan(path: Path = PLAN) -> Plan:
    """The plan in a TOML file; raises PlanError in one line for whatever can't be used."""
    raw = _read(path)
    _known(raw, ("title", "defaults", "trials", "searches"), str(path))
    defaults = _table(raw.get("defaults", {}), "[defaults]")
    _known(defaults, _DEFAULTS, "[defaults]")
    trials = tuple(
        _trial({**defaults, **_table(one, "[[trials]]")}) for one in _list(raw, "trials")
    )
    searches = tuple(_search(_table(one, "[[searches]]")) for one in _list(raw, "searches"))
    plan = Plan(str(raw.get("title", path.stem)), trials, searches)
    for name, count in Counter(plan.names).items():
        if count > 1 or name != safe_name(name):
            raise PlanError(
                f"{name!r} is the name of {count} trials in {path}: "
                "give each a name of its own, fit for a file"
            )
    if not plan.names:
        raise PlanError(f"{path} asks for nothing: write a [[trials]] or a [[searches]] table")
    return plan


def _trial(table: Mapping[str, Any]) -> Trial:
    where = f"trial {table.get('name', '?')!r}"
    _known(table, [field.name for field in fields(Trial)], where)
    attack = _table(table.get("attack", {}), f"attack of {where}")
    _known(attack, [field.name for field in fields(Attack)], f"attack of {where}")
    trial = _built(Trial, {"attack": {}, **table}, where)
    for remedy in trial.remedies:
        if remedy not in REMEDIES:
            raise PlanError(f"unknown remedy {remedy!r} in {where}; {suggestion(remedy, REMEDIES)}")
    _check_numbers(trial, where)
    trial.network()
    return trial


def _search(table: Mapping[str, Any]) -> Search:
    where = f"search {table.get('name', '?')!r}"
    _known(table, [field.name for field in fields(Search)], where)
    search = _built(Search, dict(table), where)
    if not 0 < search.passes_bytes < search.fails_bytes:
        raise PlanError(f"passes_bytes of {where} must be above 0 and below fails_bytes")
    if not 0 < search.tolerance < 1:
        raise PlanError(f"tolerance = {search.tolerance:g} in {where}: give a share below 1")
    search.trial(search.passes_bytes).network()
    return search


def _check_numbers(trial: Trial, where: str) -> None:
    attack = trial.attack
    least = min(attack.transactions, attack.accounts, trial.halt_after_s, trial.limit_s)
    if least <= 0 or min(attack.refund_slots, trial.away_blocks) < 0:
        raise PlanError(f"{where} has a count or a time that is not above 0")
    if min(attack.transaction_bytes, default=0) < _SMALLEST_BYTES:
        raise PlanError(f"transaction_bytes of {where}: give sizes from {_SMALLEST_BYTES} up")
    if attack.per_s is not None and attack.per_s <= 0:
        raise PlanError(f"per_s = {attack.per_s:g} in {where}: give a rate above 0")


def _built(kind: type[Fact], table: dict[str, Any], where: str) -> Fact:
    try:
        return from_json(kind, table)
    except ValueError as error:
        raise PlanError(f"{where}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"{path} is no TOML: {error}") from error
    except OSError as error:
        raise PlanError(f"{path} can't be read: {error.strerror}; give a TOML file") from error


def _known(table: Mapping[str, Any], known: Any, where: str) -> None:
    for key in table:
        if key not in known:
            raise PlanError(f"unknown key {key!r} in {where}; {suggestion(key, sorted(known))}")


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PlanError(f"{where} holds {value!r}; write a table")
    return value


def _list(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key, [])
    if not isinstance(value, list):
        raise PlanError(f"{key} holds {value!r}; write [[{key}]] tables")
    return value
