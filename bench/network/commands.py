"""`weighbridge network`: a local GoQuorum network, left running until it is taken down."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Annotated, Any

import typer

from bench.network import process, state
from bench.network.health import Health, ValidatorHealth, health
from bench.network.lock import locked
from bench.network.logs import Tail, last_lines
from bench.network.running import start
from bench.network.state import NetworkState
from bench.network.topology import DEFAULT, Topology, load_topology
from system.errors import UsageError, WeighbridgeError

app = typer.Typer(
    help="Start, watch and stop a local GoQuorum network on loopback.", no_args_is_help=True
)

_POLL_S = 0.5
_NOBODY = "no network is up"
_CURE = "start one with `weighbridge network up`"

Whole = Annotated[int | None, typer.Option(show_default="the topology's")]


@app.command()
def up(
    topology: Annotated[
        str, typer.Option(help="qbft-4, qbft-1, ibft-4, raft-3, raft-1, or the path of a TOML file")
    ] = DEFAULT,
    period: Annotated[
        float | None, typer.Option(help="seconds a block", show_default="the topology's")
    ] = None,
    gas_limit: Annotated[
        int | None, typer.Option(help="gas a block", show_default="the topology's")
    ] = None,
    tx_size_limit: Annotated[
        int | None, typer.Option(help="KB a transaction, 32-128", show_default="the topology's")
    ] = None,
    pool_account_slots: Whole = None,
    pool_global_slots: Whole = None,
    pool_account_queue: Whole = None,
    pool_global_queue: Whole = None,
    detach: Annotated[
        bool, typer.Option("--detach/--foreground", help="leave it running, or stay until Ctrl-C")
    ] = True,
) -> None:
    """Start a network and wait until it makes blocks."""
    pool = _given(
        account_slots=pool_account_slots,
        global_slots=pool_global_slots,
        account_queue=pool_account_queue,
        global_queue=pool_global_queue,
    )
    settings = _given(
        period_s=period,
        gas_limit=gas_limit,
        transaction_size_limit_kb=tx_size_limit,
        pool=pool or None,
    )
    running = _up(load_topology(topology, settings))
    _announce(running)
    if not detach:
        _hold(running)


@app.command()
def down(
    keep_data: Annotated[bool, typer.Option(help="leave chain data and logs in place")] = False,
) -> None:
    """Stop the network that `up` started, and remove its data."""
    written = state.states()
    if not written:
        typer.echo(f"{_NOBODY}: nothing to stop")
    for each in written:
        ended = process.end(each.processes)
        state.forget(each, keep_data=keep_data)
        kept = f"; its data is in {each.directory}" if keep_data and each.directory.is_dir() else ""
        typer.echo(f"{each.topology.name} is down: {ended} validators stopped{kept}")


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="machine-readable")] = False,
) -> None:
    """Show height, block age, peers, pool and disk of each validator; exit 1 if it is not well."""
    left = _left()
    if left is None:
        if as_json:
            typer.echo(json.dumps({"running": False}))
        raise WeighbridgeError(f"{_NOBODY}; {_CURE}")
    seen = health(left)
    typer.echo(json.dumps(seen.as_json()) if as_json else _table(seen))
    if seen.problems:
        raise typer.Exit(1)


@app.command()
def logs(
    node: Annotated[int | None, typer.Argument(help="a validator's index, from 0")] = None,
    lines: Annotated[int, typer.Option(min=1, help="how many of the last lines")] = 20,
    follow: Annotated[bool, typer.Option(help="go on until Ctrl-C")] = False,
) -> None:
    """Show the last lines of the validators' logs."""
    left = _left()
    if left is None:
        raise WeighbridgeError(f"{_NOBODY}; {_CURE}")
    indices = _indices(left, node)
    tails = {index: Tail(left.log(index)) for index in indices}
    for index in indices:
        if not left.log(index).exists():
            raise WeighbridgeError(f"{left.log(index)} is gone: its folder was removed")
        _print_lines(index, last_lines(left.log(index), lines))
    if follow:
        _follow(left, tails)


def _left() -> NetworkState | None:
    # A network that died is still worth looking at, until it is taken down.
    return state.current() or next(iter(state.states()), None)


def _up(topology: Topology) -> NetworkState:
    with locked(state.RUNNING_DIR / ".lock", waiting_for="another network to start"):
        already = state.current()
        if already is not None:
            raise UsageError(
                f"{already.topology.name} is up already at {already.endpoints[0]}; "
                "take it down first with `weighbridge network down`"
            )
        for stale in state.states():
            typer.echo(f"{stale.topology.name} had died; removing what it left", err=True)
            state.forget(stale, keep_data=False)
        network = start(topology, state.new_directory(topology))
        try:
            return state.save(network)
        except BaseException:
            network.stop()
            raise


def _announce(running: NetworkState) -> None:
    topology = running.topology
    typer.echo(
        f"{topology.name} is up: {topology.validators} validators, chain id {topology.chain_id}, "
        f"a block every {topology.period_s:g} s, {topology.gas_limit:,} gas a block"
    )
    for endpoint in running.endpoints:
        typer.echo(f"  {endpoint}")
    typer.echo(f"Data and logs: {running.directory}")
    typer.echo(
        f"Its keys are test keys, derived from the seed {topology.seed!r}: anyone can compute them."
    )
    if topology.consensus == "raft":
        typer.echo(
            "Note: GoQuorum's Raft transport listens on all interfaces and has no setting for it; "
            "use it behind a firewall. Everything else is on loopback only.",
            err=True,
        )


def _hold(running: NetworkState) -> None:
    try:
        with suppress(KeyboardInterrupt):
            while any(map(process.is_alive, running.processes)):
                time.sleep(_POLL_S)
    finally:
        process.end(running.processes)
        state.forget(running, keep_data=False)
        typer.echo(f"{running.topology.name} is down")


def _given(**settings: Any) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if value is not None}


def _indices(running: NetworkState, node: int | None) -> list[int]:
    count = len(running.endpoints)
    if node is None:
        return list(range(count))
    if not 0 <= node < count:
        raise UsageError(f"there is no validator {node}; give one from 0 to {count - 1}")
    return [node]


def _print_lines(index: int, lines: list[str]) -> None:
    for line in lines:
        typer.echo(f"{index} | {line}")


def _follow(running: NetworkState, tails: dict[int, Tail]) -> None:
    with suppress(KeyboardInterrupt):
        while any(map(process.is_alive, running.processes)):
            for index, tail in tails.items():
                _print_lines(index, tail.more())
            time.sleep(_POLL_S)


def _table(seen: Health) -> str:
    head = f"{'':>9}  {'height':>8}  {'age':>7}  {'peers':>5}  {'pending':>8}  {'queued':>7}  disk"
    rows = [_row(each) for each in seen.validators]
    verdict = [f"! {problem}" for problem in seen.problems] or [f"{seen.name} is well"]
    return "\n".join([f"{seen.name}, chain id {seen.chain_id}", head, *rows, *verdict])


def _row(each: ValidatorHealth) -> str:
    age = "-" if each.block_age_s is None else f"{each.block_age_s:.1f} s"
    return (
        f"validator {each.index}  {_shown(each.height):>8}  {age:>7}  {_shown(each.peers):>5}  "
        f"{_shown(each.pending):>8}  {_shown(each.queued):>7}  {each.disk_bytes / 1e6:.1f} MB  "
        f"{each.endpoint}"
    )


def _shown(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
