"""`weighbridge learn models`: really train a model that everybody may train."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.learn.directory import begin_training, new_directory
from bench.learn.models.options import MODELS, ModelsOptions
from bench.learn.models.prepared import prepare
from bench.learn.models.rows import fell_short
from bench.learn.models.show import closing_lines, heading, step_line
from bench.learn.models.training import learn_models
from bench.learn.place import place
from bench.network.topology import load_topology
from bench.record.learning import LearningFile, LearningSettings
from bench.report.story.build import build
from system.errors import UsageError
from system.models.names import INCENTIVES

_DEFAULT = ModelsOptions()


def models(
    model: Annotated[str, typer.Option(help=f"one of {', '.join(MODELS)}")] = _DEFAULT.model,
    incentive: Annotated[
        str, typer.Option(help=f"how data pays: {', '.join(INCENTIVES)}")
    ] = _DEFAULT.incentive,
    data: Annotated[
        Path | None,
        typer.Option(help="your own samples: CSV with the class last, or npz of x and y"),
    ] = None,
    text: Annotated[bool, typer.Option(help="--data holds texts, for models of indices")] = False,
    classes: Annotated[
        str, typer.Option(help="classes of the data to take, with commas; default: all, or 3,8")
    ] = "",
    initial: Annotated[
        int | None,
        typer.Option(help="samples of each class that the model begins with; default: 4 or 1"),
    ] = None,
    contributors: Annotated[
        int, typer.Option(help="accounts that contribute")
    ] = _DEFAULT.contributors,
    bad: Annotated[
        float, typer.Option(help="share of them that says a wrong class, 0 to 1")
    ] = _DEFAULT.bad,
    mistaken: Annotated[
        float, typer.Option(help="share that is wrong now and then")
    ] = _DEFAULT.mistaken,
    limited: Annotated[
        float, typer.Option(help="share with money for two deposits")
    ] = _DEFAULT.limited,
    contributions: Annotated[
        int | None, typer.Option(help="samples contributed; default: 120, market: 40")
    ] = None,
    deposit_wei: Annotated[
        int, typer.Option(help="what data costs while others come fast, or a market's stake")
    ] = _DEFAULT.deposit_wei,
    refund_wait_s: Annotated[
        int, typer.Option(help="seconds from a contribution to its refund or report")
    ] = _DEFAULT.refund_wait_s,
    any_wait_s: Annotated[
        int | None,
        typer.Option(help="seconds until anybody takes what is left; default: 60 or more"),
    ] = None,
    tested: Annotated[int, typer.Option(help="test samples at most")] = _DEFAULT.tested,
    topology: Annotated[str, typer.Option(help="the network that is started for it")] = "qbft-4",
    rpc_url: Annotated[str, typer.Option(help="use this running chain instead")] = "",
    funder: Annotated[
        Path | None, typer.Option(help="with --rpc-url: file with the key of an account with ether")
    ] = None,
    seed: Annotated[int, typer.Option(help="of data order, accounts and draws")] = 0,
    out: Annotated[Path | None, typer.Option(help="a new or empty run directory")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Train a shared model on the chain: deposits, refunds, reports, points or a market."""
    options = ModelsOptions(
        model=model,
        incentive=incentive,
        data=data,
        text=text,
        classes=tuple(part.strip() for part in classes.split(",") if part.strip()),
        initial=initial,
        contributors=contributors,
        bad=bad,
        mistaken=mistaken,
        limited=limited,
        contributions=contributions,
        deposit_wei=deposit_wei,
        refund_wait_s=refund_wait_s,
        any_wait_s=any_wait_s,
        tested=tested,
        seed=seed,
    )
    # Before a network is started: what can't be used is said at once.
    prepared = prepare(options)
    if not rpc_url and load_topology(topology).consensus == "raft":
        raise UsageError(
            f"--topology {topology}: Raft's clock is in nanoseconds and waits are in seconds; "
            "take qbft-4, or another with QBFT or IBFT"
        )
    directory = new_directory(out, "models")

    def begin(settings: LearningSettings) -> LearningFile:
        file = begin_training(directory, settings, seed=seed)
        _say(heading(settings))
        return file

    with place(topology, rpc_url=rpc_url, funder=funder) as where:
        result = learn_models(
            prepared, where, begin=begin, say=lambda row: _say(step_line(row, incentive))
        )
    short = fell_short(result, options.contributed)
    page = build([directory]).page
    if as_json:
        print(json.dumps(result, indent=2))
        _say("\n".join(f"not as it should be: {one}" for one in short))
    else:
        print("\n".join(closing_lines(result, short)))
        print(page)
    return 1 if short else 0


def _say(line: str) -> None:
    if line:
        print(line, file=sys.stderr, flush=True)
