"""The story of a federation: parties come together and learn; every step is on the chain."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from bench.learn.encrypted.options import EncryptedOptions
from bench.learn.encrypted.rows import Cost, RoundRow, cost_of, result_of
from bench.learn.jobs import ChainGone
from bench.learn.place import Place
from bench.record.learning import LearningFile, LearningSettings
from system.chain.keys import derive_key, keccak256
from system.chain.rpc import Unreachable
from system.encrypted.clock import Clock
from system.encrypted.forming import Group, Site, advertise, enter, form, put_up
from system.encrypted.learning import Study, applied, in_plain_sight, study_of
from system.encrypted.ledger import Entry, Ledger, StepFailed
from system.encrypted.methods import InPlainSight, Method, UnderMasks, dealt, identity_of
from system.encrypted.packing import Integers
from system.encrypted.rounds import Learners, Opened
from system.encrypted.sizes import NAMES
from system.learning.sources import examples

# What a transaction has beside its call data: nonce, gas, signature and their lengths.
_ENVELOPE_BYTES = 512


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known before there is a chain; `identities` are private keys, by party."""

    options: EncryptedOptions
    study: Study
    method: Method = field(repr=False)
    identities: tuple[bytes, ...] = field(repr=False)


@dataclass(slots=True)
class _Course:
    """The model as it moves on, by the chain and in plain sight, and what is written of it."""

    weights: Integers
    plain: Integers
    say: Callable[[dict[str, Any]], None]
    scheme: str
    entries: list[Entry] = field(default_factory=list)
    rounds: list[RoundRow] = field(default_factory=list)

    def keep(self, entry: Entry) -> None:
        """A step was taken."""
        self.entries.append(entry)
        self.say({"kind": "step", "scheme": self.scheme, **asdict(entry)})

    def close(self, row: RoundRow) -> None:
        """A round is over."""
        self.rounds.append(row)
        self.say({"kind": "round", **asdict(row)})


@dataclass(frozen=True, slots=True)
class _Parties:
    """Who is registered, by the keys of their accounts."""

    ledger: Ledger
    site: Site
    keys: tuple[bytes, ...] = field(repr=False)
    goal: bytes


def prepare(options: EncryptedOptions) -> Prepared:
    """The data of a training and the secrets of its parties.

    Raises UsageError where the data do not fit the model, or the parties.
    """
    data = examples(options.model, options.data, seed=options.seed)
    study = study_of(
        options.model, data, parties=options.parties, steps=options.steps, seed=options.seed
    )
    identities = tuple(secrets.token_bytes(32) for _ in range(options.parties))
    method = _method(options, study, identities, scheme=options.scheme)
    return Prepared(options, study, method, identities)


def _method(
    options: EncryptedOptions, study: Study, identities: tuple[bytes, ...], *, scheme: str
) -> Method:
    if scheme == "plain":
        return InPlainSight(study.size, options.parties)
    if scheme == "masked":
        return UnderMasks(study.size, options.needed, identities)
    return dealt(
        study.size,
        parties=options.parties,
        threshold=options.needed,
        key_bits=options.key_bits,
    )


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
        return _learn(prepared, place, begin(_settings(prepared, place)), say)
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

    options, study = prepared.options, prepared.study
    course = _Course(study.start(), study.start(), told, options.scheme)
    parties = _come_together(prepared, Ledger(place.rpc, place.chain.chain_id, course.keep))
    group = _formed(prepared, place, parties, prepared.method)
    learners = Learners(parties.ledger, _clock(place, options), group)
    for number in range(1, options.rounds + 1):
        _round(prepared, course, learners, number)
    taken = list(course.entries)
    others = _compared(prepared, place, parties, course) if options.compare else []
    result = result_of(options, prepared.method, taken, course.rounds, others=others)
    written.result(result)
    return result


