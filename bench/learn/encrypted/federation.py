"""The story of a federation: parties come together and learn; every step is on the chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bench.learn.encrypted.course import Course
from bench.learn.encrypted.rows import Cost, cost_of, result_of
from bench.learn.encrypted.sequel import Sequel, put_up_market
from bench.learn.encrypted.setting import (
    Parties,
    Prepared,
    come_together,
    customer_of,
    method_of,
    settings_of,
)
from bench.learn.jobs import ChainGone
from bench.learn.place import Place
from bench.record.learning import LearningFile, LearningSettings
from system.chain.rpc import Unreachable
from system.encrypted.forming import Group
from system.encrypted.handover import Transfer
from system.encrypted.ledger import Ledger, StepFailed
from system.encrypted.packing import Integers
from system.encrypted.rounds import Learners, Opened
from system.encrypted.sizes import NAMES


def learn_encrypted(
    prepared: Prepared,
    place: Place,
    *,
    begin: Callable[[LearningSettings], LearningFile],
    say: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    """The training's result, ready for JSON; `begin` opens its record, each row is said at once.

    Raises NetworkError when the chain stops, StepFailed where a step is refused that should not be.
    """
    try:
        return _learn(prepared, place, begin(settings_of(prepared, place)), say)
    except Unreachable as error:  # it answered before
        raise ChainGone(f"the chain went away: {error}") from error


def _learn(
    prepared: Prepared,
    place: Place,
    written: LearningFile,
    say: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    def told(row: dict[str, Any]) -> None:
        written.row(row)
        say(row)

    options = prepared.options
    course = Course(prepared.study, told, options.scheme)
    parties = come_together(prepared, place, Ledger(place.rpc, place.chain.chain_id, course.keep))
    group = parties.formed(parties.first, prepared.method, weights=course.weights)
    learners = Learners(parties.ledger, parties.clock, group)
    for number in range(1, options.rounds + 1):
        course.play(learners, options.parties, dropped=options.dropped.get(number, ()))
    trained = list(course.entries), list(course.rounds)
    others = _compared(parties, course) if options.compare else []
    more = _went_on(parties, course, group)
    result = result_of(options, prepared.method, *trained, end=course.end(), others=others)
    result |= more
    written.result(result)
    return result


def _went_on(parties: Parties, course: Course, old: Group) -> dict[str, Any]:
    """The newcomer, the enricher and the customer; nothing of them where there is no sequel."""
    prepared = parties.prepared
    if prepared.later is None:
        return {"newcomer": None, "enricher_paid_wei": None, "predictions": [], "conserved": True}
    options, ledger = prepared.options, parties.ledger
    market = put_up_market(ledger, parties.site.rounds, parties.keys[0])
    newcomer = prepared.study.newcomer
    parties.answer([newcomer])
    keys = parties.keys[: newcomer + 1]
    group = parties.formed(keys, prepared.later, weights=course.weights)
    seen = Transfer(ledger, market.transfer, old, group).play(course.weights)
    same = np.array_equal(seen, course.weights)
    course.weights = seen
    learners = Learners(ledger, parties.clock, group, stranger=False, after=options.rounds)
    course.play(learners, newcomer + 1)
    sequel = Sequel(
        parties.place,
        ledger,
        parties.clock,
        prepared.study,
        market,
        group,
        enricher=parties.keys[-1],
        customer=customer_of(options),
    )
    improved, told = sequel.play(course.weights)
    course.improve(improved)
    return {"newcomer": {"party": newcomer, "model_bit_identical": same}, **told}


def _compared(parties: Parties, course: Course) -> list[Cost]:
    """The updates of round 1 by the other schemes, each in a group of its own."""
    prepared, study = parties.prepared, parties.prepared.study
    options = prepared.options
    updates = {one: study.update(one, study.start(), 1) for one in range(options.parties)}
    found = []
    for scheme in (one for one in NAMES if one != options.scheme):
        method = method_of(options, study, prepared.identities, scheme=scheme)
        course.scheme, before = scheme, len(course.entries)
        group = parties.formed(parties.first, method, weights=study.start())
        opened = Learners(parties.ledger, parties.clock, group, stranger=False).play(1, updates)
        _require_sum(scheme, opened, updates)
        taken, counted = course.entries[before:], len(opened.counted)
        found.append(cost_of(method, taken, updates=counted, encryption_s=opened.encryption_s))
    course.scheme = options.scheme
    return found


def _require_sum(scheme: str, opened: Opened, updates: Mapping[int, Integers]) -> None:
    wanted = np.sum([updates[one] for one in opened.counted], axis=0)
    if opened.total is None or not np.array_equal(opened.total, wanted):
        raise StepFailed(f"the sum by {scheme} is not that of the updates")
