"""Training over the job market, beside the same training without a chain."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.learn.clients import client_maker
from bench.learn.odds import predicted
from bench.learn.options import JobsOptions, plan_of
from bench.learn.place import Place
from bench.learn.rows import Outlay, result_of, row_of
from bench.learn.terms import Pace, terms_of
from bench.record.learning import JobRow, LearningFile, LearningSettings
from system.chain.keys import derive_key
from system.chain.outbox import Outbox
from system.chain.rpc import Unreachable
from system.chain.sender import Sender, send
from system.errors import NetworkError
from system.jobs.market import balance_of, withdrawing
from system.jobs.payment import JobPlan
from system.jobs.registry import joining
from system.jobs.server import Site, put_up
from system.jobs.session import Session
from system.jobs.trainer import ENCODINGS
from system.jobs.training import Curriculum, crew, most_jobs, train
from system.jobs.worker import Worker
from system.learning.rounds import Round, centralised
from system.learning.sources import examples


class ChainGone(NetworkError):
    """The chain stopped answering in the middle of a training."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known before there is a chain."""

    options: JobsOptions
    plan: JobPlan
    curriculum: Curriculum


@dataclass(frozen=True, slots=True)
class _Stage:
    """The parts put up on a chain, and what each account had when it began."""

    site: Site
    server: Sender
    workers: Sequence[Worker]
    given_wei: dict[str, int]


def prepare(options: JobsOptions) -> Prepared:
    """The mathematics and the data of a training.

    Raises UsageError where the options do not go together, or the data do not fit the model.
    """
    plan = plan_of(options)
    data = examples(options.model, options.data, seed=options.seed)
    curriculum = Curriculum(
        model=options.model,
        data=data,
        rounds=options.rounds,
        steps=options.steps_of(len(data.train_y)),
        seed=options.seed,
        arithmetic=options.arithmetic,
        carries_batches=options.batch == "data",
        make_client=client_maker(options.client, options.model, data, seed=options.seed),
    )
    return Prepared(options, plan, curriculum)


def learn_jobs(
    prepared: Prepared,
    place: Place,
    *,
    begin: Callable[[LearningSettings], LearningFile],
    say: Callable[[JobRow], None],
) -> dict[str, Any]:
    """The training's result, ready for JSON; `begin` opens its record, jobs are said as they end.

    Raises NetworkError when the chain stops, UsageError where it can't be paid for.
    """
    try:
        return _learn_jobs(prepared, place, begin, say)
    except Unreachable as error:  # it answered before
        raise ChainGone(f"the chain went away: {error}") from error


def _learn_jobs(
    prepared: Prepared,
    place: Place,
    begin: Callable[[LearningSettings], LearningFile],
    say: Callable[[JobRow], None],
) -> dict[str, Any]:
    options, curriculum = prepared.options, prepared.curriculum
    written = begin(_settings(prepared, place))
    off_chain, seconds_each = _off_chain(curriculum)
    keys = _keys(options)
    stage = _set_up(prepared, place, keys)
    session = Session(
        stage.server,
        stage.site.place,
        stage.workers,
        idles=place.chain.consensus != "istanbul",
    )
    pace = Pace(seconds_each, place.period_s)
    carried_bytes = len(curriculum.batches(0) or b"")
    rows: list[JobRow] = []
    for trained in train(
        session,
        stage.server,
        stage.site.place,
        workers=stage.workers,
        terms=terms_of(options, prepared.plan, place.chain, pace, carried_bytes=carried_bytes),
        curriculum=curriculum,
    ):
        after = off_chain[trained.finished.terms.batch_index]
        rows.append(row_of(trained, curriculum, stage.workers, off_chain=after))
        written.row(rows[-1])
        say(rows[-1])
    _withdraw(stage)
    outlay = Outlay(
        place, stage.site.place.market, stage.server.address, stage.workers, stage.given_wei
    )
    result = result_of(options, prepared.plan, outlay, rows, off_chain, seconds_each=seconds_each)
    written.result(result)
    if place.lent:
        place.give_back(keys)
    return result


def _settings(prepared: Prepared, place: Place) -> LearningSettings:
    options, plan, curriculum = prepared.options, prepared.plan, prepared.curriculum
    return LearningSettings(
        system="jobs",
        model=options.model,
        weights=curriculum.size,
        asked={**options.as_record(), "steps": curriculum.steps, "topology": place.topology},
        predicted={
            "job_size": plan.n,
            "payment_wei": str(plan.payment_wei),
            "deposit_wei": str(plan.deposit_wei),
            "server_spend_wei": float(plan.server_spend),
            "p_colluding": float(plan.p),
            "q_colluding": float(plan.q),
            "w_colluding": float(plan.w),
            "p_by_behaviour": predicted(options, plan.n),
        },
    )


def _off_chain(curriculum: Curriculum) -> tuple[list[Round], float]:
    """The same jobs on a plain server, and the seconds that one takes."""
    started_s = time.monotonic()
    rounds = list(
        centralised(
            curriculum.model,
            curriculum.data,
            rounds=curriculum.rounds,
            steps=curriculum.steps,
            seed=curriculum.seed,
            numbers=curriculum.numbers,
        )
    )
    return rounds, (time.monotonic() - started_s) / len(rounds)


def _keys(options: JobsOptions) -> list[bytes]:
    """The workers' keys, and last the server's."""
    workers = [derive_key(f"learn {options.seed}", "worker", i) for i in range(options.workers)]
    return [*workers, derive_key(f"learn {options.seed}", "server", 0)]


def _set_up(prepared: Prepared, place: Place, keys: Sequence[bytes]) -> _Stage:
    options, plan, (*workers, server) = prepared.options, prepared.plan, keys
    jobs = most_jobs(options.rounds)
    # Enough for whoever loses its deposit every time, and a server that never has a payment back.
    needed = dict.fromkeys(workers, plan.deposit_wei * jobs + 1)
    given = place.fund({**needed, server: plan.n * plan.payment_wei * jobs + 1})
    account = place.account(server)
    site = put_up(account, store=options.store, encoding=ENCODINGS[options.arithmetic])
    outbox = Outbox(place.rpc, place.chain.chain_id)
    for key in workers:
        outbox.send(key, [joining(site.registry)], "join")
    outbox.drained()
    names, curriculum = options.names(), prepared.curriculum
    hired = crew(names, workers, curriculum=curriculum, server=account, place=site.place)
    return _Stage(site, account, hired, given)


def _withdraw(stage: _Stage) -> None:
    """Pay the server out what came back to it: payments nobody earned, and forfeited deposits."""
    market = stage.site.place.market
    if balance_of(stage.server.rpc, market, stage.server.address):
        send(stage.server, withdrawing(market))
