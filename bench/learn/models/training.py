"""A shared model trained on a chain, from the first contract to the last withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.learn.jobs import ChainGone
from bench.learn.models.course import Course, course_of
from bench.learn.models.phases import phases_of
from bench.learn.models.prepared import Prepared
from bench.learn.models.rows import result_of, row_of
from bench.learn.models.sight import Seen, Sight
from bench.learn.models.stage import put_up
from bench.learn.place import Place
from bench.record.learning import LearningFile, LearningSettings
from system.chain.rpc import Unreachable
from system.errors import UsageError

Say = Callable[[dict[str, Any]], None]
# A step's contributors may all be short of money until a refund: so many empty ones are too many.
_MOST_EMPTY = 20


def learn_models(
    prepared: Prepared,
    place: Place,
    *,
    begin: Callable[[LearningSettings], LearningFile],
    say: Say,
) -> dict[str, Any]:
    """The training's result, ready for JSON; `begin` opens its record, steps are said as they end.

    Raises NetworkError when the chain stops, UsageError where it can't be paid for.
    """
    if place.chain.consensus == "raft":
        raise UsageError(
            "a model's waits are in seconds and Raft's clock is in nanoseconds: take a QBFT or "
            "IBFT chain"
        )
    try:
        return _learn(prepared, place, begin(_settings(prepared, place)), say)
    except Unreachable as error:  # it answered before
        raise ChainGone(f"the chain went away: {error}") from error


def _settings(prepared: Prepared, place: Place) -> LearningSettings:
    options, material = prepared.options, prepared.material
    return LearningSettings(
        system="models",
        model=options.model,
        weights=material.width * (1 if "perceptron" in options.model else len(material.classes)),
        asked={**options.as_record(), "topology": place.topology},
        predicted={
            "features": material.width,
            "encoded_by": material.body,
            "classes": list(material.classes),
            "known": options.known * len(material.classes),
            "prepared": material.prepared,
            "tested": len(material.test),
            "contributors_by_role": options.counts(),
        },
    )


@dataclass(slots=True)
class _Diary:
    """Looks at the stage after each step, writes it down and says it."""

    course: Course
    file: LearningFile
    say: Say
    began_s: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    def look(self, phase: str) -> Seen:
        seen = Sight(self.course.stage).look()
        time_s = self.course.stage.exchange.world.now()
        if not self.rows:
            self.began_s = time_s
        number = len(self.rows)
        row = row_of(self.course, number, seen, phase=phase, time_s=time_s - self.began_s)
        self.rows.append(row)
        self.file.row(row)
        self.say(row)
        return seen


def _learn(prepared: Prepared, place: Place, file: LearningFile, say: Say) -> dict[str, Any]:
    stage = put_up(prepared, place)
    course = course_of(stage)
    diary, phases = _Diary(course, file, say), phases_of(course)
    diary.look("deployed")
    if phases:
        phases.open()
    _contribute(course, diary)
    if phases:
        phases.close()
    course.claim()
    diary.look("scored" if phases else "claimed")
    course.settle()
    seen = diary.look("closed")
    result = result_of(course, phases, diary.rows, seen)
    file.result(result)
    if place.lent:
        place.give_back(stage.keys)
    return result


def _contribute(course: Course, diary: _Diary) -> None:
    empty = number = 0
    while len(course.given) < course.stage.options.contributed and empty < _MOST_EMPTY:
        before = len(course.given)
        course.step(number)
        diary.look("contributing")
        empty = 0 if len(course.given) > before else empty + 1
        number += 1
