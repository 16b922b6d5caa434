"""`weighbridge sweep`: run a plan and print where its report lies."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bench.load.choices import SYSTEMS
from bench.record.files import safe_name
from bench.record.planned import SATURATION
from bench.record.provenance import run_meta
from bench.record.reader import read_run
from bench.record.writer import RunWriter, create_run, open_run
from bench.report.build import build
from bench.sweep.plan import OWN_AXES, Plan, PlanError, load_plan, plan_from_record
from bench.sweep.progress import shown
from bench.sweep.runner import Outcome, run_sweep
from system.chain.probe import probe
from system.chain.rpc import Rpc
from system.paths import REPORTS_DIR


def sweep(
    plan: Annotated[
        str, typer.Option(help="quick, standard, full, epfl-2023, or a TOML file")
    ] = "quick",
    weights: Annotated[
        str, typer.Option(help="comma-separated counts, model names or .npy files")
    ] = "",
    encoding: Annotated[str, typer.Option(help="comma-separated encodings")] = "",
    store: Annotated[str, typer.Option(help="comma-separated stores")] = "",
    privacy: Annotated[str, typer.Option(help="comma-separated privacy modes")] = "",
    rate: Annotated[
        str, typer.Option(help="comma-separated submissions a second, `closed` or `saturation`")
    ] = "",
    schedule: Annotated[
        str, typer.Option(help="constant, poisson, ramp, spike, soak or rounds")
    ] = "",
    users: Annotated[int | None, typer.Option(help="worker accounts of a cell")] = None,
    system: Annotated[str, typer.Option(help=f"comma-separated, of {', '.join(SYSTEMS)}")] = "",
    own: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="OPTION=VALUES",
            help="an option that only the system has, with comma-separated values; may be repeated",
        ),
    ] = None,
    job_size: Annotated[str, typer.Option(help="comma-separated seats of a paid job")] = "",
    evil: Annotated[str, typer.Option(help="comma-separated shares of evil workers")] = "",
    evil_behaviour: Annotated[
        str, typer.Option(help="what evil workers do, in turn, with commas")
    ] = "",
    topology: Annotated[str, typer.Option(help="comma-separated topologies")] = "",
    period: Annotated[str, typer.Option(help="comma-separated block periods in seconds")] = "",
    gas_limit: Annotated[str, typer.Option(help="comma-separated block gas limits")] = "",
    transaction_size_limit: Annotated[
        str, typer.Option(help="comma-separated limits in KB, from 32 to 128")
    ] = "",
    duration: Annotated[float | None, typer.Option(help="measured seconds of a cell")] = None,
    warmup: Annotated[float | None, typer.Option(help="seconds before them")] = None,
    drain: Annotated[float | None, typer.Option(help="most seconds after them")] = None,
    repeats: Annotated[int | None, typer.Option(help="runs of each cell")] = None,
    processes: Annotated[int | None, typer.Option(help="generator processes of a cell")] = None,
    batch: Annotated[int | None, typer.Option(help="most transactions in a request")] = None,
    seed: Annotated[int | None, typer.Option(help="of weights, accounts and cell order")] = None,
    rpc_url: Annotated[
        str, typer.Option(help="use this running chain (several nodes with commas)")
    ] = "",
    chain_id: Annotated[int | None, typer.Option(help="refuse any other chain")] = None,
    out: Annotated[Path | None, typer.Option(help="a new or empty run directory")] = None,
    resume: Annotated[Path | None, typer.Option(help="go on with an unfinished run")] = None,
    json: Annotated[bool, typer.Option("--json", help="print summary.json at the end")] = False,
) -> int:
    """Submit weights of several sizes to a real network, one cell after another, and report.

    Prints the run directory last (with --json, the summary instead).
    """
    chosen = (
        _saved_plan(resume)
        if resume
        else load_plan(
            plan,
            _axes(
                weights=_texts(weights),
                encoding=_texts(encoding),
                store=_texts(store),
                privacy=_texts(privacy),
                schedule=_texts(schedule),
                topology=_texts(topology),
                rate_per_s=[
                    one if one in ("closed", SATURATION) else _number("rate", one)
                    for one in _texts(rate)
                ],
                period_s=[_number("period", one) for one in _texts(period)],
                gas_limit=[_whole("gas-limit", one) for one in _texts(gas_limit)],
                transaction_size_limit_kb=[
                    _whole("transaction-size-limit", one) for one in _texts(transaction_size_limit)
                ],
                job_size=[_whole("job-size", one) for one in _texts(job_size)],
                evil=[_number("evil", one) for one in _texts(evil)],
                evil_behaviour=[evil_behaviour] if evil_behaviour else [],
                users=[] if users is None else [users],
                system=_texts(system),
                **_own_axes(own or ()),
            ),
            duration_s=duration,
            warmup_s=warmup,
            drain_s=drain,
            repeats=repeats,
            processes=processes,
            batch=batch,
            seed=seed,
        )
    )
    urls = tuple(_texts(rpc_url))
    for url in urls:
        probe(Rpc(url), chain_id=chain_id)
    run = open_run(resume) if resume else _new_run(chosen, out)
    outcome = _run(chosen, run, urls)
    paths = build([run.path], None)
    verdict = orjson.loads(paths.summary.read_bytes())["verdict"]
    if json:
        print(paths.summary.read_text(encoding="utf-8"))
    else:
        print(verdict["text"])
        print(f"report: {paths.page}")
        print(run.path)
    return int(outcome.fell_short)


def _run(plan: Plan, run: RunWriter, urls: tuple[str, ...]) -> Outcome:
    with shown(plan) as display:
        return run_sweep(plan, run, urls=urls, starting=display.starting, report=display.ended)


def _new_run(plan: Plan, out: Path | None) -> RunWriter:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    path = out or REPORTS_DIR / f"{stamp}-{safe_name(Path(plan.title).stem)}"
    return create_run(
        path, run_meta(run=path.name, argv=sys.argv, plan=asdict(plan), seed=plan.seed)
    )


def _saved_plan(resume: Path) -> Plan:
    """The plan a run was started with: resuming means finishing that one."""
    return plan_from_record(read_run(resume).meta.plan)


def _axes(**axes: list[Any]) -> dict[str, list[Any]]:
    return {name: values for name, values in axes.items() if values}


def _own_axes(given: Sequence[str]) -> dict[str, list[str]]:
    """`--set option=values` as axes; the plan says which there are."""
    axes = {}
    for text in given:
        name, sign, values = text.partition("=")
        name = name.strip().replace("-", "_")
        if not sign or name not in OWN_AXES:
            raise PlanError(
                f"--set {text!r}: write OPTION=VALUES with one of {', '.join(OWN_AXES) or 'none'}"
            )
        axes[name] = _texts(values)
    return axes


def _texts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise PlanError(f"--{name} {text!r} is no number") from None


def _whole(name: str, text: str) -> int:
    number = _number(name, text)
    if not number.is_integer():  # neither NaN nor infinity is one
        raise PlanError(f"--{name} {text!r} is no whole number")
    return int(number)
