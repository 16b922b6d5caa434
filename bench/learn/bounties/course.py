"""The course of a try: jobs are posted, clients compete, the winner spends what it earned."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bench.learn.bounties.cast import Member
from bench.learn.bounties.rows import rows_of
from bench.learn.bounties.stage import Stage
from bench.learn.bounties.tasks import Assignment, Trial
from bench.learn.bounties.terms import THREADS, Pace, terms_of
from bench.learn.place import Place as Where
from system.bounties.behaviours import HONEST
from system.bounties.board import Board
from system.bounties.client import Client
from system.bounties.client_part import Desk
from system.bounties.events import Event
from system.bounties.fetching import Sources
from system.bounties.market import posting
from system.bounties.session import Session
from system.bounties.tasks.digits import LIMITS
from system.bounties.terms import Outcome
from system.bounties.workshop import Workshop
from system.chain.outbox import Settled
from system.errors import NetworkError, WeighbridgeError
from system.jobs.stores import STORES

# What the earner offers for its own job, of what it has by then.
EARNERS_BOUNTY: Final = 60
# What the clients allow: a task's own limits are far below.
_ALLOWED: Final = replace(LIMITS, time_s=600.0)
# A model of two layers takes three transactions.
CHUNK_BYTES: Final = 4_096
_POST: Final = "post"
# More than all deadlines of eight winners one after the other, twice.
_PATIENCE_BLOCKS: Final = 1_000
_PATIENCE_S: Final = 900.0


class NotPosted(WeighbridgeError):
    """The market turned a job down."""


class NeverEnds(NetworkError):
    """Jobs were still open after all the time that their deadlines give them."""


@dataclass(slots=True)
class Course:
    """What happened: every event, every transaction, and the jobs' owners in the order of posting.

    `earner` is the client that paid for the last job with what it had earned.
    """

    members: Sequence[Member]
    started_s: float = field(default_factory=time.monotonic)
    events: list[Event] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    earner: str = ""
    seconds: float = 0.0

    @property
    def names(self) -> dict[str, str]:
        """Everybody's name by address."""
        return {one.address: one.name for one in self.members}


@dataclass(frozen=True, slots=True)
class Play:
    """All that a course is played with."""

    where: Where
    stage: Stage
    members: Sequence[Member]
    work: Sequence[Assignment]
    folder: Path
    trial: Trial
    pace: Pace


def played(play: Play, *, note: Callable[[dict[str, Any]], None]) -> tuple[Course, list[Client]]:
    """The whole course; `note` hears each row as it happens. Raises NoBlocks, NeverEnds."""
    course = Course(play.members)
    patience_s = max(_PATIENCE_S, _PATIENCE_BLOCKS * play.pace.block_s)
    with ThreadPoolExecutor(THREADS, "task") as threads:
        clients = [Client(one.key, one.trade, _desk(play, threads)) for one in play.members]
        board = Board(play.where.rpc, play.stage.place.market, from_block=play.stage.from_block)
        idles = play.where.chain.consensus != "istanbul"
        session = Session(play.where.treasury, board, clients, idles=idles)
        _post_all(play, session, course)
        for turn in session.play():
            course.events += turn.events
            course.settled += turn.settled
            _require_posted(turn.settled)
            course.seconds = time.monotonic() - course.started_s
            for row in rows_of(turn.events, course.names, seconds=course.seconds):
                note(row)
            if not course.earner:
                _spend_earnings(play, session, course)
            all_posted = len(board.jobs) == len(course.owners)
            if all_posted and board.jobs and session.is_quiet:
                return course, clients
            if course.seconds > patience_s:
                raise NeverEnds(
                    f"jobs are still open after {patience_s:g} s: see whether the chain makes "
                    "blocks (`weighbridge network status`)"
                )
    raise AssertionError("blocks never end")


def _desk(play: Play, threads: ThreadPoolExecutor) -> Desk:
    limits = STORES[play.stage.place.kind].chunk_limit(play.where.chain)
    return Desk(
        rpc=play.where.rpc,
        place=play.stage.place,
        chunk_bytes=min(limits, CHUNK_BYTES),
        from_block=play.stage.from_block,
        period_s=play.pace.block_s,
        workshop=Workshop(_ALLOWED, play.trial.mechanism),
        sources=Sources(play.folder),
        threads=threads,
    )


def _post_all(play: Play, session: Session, course: Course) -> None:
    """Every owner's job, at once."""
    owners = [one for one in play.members if one.bounty]
    for member in owners:
        _post(play, session, course, member, bounty=member.bounty)


def _post(play: Play, session: Session, course: Course, member: Member, *, bounty: int) -> None:
    one = play.work[len(course.owners)]
    pace = replace(play.pace, jobs=1) if course.earner else play.pace
    terms = terms_of(one.task.digest, one.task.evaluation, bounty=bounty, pace=pace)
    call = posting(play.stage.place.market, terms, one.reference)
    session.send(member.key, [call], _POST)
    course.owners.append(member.name)


def _require_posted(settled: Sequence[Settled]) -> None:
    failed = [one.reason for one in settled if one.label == _POST and one.reason]
    if failed:
        raise NotPosted(f"a job can't be posted: {failed[0]}")


def _spend_earnings(play: Play, session: Session, course: Course) -> None:
    """Let the first honest client that was paid a bounty post a job of its own."""
    earners = {one.address: one for one in play.members if one.behaviour == HONEST}
    for event in course.events:
        paid = event.name == "JobClosed" and event.facts["outcome"] == Outcome.PAID
        if paid and event.account in earners and event.facts["amount"] >= EARNERS_BOUNTY:
            course.earner = earners[event.account].name
            _post(play, session, course, earners[event.account], bounty=EARNERS_BOUNTY)
            return
