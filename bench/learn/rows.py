"""What a training leaves: a row for each job, and the result of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from bench.learn.account import by_behaviour, earned, ledger
from bench.learn.odds import agreement, forfeits, observed, poisoned, predicted
from bench.learn.options import JobsOptions
from bench.learn.place import Place
from bench.record.learning import JobRow, SeatRow
from system.jobs.behaviours import HONEST
from system.jobs.market import Outcome, Step
from system.jobs.payment import JobPlan
from system.jobs.session import Finished
from system.jobs.trainer import decoded
from system.jobs.training import Curriculum, Trained
from system.jobs.worker import Worker
from system.learning.rounds import Round


@dataclass(frozen=True, slots=True)
class Outlay:
    """Whose money it was: the market, its server, its workers, and what each was given in wei."""

    place: Place
    market: str
    server: str
    workers: Sequence[Worker]
    given_wei: Mapping[str, int]


def row_of(
    trained: Trained, curriculum: Curriculum, workers: Sequence[Worker], *, off_chain: Round
) -> JobRow:
    """A closed job beside the same one off the chain."""
    finished, state = trained.finished, trained.finished.state
    return JobRow(
        job=finished.job,
        batch_index=finished.terms.batch_index,
        outcome=state.outcome.name.lower(),
        digest=state.digest.hex(),
        votes=state.votes,
        counted=state.counted,
        accuracy=curriculum.accuracy(decoded(trained.weights, curriculum.arithmetic)),
        accuracy_off_chain=off_chain.accuracy,
        seats=_seats(finished, {one.address: one.behaviour.name for one in workers}),
        transactions=finished.transactions,
        gas_used=finished.gas_used,
        wire_bytes=finished.wire_bytes,
        blocks=finished.blocks,
        seconds=finished.seconds,
        refused=dict(finished.refused),
        gas_by_step=dict(finished.gas_by_step),
        bytes_by_step=dict(finished.bytes_by_step),
    )


def result_of(
    options: JobsOptions,
    plan: JobPlan,
    outlay: Outlay,
    rows: Sequence[JobRow],
    off_chain: Sequence[Round],
    *,
    seconds_each: float,
) -> dict[str, Any]:
    """The whole training, ready for JSON: a round's figures are means over all jobs."""
    earnings = earned(
        outlay.place, outlay.market, outlay.workers, outlay.given_wei, options=options
    )
    return {
        "schema": 1,
        "system": "jobs",
        "model": options.model,
        "accuracy": rows[-1].accuracy,
        "accuracy_off_chain": off_chain[-1].accuracy,
        "accuracy_by_round": [row.accuracy for row in rows if row.outcome == "won"],
        "accuracy_off_chain_by_round": [one.accuracy for one in off_chain],
        "rounds": sum(row.outcome == "won" for row in rows),
        "rounds_poisoned": poisoned(rows),
        "jobs": len(rows),
        "outcomes": dict(Counter(row.outcome for row in rows)),
        "job_size": plan.n,
        "payment_wei": plan.payment_wei,
        "deposit_wei": plan.deposit_wei,
        "profit_by_behaviour": by_behaviour(earnings),
        "forfeits_by_behaviour": forfeits(rows, deposit_wei=plan.deposit_wei),
        **_chances(options, plan, rows),
        "honest_agreement": agreement(rows),
        "gas_per_round": mean(row.gas_used for row in rows),
        "bytes_per_round": mean(row.wire_bytes for row in rows),
        "gas_per_round_by_step": _by_step([row.gas_by_step for row in rows]),
        "bytes_per_round_by_step": _by_step([row.bytes_by_step for row in rows]),
        "transactions_per_round": mean(row.transactions for row in rows),
        "blocks_per_round": mean(row.blocks for row in rows),
        "seconds_per_round": mean(row.seconds for row in rows),
        "seconds_per_round_off_chain": seconds_each,
        "wei": ledger(outlay.place, outlay.market, outlay.server, outlay.given_wei),
    }


def _seats(finished: Finished, names: Mapping[str, str]) -> list[SeatRow]:
    won = finished.state.outcome is Outcome.WON
    return [
        SeatRow(
            worker=address,
            behaviour=names[address],
            step=seat.step.name.lower(),
            digest=seat.word.hex() if seat.step >= Step.OPENED else "",
            owed_wei=str(finished.owed[address]),
            paid=won and finished.owed[address] > 0,
        )
        for address, seat in finished.seats.items()
    ]


def _chances(options: JobsOptions, plan: JobPlan, rows: Sequence[JobRow]) -> dict[str, Any]:
    """Predicted and observed: `p_predicted` is exact, or what it is if all the others collude.

    Nothing they could do is worse for honest workers, as long as these agree.
    """
    expected, found = predicted(options, plan.n), observed(rows)
    exact, honest = expected.get(HONEST), found.get(HONEST)
    return {
        "p_predicted": float(plan.p) if exact is None else exact,
        "p_predicted_exact": exact is not None,
        "p_observed": honest.share if honest else None,
        "p_observed_ci95": honest.ci95 if honest else None,
        "p_by_behaviour": {
            name: {"predicted": expected.get(name), "observed": one.share, "ci95": one.ci95}
            for name, one in found.items()
        },
    }


def _by_step(rows: Sequence[Mapping[str, int]]) -> dict[str, float]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: sum(row.get(name, 0) for row in rows) / len(rows) for name in names}