def _come_together(prepared: Prepared, ledger: Ledger) -> _Parties:
    """The contracts, and the parties registered at them with what they advertise."""
    options, study = prepared.options, prepared.study
    keys = [derive_key(f"encrypted {options.seed}", "party", at) for at in range(options.parties)]
    goal = keccak256(f"classify the images of {options.model}".encode())
    site = put_up(ledger, keys[0])
    enter(ledger, site, dict(zip(keys, map(identity_of, prepared.identities), strict=True)))
    advertise(ledger, site, keys, study.slices, goal=goal)
    return _Parties(ledger, site, tuple(keys), goal)


def _formed(prepared: Prepared, place: Place, parties: _Parties, method: Method) -> Group:
    study, chain = prepared.study, place.chain
    return form(
        parties.ledger,
        parties.site,
        parties.keys,
        method=method,
        model=study.digest(study.start()),
        purpose=parties.goal,
        quorum=prepared.options.needed,
        period_s=place.period_s,
        limit_bytes=chain.transaction_size_limit_bytes - _ENVELOPE_BYTES,
    )


def _compared(prepared: Prepared, place: Place, parties: _Parties, course: _Course) -> list[Cost]:
    """The updates of round 1 by the other schemes, each in a group of its own."""
    options, study = prepared.options, prepared.study
    updates = {one: study.update(one, study.start(), 1) for one in range(options.parties)}
    found = []
    for scheme in NAMES:
        if scheme == options.scheme:
            continue
        method = _method(options, study, prepared.identities, scheme=scheme)
        course.scheme, before = scheme, len(course.entries)
        group = _formed(prepared, place, parties, method)
        learners = Learners(parties.ledger, _clock(place, options), group, stranger=False)
        opened = learners.play(1, updates)
        _require_sum(scheme, opened, updates)
        found.append(
            cost_of(
                method,
                course.entries[before:],
                updates=len(opened.counted),
                encryption_s=opened.encryption_s,
            )
        )
    return found


def _require_sum(scheme: str, opened: Opened, updates: Mapping[int, Integers]) -> None:
    wanted = np.sum([updates[one] for one in opened.counted], axis=0)
    if opened.total is None or not np.array_equal(opened.total, wanted):
        raise StepFailed(f"the sum by {scheme} is not that of the updates")


def _round(prepared: Prepared, course: _Course, learners: Learners, number: int) -> None:
    options, study, before = prepared.options, prepared.study, course.weights
    updates = {one: study.update(one, before, number) for one in range(options.parties)}
    dropped = options.dropped.get(number, ())
    opened = learners.play(number, updates, dropped=dropped)
    if opened.total is not None:
        course.weights = applied(before, opened.total, counted=len(opened.counted))
    course.plain = in_plain_sight(study, course.plain, number, counted=opened.counted)
    course.close(_row(prepared, course, opened, number))


def _row(prepared: Prepared, course: _Course, opened: Opened, number: int) -> RoundRow:
    study = prepared.study
    return RoundRow(
        round=number,
        outcome="void" if opened.total is None else "opened",
        counted=opened.counted,
        dropped=prepared.options.dropped.get(number, ()),
        right=study.right(course.weights),
        right_plain=study.right(course.plain),
        examples=len(study.slices[0].test_y),
        digest=study.digest(course.weights).hex(),
        bit_identical=study.digest(course.weights) == study.digest(course.plain),
        encryption_s=opened.encryption_s,
    )


def _clock(place: Place, options: EncryptedOptions) -> Clock:
    account = place.account(derive_key(f"encrypted {options.seed}", "clock", 0))
    return Clock(account, idles=place.period_s is None)


def _settings(prepared: Prepared, place: Place) -> LearningSettings:
    size = prepared.method.size
    return LearningSettings(
        system="encrypted",
        model=prepared.options.model,
        weights=prepared.study.size,
        asked={
            **prepared.options.as_record(),
            "steps": prepared.study.steps,
            "topology": place.topology,
        },
        predicted={
            "units": size.units,
            "unit_bytes": size.unit_bytes,
            "update_bytes": size.update_bytes,
        },
    )
