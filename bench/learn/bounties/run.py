"""A whole try of the bounty market, with its record."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.learn.bounties.cast import FOUNDERS, Member, cast
from bench.learn.bounties.course import Play, played
from bench.learn.bounties.options import BountiesOptions
from bench.learn.bounties.result import result_of
from bench.learn.bounties.stage import allotments, set_up
from bench.learn.bounties.tasks import Assignment, Trial, assignments, laid_out, tried
from bench.learn.bounties.terms import Pace, task_time_s
from bench.learn.place import Place as Where
from bench.record.learning import LearningFile, LearningSettings
from system.learning.nets import net


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known before there is a chain: who takes part, the tasks, how fast they run here."""

    options: BountiesOptions
    members: tuple[Member, ...]
    trial: Trial
    work: list[Assignment]


def prepare(options: BountiesOptions) -> Prepared:
    """The members and the tasks; one was tried. Raises NoIsolation where none can be shut in."""
    trial = tried(unsafe=options.unsafe)
    # The owners' jobs, the one that pays too little, and that of the client which earned most.
    work = assignments(options.jobs + 2, seed=options.seed, solve_s=trial.solve_s)
    return Prepared(options, cast(options), trial, work)


def learn_bounties(
    prepared: Prepared,
    where: Where,
    *,
    begin: Callable[[LearningSettings], LearningFile],
    say: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    """The try's result, ready for JSON; `begin` opens its record, each row is said as it happens.

    Raises NetworkError when the chain stops, and what setting the market up raises.
    """
    file = begin(_settings(prepared, where))

    def note(row: dict[str, Any]) -> None:
        file.row(row)
        say(row)

    options = prepared.options
    with tempfile.TemporaryDirectory(prefix="weighbridge-tasks-") as folder:
        laid_out(prepared.work, Path(folder))
        stage = set_up(where, prepared.members, jobs=options.jobs)
        voters = FOUNDERS + options.jobs
        pace = Pace(prepared.trial.solve_s, where.period_s, options.clients, voters, options.jobs)
        play = Play(
            where, stage, prepared.members, prepared.work, Path(folder), prepared.trial, pace
        )
        course, clients = played(play, note=note)
        result = result_of(play, course, clients)
    file.result(result)
    return result


def _settings(prepared: Prepared, where: Where) -> LearningSettings:
    given = allotments(prepared.members, jobs=prepared.options.jobs)
    return LearningSettings(
        system="bounties",
        model="digits",
        weights=net("digits-64-32-10").size,
        asked={**prepared.options.as_record(), "topology": where.topology},
        predicted={
            "isolation": prepared.trial.mechanism.name,
            "credits": sum(given.values()),
            "solve_s": prepared.trial.solve_s,
            "task_time_s": task_time_s(prepared.trial.solve_s),
        },
    )
