"""What a swarm is asked to do: parsed once from the command line or Locust's page."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from bench.load.choices import (
    OPTIONS,
    PRIVACIES,
    STORES,
    SYSTEMS,
    Setting,
    require_paid,
    settings_of,
)
from bench.load.schedule import SHAPES, Schedule
from system.chain.private import Route
from system.errors import UsageError
from system.jobs.behaviours import BEHAVIOURS, mix
from system.jobs.gates import require_store
from system.learning.models import WeightSpec, parse_weights
from system.weights import codec

if TYPE_CHECKING:  # importing Locust patches the whole process: a flood has no use for that
    from locust.argument_parser import LocustArgumentParser

_LONGEST_S = 1e6
_CHOICES = {
    "encoding": codec.names(),
    "store": STORES,
    "privacy": PRIVACIES,
    "system": SYSTEMS,
    "schedule": SHAPES,
}


@dataclass(frozen=True, slots=True)
class SwarmConfig:
    """A Locust run: several weight sizes make several cells that share its users."""

    weights: tuple[WeightSpec, ...]
    encoding: str
    store: str
    privacy: str
    system: str
    rpc_urls: tuple[str, ...]
    chain_id: int | None
    rate_per_s: float | None  # None: closed loop, the next weights only after the last result
    schedule: str
    warmup_s: float
    duration_s: float | None
    drain_s: float
    seed: int
    batch: int
    run_dir: Path | None
    cell: str | None
    repeat: int
    topology: str
    users: int | None
    report: bool
    route: Route | None = None  # of private transactions
    job_size: int | None = None  # None: the board, which pays nobody
    evil: Fraction = Fraction(0)
    evil_behaviour: tuple[str, ...] = ()
    funder: Path | None = None
    settings: dict[str, Setting] = field(default_factory=dict)  # the system's own options

    @property
    def open_loop(self) -> bool:
        """Whether send times are fixed beforehand."""
        return self.rate_per_s is not None


def add_arguments(parser: LocustArgumentParser) -> None:
    """The swarm's options, which Locust shows as fields of its page too.

    Locust's own page and master listen on loopback unless told otherwise: Locust would take every
    interface, and whoever reaches its page can start a load.
    """
    parser.set_defaults(web_host="127.0.0.1", master_bind_host="127.0.0.1")
    parser.add_argument(
        "--weights",
        default="mnist-softmax",
        help="comma-separated weight counts, model names or .npy files",
    )
    for name, default in (
        ("encoding", "float32"),
        ("store", "calldata"),
        ("privacy", "plain"),
        ("system", "jobs"),
        ("schedule", "constant"),
    ):
        parser.add_argument(f"--{name}", default=default, choices=_CHOICES[name])
    parser.add_argument(
        "--ptm-url", default="", help="for --privacy private: the manager's HTTP address"
    )
    parser.add_argument(
        "--private-for",
        default="",
        help="for --privacy private: the receiving managers' public keys, with commas; "
        "default: the sender's own manager alone",
    )
    parser.add_argument(
        "--job-size",
        type=int,
        default=None,
        help="paid jobs with that many seats each, by the market; default: the job board",
    )
    parser.add_argument(
        "--evil", default="0", help="with --job-size: share of workers that is not honest, 0 to 1"
    )
    parser.add_argument(
        "--evil-behaviour",
        default="",
        help=f"what these do, in turn, with commas: {', '.join(BEHAVIOURS)}",
    )
    parser.add_argument(
        "--funder",
        default="",
        help="with --job-size: file with the key of an account with ether; "
        "default: the test account of a network of ours",
    )
    for system, own in OPTIONS.items():
        for option in own:
            known = f"one of {', '.join(map(str, option.choices))}; " if option.choices else ""
            parser.add_argument(
                option.flag,
                default="",
                help=f"with --system {system}: {option.help}; {known}default: {option.default}",
            )
    parser.add_argument(
        "--rate",
        type=float,
        default=None,
        help="submissions a second of all workers together (open loop); "
        "without it each worker submits again once its last result is on chain",
    )
    parser.add_argument("--warmup", type=float, default=3.0, help="seconds not counted")
    parser.add_argument(
        "--duration", type=float, default=None, help="seconds measured; default: until stopped"
    )
    parser.add_argument(
        "--drain", type=float, default=30.0, help="most seconds to wait for what is in flight"
    )
    parser.add_argument(
        "--rpc-url",
        default="",
        help="HTTP address of a node, or several with commas; "
        "default: the network that `weighbridge network up` left running",
    )
    parser.add_argument("--chain-id", type=int, default=None, help="refuse any other chain")
    parser.add_argument("--seed", type=int, default=0, help="of weights, accounts and schedules")
    parser.add_argument(
        "--batch", type=int, default=1, help="most waiting transactions in one JSON-RPC body"
    )
    parser.add_argument("--run-dir", default="", help="where rows go; default: reports/<run id>")
    for hidden, kind in (("--cell", str), ("--repeat", int), ("--topology", str)):
        parser.add_argument(
            hidden, type=kind, default=kind(), help=argparse.SUPPRESS, include_in_web_ui=False
        )
    parser.add_argument(
        "--no-report", action="store_true", help=argparse.SUPPRESS, include_in_web_ui=False
    )


def config_from(options: argparse.Namespace) -> SwarmConfig:
    """The validated configuration; raises UsageError in one line that names the cure."""
    _check_choices(options)
    _check_numbers(options)
    require_store(options.privacy, options.store)
    rate_per_s, duration_s = _number("rate", options.rate), _number("duration", options.duration)
    if duration_s is not None and not 0 < duration_s < _LONGEST_S:
        raise UsageError(f"--duration {duration_s:g}: give seconds above 0")
    if rate_per_s is not None:
        Schedule(options.schedule, rate_per_s, duration_s)  # says what is wrong with the three
    elif options.schedule == "rounds":
        raise UsageError(
            "the schedule 'rounds' needs a --rate: a round begins every --users / --rate seconds"
        )
    config = SwarmConfig(
        weights=parse_weights(options.weights),
        encoding=options.encoding,
        store=options.store,
        privacy=options.privacy,
        system=options.system,
        rpc_urls=tuple(_listed(options.rpc_url)),
        chain_id=_whole("chain-id", options.chain_id),
        rate_per_s=rate_per_s,
        schedule=options.schedule,
        warmup_s=options.warmup,
        duration_s=duration_s,
        drain_s=options.drain,
        seed=options.seed,
        batch=options.batch,
        run_dir=Path(options.run_dir) if options.run_dir else None,
        cell=options.cell or None,
        repeat=options.repeat,
        topology=options.topology,
        users=options.num_users,
        report=not options.no_report,
        route=_route(options),
        job_size=_whole("job-size", options.job_size),
        evil=_share(options.evil),
        evil_behaviour=tuple(_listed(options.evil_behaviour)),
        funder=Path(options.funder) if options.funder else None,
        settings=settings_of(options.system, _own(options)),
    )
    _check_paid(config)
    return config


def _check_paid(config: SwarmConfig) -> None:
    """What goes together with jobs that pay."""
    if config.job_size is None:
        if config.evil or config.evil_behaviour:
            raise UsageError("--evil and --evil-behaviour need --job-size, such as --job-size 5")
        return
    require_paid(config.job_size, config.store, config.privacy)
    if len(config.weights) != 1 or config.weights[0].count == 0:
        raise UsageError("--job-size takes one size of --weights, and not the counter")
    mix(config.users or 1, config.evil, config.evil_behaviour)  # says what is wrong with the two


def _own(options: argparse.Namespace) -> dict[str, object]:
    """What was given for options that one system has."""
    return {one.name: getattr(options, one.name) for own in OPTIONS.values() for one in own}


def _share(given: str) -> Fraction:
    try:
        return Fraction(given or "0")
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"--evil {given!r} is no share: give a number from 0 to 1") from None


def _route(options: argparse.Namespace) -> Route | None:
    if not options.ptm_url:
        return None
    return Route(options.ptm_url, tuple(_listed(options.private_for)))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _check_choices(options: argparse.Namespace) -> None:
    """The page's fields reach us unchecked, unlike the command line's."""
    for name, allowed in _CHOICES.items():
        given = getattr(options, name)
        if given not in allowed:
            raise UsageError(f"--{name} {given!r}: choose one of {', '.join(allowed)}")


def _check_numbers(options: argparse.Namespace) -> None:
    for name in ("warmup", "drain"):
        if not 0 <= getattr(options, name) < _LONGEST_S:
            raise UsageError(f"--{name} {getattr(options, name):g}: give seconds from 0 up")
    if options.batch < 1:
        raise UsageError(f"--batch {options.batch}: give 1 or more transactions a body")
    if options.seed < 0:
        raise UsageError(f"--seed {options.seed}: give a whole number from 0 up")
    if options.num_users is not None and options.num_users < 1:
        raise UsageError(f"--users {options.num_users}: give 1 or more workers")


def _number(name: str, given: float | str | None) -> float | None:
    """An option whose default is None: Locust's page hands it over as text, "" when left empty."""
    try:
        return None if given in (None, "") else float(given)
    except ValueError:
        raise UsageError(f"--{name} {given!r} is no number") from None


def _whole(name: str, given: int | str | None) -> int | None:
    number = _number(name, given)
    if number is None:
        return None
    if not number.is_integer():
        raise UsageError(f"--{name} {given!r} is no whole number")
    return int(number)
