"""The names a swarm's options take; a plan checks them without importing Locust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from system.errors import UsageError, suggestion

Setting = str | int | float

STORES = ("hash", "calldata", "event", "code", "storage", "array")
PRIVACIES = ("plain", "commit", "sealed", "private")


@dataclass(frozen=True, slots=True)
class Option:
    """An option that only one system has: a flag of the swarm and a key of a plan's cells.

    `name` is the key, such as "key_bits"; the flag is "--key-bits". Its values are of the default's
    type, one of `choices` where there are any, from `least` up where they are numbers.
    """

    name: str
    default: Setting
    help: str
    choices: tuple[Setting, ...] = ()
    least: float = 0

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return "--" + self.name.replace("_", "-")

    def checked(self, given: Any) -> Setting:
        """The value that was given, in its type; raises UsageError where it can't be one."""
        kind = type(self.default)
        try:
            value = kind(given)
        except (TypeError, ValueError):
            raise UsageError(f"{self.flag} {given!r} is no number") from None
        if isinstance(given, float) and not given.is_integer() and isinstance(value, int):
            raise UsageError(f"{self.flag} {given!r} is no whole number")
        if self.choices and value not in self.choices:
            names = [str(choice) for choice in self.choices]
            raise UsageError(f"no {self.flag} {given!r}: {suggestion(str(given), names)}")
        if not isinstance(value, str) and not self.least <= value < float("inf"):
            raise UsageError(f"{self.flag} {given!r}: give {self.least:g} or more")
        return value


# What each system has beside the options that all have.
OPTIONS: dict[str, tuple[Option, ...]] = {"jobs": ()}
SYSTEMS = tuple(OPTIONS)


def settings_of(system: str, given: Mapping[str, object]) -> dict[str, Setting]:
    """The system's own options by name: what was given, else the defaults.

    None and "" count as not given. Raises UsageError for values that can't be, and for another
    system's options.
    """
    known = {option.name: option for option in OPTIONS[system]}
    asked = {name: value for name, value in given.items() if value not in (None, "")}
    for name in asked:
        if name not in known:
            raise UsageError(_foreign(name, system))
    return {name: option.checked(asked.get(name, option.default)) for name, option in known.items()}


def _foreign(name: str, system: str) -> str:
    owners = [each for each, options in OPTIONS.items() if name in {one.name for one in options}]
    flag = "--" + name.replace("_", "-")
    if not owners:
        return f"the system {system!r} has no {flag}"
    return f"{flag} belongs to --system {' or '.join(owners)}, and this is {system!r}"


def require_paid(job_size: int, store: str, privacy: str) -> None:
    """Raise UsageError for what no paid job can be."""
    if job_size < 1:
        raise UsageError(f"--job-size {job_size}: give 1 or more seats")
    if store == "hash":
        raise UsageError(
            "paid jobs are verified by the weights on chain, and the hash store keeps none: "
            "choose another --store"
        )
    if privacy == "private":
        raise UsageError("--job-size takes no --privacy private: wei go with public transactions")
