"""Facts to JSON and back, tolerant of keys that a later version added."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

Fact = TypeVar("Fact")
_Check = Callable[[Any], Any]


def to_json(fact: object, *, indent: bool = False) -> bytes:
    """The fact's JSON, keys in field order; NaN and infinities become null."""
    return orjson.dumps(fact, option=orjson.OPT_INDENT_2 if indent else None)


def from_json(kind: type[Fact], raw: object) -> Fact:
    """The fact a parsed JSON object describes; unknown keys are ignored.

    Raises ValueError naming the key that is missing or holds another type than declared.
    """
    if not isinstance(raw, dict):
        raise ValueError(f"{kind.__name__}: not a JSON object")
    values = {}
    for name, (check, optional) in _checks(cast(Any, kind)).items():
        if name in raw:
            values[name] = _checked(check, name, raw[name])
        elif not optional:
            raise ValueError(f"{name} is missing")
    return kind(**values)


def _checked(check: _Check, name: str, value: object) -> Any:
    try:
        return check(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from error


@cache
def _checks(kind: Any) -> dict[str, tuple[_Check, bool]]:
    hints = get_type_hints(kind)
    return {
        field.name: (
            _check(hints[field.name]),
            field.default is not MISSING or field.default_factory is not MISSING,
        )
        for field in fields(kind)
    }


def _check(hint: Any) -> _Check:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _one_of(parts)
    if origin in (types.UnionType, Union):
        kinds = [part for part in parts if part is not type(None)]
        return _optional(_check(kinds[0]) if len(kinds) == 1 else _any_of(tuple(kinds)))
    if is_dataclass(hint):
        return lambda value: from_json(cast(Any, hint), value)
    return _instance(hint, origin, parts)


def _one_of(allowed: tuple[Any, ...]) -> _Check:
    def check(value: Any) -> Any:
        if value not in allowed:
            raise ValueError(f"{value!r} is none of {', '.join(map(str, allowed))}")
        return value

    return check


def _optional(inner: _Check) -> _Check:
    return lambda value: None if value is None else inner(value)


def _any_of(kinds: tuple[Any, ...]) -> _Check:
    """Several plain types, such as text or numbers: a whole number stays one."""
    return lambda value: _typed(value, kinds)


def _instance(hint: Any, origin: Any, parts: tuple[Any, ...]) -> _Check:
    if hint is Any:
        return lambda value: value
    if origin is list:
        item = _check(parts[0])
        return lambda value: [item(one) for one in _typed(value, list)]
    if origin is tuple:  # of one kind and any length: tuple[Fact, ...]
        each = _check(parts[0])
        return lambda value: tuple(each(one) for one in _typed(value, (list, tuple)))
    if origin is dict:
        held = _check(parts[1])
        return lambda value: {key: held(one) for key, one in _typed(value, dict).items()}
    if hint is float:
        return lambda value: float(_typed(value, (int, float)))
    return lambda value: _typed(value, hint)


def _typed(value: Any, wanted: Any) -> Any:
    # JSON's true is an int to Python: only a field declared bool takes it.
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise TypeError(f"{value!r:.40} has the wrong type")
    return value
