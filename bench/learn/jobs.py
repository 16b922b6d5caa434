"""Training over the job market, beside the same training without a chain."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, Final

from bench.learn.account import by_behaviour, earned, ledger
from bench.learn.odds import agreement, forfeits, observed, predicted
from bench.learn.options import PRIVACIES, RESULTS, TIES, JobsOptions, plan_of
from bench.learn.place import Place
from bench.record.learning import JobRow, LearningFile, LearningSettings, SeatRow
from system.chain.keys import address_of, derive_key
from system.chain.outbox import Outbox
from system.chain.sender import Sender
from system.jobs.behaviours import HONEST
from system.jobs.market import Outcome, Terms
from system.jobs.packing import goes_as_words
from system.jobs.payment import JobPlan
from system.jobs.registry import joining
from system.jobs.server import Site, put_up
from system.jobs.session import Session
from system.jobs.stores import STORES
from system.jobs.terms import Step
from system.jobs.trainer import ENCODINGS, decoded
from system.jobs.training import Curriculum, Trained, crew, most_jobs, train
from system.jobs.worker import Worker
from system.learning.nets import net
from system.learning.rounds import Round, centralised
from system.learning.sources import examples

# Blocks a phase lasts at least, and seconds: a chain that makes twenty blocks a second needs more.
_FEWEST_BLOCKS: Final = 8
_SHORTEST_S: Final = 3.0
_IDLE_PERIOD_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Setting:
    """A training's parts, put up on a chain."""

    options: JobsOptions
    plan: JobPlan
    place: Place
    site: Site
    server: Sender
    workers: Sequence[Worker]
    given_wei: dict[str, int]


def learn_jobs(
    options: JobsOptions,
    place: Place,
    *,
    begin: Callable[[LearningSettings], LearningFile],
    say: Callable[[JobRow], None],
) -> dict[str, Any]:
    """The training's result, ready for JSON; `begin` opens its record, jobs are said as they end.

    Raises UsageError where the options do not go together, NetworkError when the chain stops.
    """
    plan, curriculum = plan_of(options), curriculum_of(options)
    written = begin(settings_of(options, curriculum, plan, place.topology))
    off_chain, seconds_each = _off_chain(curriculum)
    setting = _set_up(options, plan, curriculum, place)
    rows: list[JobRow] = []
    for trained in train(
        Session(
            setting.server,
            setting.site.place,
            setting.workers,
            idles=place.chain.consensus == "raft",
        ),
        setting.server,
        setting.site.place,
        workers=setting.workers,
        terms=_terms(setting, curriculum, compute_s=seconds_each * options.workers),
        curriculum=curriculum,
    ):
        after = off_chain[trained.finished.terms.batch_index]
        rows.append(_row(setting, curriculum, trained, after))
        written.row(rows[-1])
        say(rows[-1])
    result = _result(setting, rows, off_chain, seconds_each)
    written.result(result)
    return result


def curriculum_of(options: JobsOptions) -> Curriculum:
    """What is learnt; raises UsageError for data that do not fit the model."""
    data = examples(options.model, options.data, seed=options.seed)
    return Curriculum(
        model=options.model,
        data=data,
        rounds=options.rounds,
        steps=options.steps_of(len(data.train_y)),
        seed=options.seed,
        arithmetic=options.arithmetic,
        carries_batches=options.batch == "data",
    )


