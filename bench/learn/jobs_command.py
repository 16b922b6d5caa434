"""`weighbridge learn jobs`: really train over the market of paid jobs."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from bench.learn.directory import begin_training, new_directory
from bench.learn.jobs import learn_jobs, prepare
from bench.learn.options import PRIVATE, JobsOptions
from bench.learn.place import place, refuse_private
from bench.learn.show import closing_lines, heading, job_line
from bench.record.learning import LearningFile, LearningSettings
from bench.report.learning.build import build
from system.errors import UsageError

_DEFAULT = JobsOptions()


def jobs(
    workers: Annotated[int, typer.Option(help="registered workers")] = _DEFAULT.workers,
    evil: Annotated[str, typer.Option(help="share of them that is not honest, 0 to 1")] = "0",
    evil_behaviour: Annotated[
        str,
        typer.Option(
            help="how the others work, with commas: collude, random, flip, silent, slow, "
            "copycat, grief, withhold or crash"
        ),
    ] = "collude",
    model: Annotated[str, typer.Option(help="the net to train")] = _DEFAULT.model,
    data: Annotated[
        Path | None,
        typer.Option(help="a folder with MNIST's IDX files; default: the bundled digits"),
    ] = None,
    rounds: Annotated[int, typer.Option(help="jobs to win")] = _DEFAULT.rounds,
    steps: Annotated[
        int | None, typer.Option(help="mini-batches of a job; default: an epoch")
    ] = None,
    job_size: Annotated[
        int | None,
        typer.Option(help="results of a job, n; default: the least that reaches --target"),
    ] = None,
    target: Annotated[
        str, typer.Option(help="least chance that a good worker is paid and the model is right")
    ] = "0.95",
    batch: Annotated[
        str, typer.Option(help="what a job names its mini-batches by: index or data")
    ] = _DEFAULT.batch,
    results: Annotated[
        str,
        typer.Option(help="weights of every worker, or hash: digests, and one winner's weights"),
    ] = _DEFAULT.results,
    privacy: Annotated[
        str, typer.Option(help="of results until termination: commit, sealed, private or plain")
    ] = _DEFAULT.privacy,
    store: Annotated[str, typer.Option(help="where the chain keeps results")] = _DEFAULT.store,
    tie: Annotated[str, typer.Option(help="who wins a tie: none or first")] = _DEFAULT.tie,
    arithmetic: Annotated[
        str, typer.Option(help="integer, or float32 to see agreement fail")
    ] = _DEFAULT.arithmetic,
    cost_wei: Annotated[
        int, typer.Option(help="what honest work on a job costs")
    ] = _DEFAULT.cost_wei,
    benefit_wei: Annotated[
        int, typer.Option(help="what an honest worker shall earn on top")
    ] = _DEFAULT.benefit_wei,
    cost_evil_wei: Annotated[
        int, typer.Option(help="what making weights up costs")
    ] = _DEFAULT.cost_evil_wei,
    deposit_wei: Annotated[
        int | None, typer.Option(help="default: the least at which evil workers expect nothing")
    ] = None,
    payment_wei: Annotated[int | None, typer.Option(help="default: what the benefit takes")] = None,
    deadline_s: Annotated[
        float | None,
        typer.Option(help="a phase waits so long for silent workers; default: by computing time"),
    ] = None,
    client: Annotated[
        str, typer.Option(help="module:factory of your own client, of Flower's NumPyClient kind")
    ] = "",
    topology: Annotated[str, typer.Option(help="the network that is started for it")] = "qbft-4",
    rpc_url: Annotated[str, typer.Option(help="use this running chain instead")] = "",
    funder: Annotated[
        Path | None, typer.Option(help="with --rpc-url: file with the key of an account with ether")
    ] = None,
    seed: Annotated[int, typer.Option(help="of weights, data order, accounts and draws")] = 0,
    out: Annotated[Path | None, typer.Option(help="a new or empty run directory")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Train over the job market: jobs, commitments, full weights, verification, payment."""
    options = JobsOptions(
        workers=workers,
        evil=_share("evil", evil),
        evil_behaviour=tuple(part.strip() for part in evil_behaviour.split(",") if part.strip()),
        model=model,
        data=data,
        rounds=rounds,
        steps=steps,
        job_size=job_size,
        target=_share("target", target),
        batch=batch,
        results=results,
        privacy=privacy,
        store=store,
        tie=tie,
        arithmetic=arithmetic,
        cost_wei=cost_wei,
        benefit_wei=benefit_wei,
        cost_evil_wei=cost_evil_wei,
        deposit_wei=deposit_wei,
        payment_wei=payment_wei,
        deadline_s=deadline_s,
        client=client,
        seed=seed,
    )
    # Before a network is started: what can't be used is said at once.
    if options.privacy == PRIVATE:
        refuse_private(rpc_url)
    prepared = prepare(options)
    directory = new_directory(out, "jobs")

    def begin(settings: LearningSettings) -> LearningFile:
        file = begin_training(directory, settings, seed=seed)
        _say(heading(settings))
        return file

    with place(topology, rpc_url=rpc_url, funder=funder) as where:
        result = learn_jobs(prepared, where, begin=begin, say=lambda row: _say(job_line(row)))
    page = build([directory]).page
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        print("\n".join(closing_lines(result)))
        print(page)
    return 0 if result["rounds"] == options.rounds else 1


def _share(name: str, text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"--{name} {text!r} is no share: give a number from 0 to 1") from None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
