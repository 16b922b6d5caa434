"""`weighbridge probe`: finds the walls of a chain by running into them."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bench.network.running import network
from bench.network.topology import DEFAULT, Topology, load_topology
from bench.probe import show
from bench.probe.document import document, to_bytes
from bench.probe.recommend import recommend
from bench.probe.run import run_walls
from bench.probe.subject import Subject
from bench.probe.walls.registry import WALLS, chosen
from bench.record.files import unwritable, write_atomically
from system.chain.probe import probe as probe_chain
from system.chain.rpc import Rpc
from system.errors import UsageError

_NAMES = ", ".join(wall.name for wall in WALLS)
_ANSWER_S = 30.0


def probe(
    topology: Annotated[
        str | None, typer.Option(help="of the network to break", show_default=DEFAULT)
    ] = None,
    gas_limit: Annotated[
        int | None, typer.Option(help="gas a block", show_default="the topology's")
    ] = None,
    period: Annotated[
        float | None, typer.Option(help="seconds a block", show_default="the topology's")
    ] = None,
    rpc_url: Annotated[str, typer.Option(help="probe this chain: what can't harm it")] = "",
    chain_id: Annotated[int | None, typer.Option(help="refuse any other chain")] = None,
    may_break: Annotated[
        bool, typer.Option("--may-break", help="that chain may be slowed down or stopped")
    ] = False,
    walls: Annotated[str, typer.Option(help=f"comma-separated: {_NAMES}", show_default="all")] = "",
    json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
    out: Annotated[Path | None, typer.Option(help="write the JSON to this file")] = None,
) -> int:
    """Find each wall of a chain by measuring: predicted, measured, what is seen, what moves it.

    Starts a network of its own and throws it away, unless --rpc-url names a chain. Ends with a
    recommended genesis and flags. Exit code 1: a wall could not be measured or lies elsewhere.
    """
    selected = chosen([part.strip() for part in walls.split(",") if part.strip()])
    _check_out(out)
    settings = {"gas_limit": gas_limit, "period_s": period}
    own = _topology(topology, {k: v for k, v in settings.items() if v is not None}, rpc_url)
    with _subject(own, rpc_url, chain_id) as subject:
        findings = run_walls(
            subject, selected, may_break=may_break, starting=show.starting, report=show.met
        )
        recommended = recommend(subject)
    content = to_bytes(document(subject, findings, recommended))
    if out is not None:
        write_atomically(out, content)
    if json:
        sys.stdout.write(content.decode())
    else:
        show.show(subject, findings, recommended)
    return 1 if any(finding.fell_short for finding in findings) else 0


def _topology(name: str | None, settings: dict[str, object], rpc_url: str) -> Topology | None:
    if not rpc_url:
        return load_topology(name or DEFAULT, settings)
    if name is not None or settings:
        raise UsageError(
            "--topology, --gas-limit and --period are for a network of the probe's own: "
            "leave them out, or leave out --rpc-url"
        )
    return None


@contextmanager
def _subject(own: Topology | None, rpc_url: str, chain_id: int | None) -> Iterator[Subject]:
    if own is None:
        yield _probed(rpc_url, chain_id, None)
        return
    _say(f"starting {own.name} to break it")
    with network(own) as running:
        yield _probed(running.endpoints[0], chain_id, own)


def _probed(url: str, chain_id: int | None, own: Topology | None) -> Subject:
    rpc = Rpc(url, timeout_s=_ANSWER_S)
    return Subject(rpc, probe_chain(rpc, chain_id=chain_id), secrets.token_hex(8), own)


def _check_out(out: Path | None) -> None:
    """Raise UsageError at once rather than after minutes of measuring."""
    if out is None:
        return
    if out.is_dir():
        raise UsageError(f"{out} is a directory; give --out the name of a file")
    try:
        draft = out.with_name(out.name + ".part")
        draft.touch()
        draft.unlink()
    except OSError as error:
        raise unwritable(out, error) from error


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