def settings_of(
    options: JobsOptions, curriculum: Curriculum, plan: JobPlan, topology: str
) -> LearningSettings:
    """What is asked for and predicted."""
    return LearningSettings(
        system="jobs",
        model=options.model,
        weights=net(options.model).size,
        asked={**options.as_record(), "steps": curriculum.steps, "topology": topology},
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


def _set_up(options: JobsOptions, plan: JobPlan, curriculum: Curriculum, place: Place) -> Setting:
    server = _server_key(options)
    keys = [derive_key(f"learn {options.seed}", "worker", i) for i in range(options.workers)]
    jobs = most_jobs(options.rounds)
    # Enough for whoever loses its deposit every time, and a server that never has a payment back.
    given = dict.fromkeys(keys, plan.deposit_wei * jobs + 1)
    given[server] = plan.n * plan.payment_wei * jobs + 1
    place.fund(given)
    account = place.account(server)
    site = put_up(account, store=options.store, encoding=ENCODINGS[options.arithmetic])
    outbox = Outbox(place.rpc, place.chain.chain_id)
    for key in keys:
        outbox.send(key, [joining(site.registry)], "join")
    outbox.drained()
    workers = crew(options.names(), keys, curriculum=curriculum, server=account, place=site.place)
    held = {address_of(key): amount for key, amount in given.items()}
    return Setting(options, plan, place, site, account, workers, held)


def _terms(setting: Setting, curriculum: Curriculum, *, compute_s: float) -> Terms:
    """A job's terms: each phase lasts long enough for all workers' computing, one after another."""
    options, plan, chain = setting.options, setting.plan, setting.place.chain
    period_s = setting.place.period_s or _IDLE_PERIOD_S
    blocks = max(_FEWEST_BLOCKS, math.ceil((_SHORTEST_S + 2 * compute_s) / period_s))
    words = goes_as_words(ENCODINGS[options.arithmetic])
    return Terms(
        payment=plan.payment_wei,
        deposit=plan.deposit_wei,
        weight_count=net(curriculum.model).size,
        result_chunk_bytes=STORES[options.store].chunk_limit(chain, words=words),
        seats=plan.n,
        publish_blocks=blocks,
        commit_blocks=blocks,
        reveal_blocks=blocks,
        delivery_blocks=_FEWEST_BLOCKS,
        privacy=PRIVACIES[options.privacy],
        results=RESULTS[options.results],
        tie_rule=TIES[options.tie],
    )


def _row(setting: Setting, curriculum: Curriculum, trained: Trained, off_chain: Round) -> JobRow:
    finished, state = trained.finished, trained.finished.state
    weights = decoded(trained.weights, curriculum.arithmetic)
    names = {worker.address: worker.behaviour.name for worker in setting.workers}
    seats = [
        SeatRow(
            worker=address,
            behaviour=names[address],
            step=seat.step.name.lower(),
            digest=seat.word.hex() if seat.step >= Step.OPENED else "",
            owed_wei=str(finished.owed[address]),
            paid=state.outcome is Outcome.WON and finished.owed[address] > 0,
        )
        for address, seat in finished.seats.items()
    ]
    return JobRow(
        job=finished.job,
        batch_index=finished.terms.batch_index,
        outcome=state.outcome.name.lower(),
        digest=state.digest.hex(),
        votes=state.votes,
        counted=state.counted,
        accuracy=curriculum.accuracy(weights),
        accuracy_off_chain=off_chain.accuracy,
        seats=seats,
        transactions=finished.transactions,
        gas_used=finished.gas_used,
        wire_bytes=finished.wire_bytes,
        blocks=finished.blocks,
        seconds=finished.seconds,
        refused=dict(finished.refused),
    )


def _result(
    setting: Setting, rows: Sequence[JobRow], off_chain: Sequence[Round], seconds_each: float
) -> dict[str, Any]:
    options, plan = setting.options, setting.plan
    market = setting.site.place.market
    earnings = earned(setting.place, market, setting.workers, setting.given_wei, options)
    chances = observed(rows)
    expected = predicted(options, plan.n)
    return {
        "schema": 1,
        "system": "jobs",
        "model": options.model,
        "accuracy": rows[-1].accuracy,
        "accuracy_off_chain": off_chain[-1].accuracy,
        "accuracy_by_round": [row.accuracy for row in rows if row.outcome == "won"],
        "accuracy_off_chain_by_round": [one.accuracy for one in off_chain],
        "rounds": sum(row.outcome == "won" for row in rows),
        "jobs": len(rows),
        "outcomes": dict(Counter(row.outcome for row in rows)),
        "job_size": plan.n,
        "payment_wei": plan.payment_wei,
        "deposit_wei": plan.deposit_wei,
        "profit_by_behaviour": by_behaviour(earnings),
        "forfeits_by_behaviour": forfeits(rows),
        "p_predicted": expected.get(HONEST),
        "p_observed": chances[HONEST].share if HONEST in chances else None,
        "p_observed_ci95": chances[HONEST].ci95 if HONEST in chances else None,
        "p_by_behaviour": {
            name: {"predicted": expected.get(name), "observed": found.share, "ci95": found.ci95}
            for name, found in chances.items()
        },
        "honest_agreement": agreement(rows),
        "gas_per_round": mean(row.gas_used for row in rows),
        "bytes_per_round": mean(row.wire_bytes for row in rows),
        "transactions_per_round": mean(row.transactions for row in rows),
        "blocks_per_round": mean(row.blocks for row in rows),
        "seconds_per_round": mean(row.seconds for row in rows),
        "seconds_per_round_off_chain": seconds_each,
        "wei": ledger(setting.place, market, setting.server.address, setting.given_wei),
    }


def _server_key(options: JobsOptions) -> bytes:
    return derive_key(f"learn {options.seed}", "server", 0)
