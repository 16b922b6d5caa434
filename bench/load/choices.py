"""The names a swarm's options take; a plan checks them without importing Locust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from system.errors import UsageError, suggestion
from system.learning.models import WeightSpec
from system.models.names import INCENTIVES, KINDS, MOST_FEATURES

Setting = str | int | float

STORES = ("hash", "calldata", "event", "code", "storage", "array")
LEAST_FEATURES = 2
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
OPTIONS: dict[str, tuple[Option, ...]] = {
    "jobs": (),
    "models": (
        Option("classifier", "dense-perceptron", "the model that learns on chain", KINDS),
        Option("incentive", "stake", "what contributors gain and lose", INCENTIVES),
        Option("bad", 0.2, "share of contributors that label wrongly, 0 to 1"),
        Option("refund_wait_s", 2, "seconds from a contribution to its first claims"),
        Option("follow_up", 1.0, "share of contributions of which a refund is asked, or reported"),
    ),
    "encrypted": (
        Option(
            "scheme",
            "paillier",
            "how updates are hidden from whoever adds them",
            choices=("paillier", "masked", "plain"),
        ),
        Option("key_bits", 2048, "of Paillier's key; 1024 for tests only", (1024, 2048, 3072)),
        Option("parties", 5, "members of a group, whose updates make one sum", least=2),
    ),
}
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


def require_models(
    weights: Sequence[WeightSpec],
    settings: Mapping[str, Setting],
    *,
    privacy: str,
    job_size: int | None,
) -> None:
    """Raise UsageError for what no models session can be."""
    if len(weights) != 1:
        raise UsageError("--system models takes one number of features: --weights 512")
    [spec] = weights
    if spec.name != str(spec.count):
        raise UsageError(
            f"--weights {spec.name}: --system models takes a number of features, such as 512"
        )
    if not LEAST_FEATURES <= spec.count <= MOST_FEATURES:
        raise UsageError(
            f"--weights {spec.count}: --system models takes {LEAST_FEATURES} to {MOST_FEATURES:,} "
            "features"
        )
    if privacy != "plain" or job_size is not None:
        raise UsageError("--system models takes no --privacy and no --job-size")
    for name in ("bad", "follow_up"):
        if float(settings[name]) > 1:
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag} {settings[name]:g}: give a share from 0 to 1")
