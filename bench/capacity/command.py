"""`weighbridge capacity`: does one round fit, and what is the most that would."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from bench.capacity import inverse
from bench.capacity.answer import Answer, answer
from bench.capacity.model import Model
from bench.capacity.place import place
from bench.capacity.question import Setting, weigh
from bench.capacity.saved import COMMITTED, load
from bench.capacity.words import told
from bench.load.choices import PRIVACIES, STORES
from bench.record.jsonform import to_json
from system.errors import UsageError, suggestion
from system.jobs.gates import require_store
from system.learning.models import WeightSpec, parse_weights
from system.weights import codec


def capacity(
    model: Annotated[
        str, typer.Option(help="a model, a count of weights or a .npy file; none: the largest")
    ] = "",
    workers: Annotated[
        int | None, typer.Option(help="workers of a round; none: the most that fit")
    ] = None,
    encoding: Annotated[str, typer.Option(help="how weights become bytes")] = "float32",
    store: Annotated[str, typer.Option(help="where the chain keeps them")] = "calldata",
    privacy: Annotated[str, typer.Option(help="plain, commit or sealed")] = "plain",
    round_deadline: Annotated[float, typer.Option(help="seconds that a round may take")] = 30.0,
    topology: Annotated[str, typer.Option(help="a topology's name or file")] = "qbft-4",
    period: Annotated[float | None, typer.Option(help="seconds a block")] = None,
    gas_limit: Annotated[int | None, typer.Option(help="gas a block")] = None,
    transaction_size_limit: Annotated[
        int | None, typer.Option(help="KB a transaction, 32 to 128")
    ] = None,
    fit: Annotated[
        Path, typer.Option(help="a fitted cost model", show_default="the project's own")
    ] = COMMITTED,
    as_json: Annotated[bool, typer.Option("--json", help="print the answer as JSON")] = False,
) -> int:
    """Say whether all workers' weights get through a chain in one round, and how long that takes.

    Without --model: the largest model that fits; without --workers: the most workers. Nothing is
    started or sent: the answer rests on a cost model fitted to measured rounds. Exit code 0 where
    the round fits, 1 where it does not.
    """
    _check(model, workers, encoding=encoding, store=store, privacy=privacy)
    setting = Setting(
        encoding=encoding,
        store=store,
        privacy=privacy,
        place=place(
            topology,
            period_s=period,
            gas_limit=gas_limit,
            transaction_size_limit_kb=transaction_size_limit,
        ),
        deadline_s=_deadline(round_deadline),
    )
    said = _answered(load(fit), setting, model, workers)
    print(to_json(said, indent=True).decode() if as_json else "\n".join(told(said)))
    return 0 if said.fits else 1


def _answered(costs: Model, setting: Setting, model: str, workers: int | None) -> Answer:
    """The answer to what was left out: the workers, the model, or neither."""
    if workers is None:
        spec = _one_model(model)
        found, sure = (
            inverse.most_workers(costs, setting, spec, surely=one) for one in (False, True)
        )
        number = sure.workers if sure.sure_share <= 1 else 0
        return answer(costs, setting, found, asked="workers", surely=number)
    if not model:
        found, sure = (
            inverse.largest_model(costs, setting, workers, surely=one) for one in (False, True)
        )
        number = sure.submission.weights if sure.sure_share <= 1 else 0
        return answer(costs, setting, found, asked="model", surely=number)
    return answer(costs, setting, weigh(costs, setting, _one_model(model), workers))


def _check(model: str, workers: int | None, *, encoding: str, store: str, privacy: str) -> None:
    if not model and workers is None:
        raise UsageError("give --model, --workers or both: what is left out is what is found")
    if workers is not None and not 1 <= workers <= inverse.MOST_WORKERS:
        raise UsageError(f"--workers {workers}: give 1 to {inverse.MOST_WORKERS:,} workers")
    for name, given, allowed in (
        ("encoding", encoding, codec.names()),
        ("store", store, STORES),
        ("privacy", privacy, PRIVACIES),
    ):
        if given not in allowed:
            raise UsageError(f"unknown --{name} {given!r}: {suggestion(given, allowed)}")
    if privacy == "private":
        raise UsageError(
            "--privacy private needs transaction managers, with which no round was measured: "
            "choose plain, commit or sealed"
        )
    require_store(privacy, store)


def _deadline(given: float) -> float:
    if not (math.isfinite(given) and given > 0):
        raise UsageError(f"--round-deadline {given:g}: give seconds above 0")
    return given


def _one_model(text: str) -> WeightSpec:
    specs = parse_weights(text)
    if len(specs) != 1:
        raise UsageError(f"--model {text!r} names {len(specs)} models: ask for one at a time")
    if specs[0].count == 0:
        raise UsageError("--model counter has no weights to carry: give a model or a count")
    return specs[0]
