"""`weighbridge learn bounties`: the bounty market, with clients that lie or keep silent."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.learn.bounties.options import BountiesOptions
from bench.learn.bounties.result import shortcomings
from bench.learn.bounties.run import learn_bounties, prepare
from bench.learn.bounties.show import closing_lines, event_line, heading
from bench.learn.directory import begin_training, new_directory
from bench.learn.place import place
from bench.record.learning import LearningFile, LearningSettings
from bench.report.story.build import build

_DEFAULT = BountiesOptions()


def bounties(
    clients: Annotated[int, typer.Option(help="clients that solve jobs")] = _DEFAULT.clients,
    jobs: Annotated[
        int, typer.Option(help="jobs of owners; two more are posted, see below")
    ] = _DEFAULT.jobs,
    liars: Annotated[
        int, typer.Option(help="clients that announce a better loss than they have")
    ] = _DEFAULT.liars,
    silent: Annotated[
        int, typer.Option(help="clients that win and never publish")
    ] = _DEFAULT.silent,
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe-run-tasks-without-isolation",
            help="run tasks as your own user, who can read your keys and files",
        ),
    ] = False,
    topology: Annotated[str, typer.Option(help="the network that is started for it")] = "qbft-4",
    rpc_url: Annotated[str, typer.Option(help="use this running chain instead")] = "",
    funder: Annotated[
        Path | None, typer.Option(help="with --rpc-url: file with the key of its operator")
    ] = None,
    seed: Annotated[int, typer.Option(help="of data, weights and accounts")] = 0,
    out: Annotated[Path | None, typer.Option(help="a new or empty run directory")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Post jobs for credits: clients train shut in, announce, publish, check each other, are paid.

    Beside --jobs there is one that pays too little for anyone, whose owner is refunded, and one
    that the first honest winner pays for with what it earned.
    """
    options = BountiesOptions(
        clients=clients, jobs=jobs, liars=liars, silent=silent, seed=seed, unsafe=unsafe
    )
    directory = new_directory(out, "bounties")
    # Before a network is started: what can't be used is said at once.
    prepared = prepare(options)

    def begin(settings: LearningSettings) -> LearningFile:
        file = begin_training(directory, settings, seed=seed)
        _say(heading(settings))
        return file

    with place(topology, rpc_url=rpc_url, funder=funder) as where:
        result = learn_bounties(prepared, where, begin=begin, say=lambda row: _say(event_line(row)))
    page = build([directory]).page
    for line in shortcomings(result):
        _say(f"not as it should be: {line}")
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        print("\n".join(closing_lines(result)))
        print(page)
    return 1 if shortcomings(result) else 0


def _say(line: str | None) -> None:
    if line is not None:
        print(line, file=sys.stderr, flush=True)
