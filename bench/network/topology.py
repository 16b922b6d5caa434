"""What a network is: consensus, size and limits, read from a TOML file and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from system.errors import UsageError, suggestion
from system.paths import NETWORK_DIR

Consensus = Literal["qbft", "ibft", "raft"]

TOPOLOGIES_DIR = NETWORK_DIR / "topologies"
DEFAULT = "qbft-4"


@dataclass(frozen=True, slots=True)
class Pool:
    """The transaction pool's sizes, in slots of 32 KB; geth counts some of them in transactions.

    Without `nolocals` a transaction that came by a node's own RPC counts as local: no size holds it
    back there, and it is written to a journal that the node reads when it starts again.
    """

    account_slots: int
    global_slots: int
    account_queue: int
    global_queue: int
    nolocals: bool = False


@dataclass(frozen=True, slots=True)
class Topology:
    """A network as described; periods and timeouts in seconds, sizes in KB of 1,024 bytes."""

    name: str
    consensus: Consensus
    validators: int
    chain_id: int
    period_s: float
    gas_limit: int
    transaction_size_limit_kb: int
    code_size_limit_kb: int
    request_timeout_s: float
    pool: Pool
    seed: str

    @property
    def idles(self) -> bool:
        """Whether blocks come only when there are transactions."""
        return self.consensus == "raft"


# Lowest and highest value. Sizes: GoQuorum's own limits. Gas: below 5 M no contract of 24 KB can be
# created; above 10 G a block of zero bytes would be 2.5 GB. Chain id: it fits 32 bits everywhere.
_RANGES: Mapping[str, tuple[float, float]] = {
    "validators": (1, 64),
    "chain_id": (1, 2**31 - 1),
    "period_s": (0.001, 3_600),
    "request_timeout_s": (1, 3_600),
    "gas_limit": (5_000_000, 10_000_000_000),
    "transaction_size_limit_kb": (32, 128),
    "code_size_limit_kb": (24, 128),
    "account_slots": (1, 2**24),
    "global_slots": (1, 2**24),
    "account_queue": (1, 2**24),
    "global_queue": (1, 2**24),
}
_FRACTIONS = ("period_s", "request_timeout_s")
_POOL_KEYS = tuple(field.name for field in fields(Pool))
_POOL_SIZES = tuple(key for key in _POOL_KEYS if key != "nolocals")
_KEYS = tuple(field.name for field in fields(Topology) if field.name != "name")


def topology_names() -> tuple[str, ...]:
    """The names of the topologies that come with the project, sorted."""
    return tuple(sorted(path.stem for path in TOPOLOGIES_DIR.glob("*.toml")))


def load_topology(name_or_path: str, overrides: Mapping[str, object] | None = None) -> Topology:
    """The topology of that name, or of that TOML file; `overrides` win over the file.

    Keys that the file leaves out are those of qbft-4. Pool sizes stand in a nested `pool` mapping.
    Raises UsageError for an unknown name or key, a wrong type and a value out of range.
    """
    path = _find(name_or_path)
    settings = _read(TOPOLOGIES_DIR / f"{DEFAULT}.toml")
    settings = _merged(settings, _read(path), path.name)
    settings = _merged(settings, overrides or {}, "the settings given")
    return _checked(path.stem, settings)


def _find(name_or_path: str) -> Path:
    if name_or_path in topology_names():
        return TOPOLOGIES_DIR / f"{name_or_path}.toml"
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return path
    if path.suffix == ".toml" or len(path.parts) > 1:
        raise UsageError(f"no topology file at {name_or_path}; give the path of a TOML file")
    hint = suggestion(name_or_path, topology_names())
    raise UsageError(f"no topology is called {name_or_path!r}; {hint}")


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a TOML file: {error}; see {TOPOLOGIES_DIR}") from error
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error


def _merged(
    base: Mapping[str, object], given: Mapping[str, object], where: str
) -> dict[str, object]:
    _known(given, _KEYS, where)
    merged = {**base, **given}
    if "pool" in given:
        pool = _table(given["pool"], where)
        _known(pool, _POOL_KEYS, f"[pool] of {where}")
        merged["pool"] = {**_table(base["pool"], where), **pool}
    return merged


def _known(given: Mapping[str, object], keys: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in keys:
            raise UsageError(f"unknown key {key!r} in {where}; {suggestion(str(key), keys)}")


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UsageError(f"pool in {where} must be a table with {', '.join(_POOL_KEYS)}")
    return value


def _checked(name: str, settings: Mapping[str, object]) -> Topology:
    consensus = _consensus(settings["consensus"])
    pool = _table(settings["pool"], name)
    topology = Topology(
        name=name,
        consensus=consensus,
        validators=_whole("validators", settings),
        chain_id=_whole("chain_id", settings),
        period_s=_number("period_s", settings),
        gas_limit=_whole("gas_limit", settings),
        transaction_size_limit_kb=_whole("transaction_size_limit_kb", settings),
        code_size_limit_kb=_whole("code_size_limit_kb", settings),
        request_timeout_s=_number("request_timeout_s", settings),
        pool=Pool(
            **{key: _whole(key, pool) for key in _POOL_SIZES},
            nolocals=_switch("nolocals", pool),
        ),
        seed=_seed(settings["seed"]),
    )
    _check_times(topology)
    return topology


def _check_times(topology: Topology) -> None:
    if topology.idles:
        return  # Raft's period is in milliseconds and it has no rounds
    for key in _FRACTIONS:
        value = getattr(topology, key)
        if not float(value).is_integer():
            raise UsageError(
                f"{key} = {value} can't be had with {topology.consensus}: "
                "its timestamps are whole seconds; give 1, 2, 3, …"
            )
    if topology.request_timeout_s <= topology.period_s:
        raise UsageError(
            f"request_timeout_s = {topology.request_timeout_s:g} must be longer than "
            f"period_s = {topology.period_s:g}, or every round times out before its block is due"
        )


def _number(key: str, settings: Mapping[str, object]) -> float:
    value = settings[key]
    low, high = _RANGES[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise UsageError(f"{key} = {value!r} can't be used; give a number from {low:g} to {high:g}")
    return float(value)


def _whole(key: str, settings: Mapping[str, object]) -> int:
    value = settings[key]
    low, high = (int(bound) for bound in _RANGES[key])
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(
            f"{key} = {value!r} can't be used; give a whole number from {low:,} to {high:,}"
        )
    return value


def _switch(key: str, settings: Mapping[str, object]) -> bool:
    value = settings.get(key, False)
    if not isinstance(value, bool):
        raise UsageError(f"{key} = {value!r} can't be used; give true or false")
    return value


def _consensus(value: object) -> Consensus:
    for choice in get_args(Consensus):
        if value == choice:
            consensus: Consensus = choice
            return consensus
    hint = suggestion(str(value), get_args(Consensus))
    raise UsageError(f"consensus = {value!r} is unknown; {hint}")


def _seed(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"seed = {value!r} can't be used; give a text that is not empty")
    return value
