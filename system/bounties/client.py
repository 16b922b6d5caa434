"""A client of the bounty market: an account that acts, block by block, on what it sees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from system.bounties import market
from system.bounties.board import Board, JobSight
from system.bounties.client_calls import calls
from system.bounties.client_choice import choose, fetched
from system.bounties.client_part import Desk, Part, Trade
from system.bounties.client_work import work
from system.bounties.credits import Account, Standing, account_of
from system.bounties.decisions import Hand, Sight, Step, next_step
from system.bounties.market import Entry
from system.bounties.terms import Ballot, Phase
from system.chain.keys import address_of
from system.chain.outbox import Settled
from system.chain.sender import Call

_NONE: Final = Entry(bytes(32), bytes(32), 0, 0, 0, 0, 0, 0)
# A step that failed so often is not tried again: the client misunderstands something.
_MOST_FAILURES: Final = 3


@dataclass(frozen=True, slots=True)
class Move:
    """Transactions that follow on each other, under the name of their step and job."""

    step: Step
    job: int
    calls: list[Call]

    @property
    def label(self) -> str:
        """What the outbox calls them: the step, a space and the job."""
        return _label(self.step, self.job)


class Client:
    """One account of the market: it chooses jobs, trains, announces, publishes, checks, votes."""

    def __init__(self, key: bytes, trade: Trade, desk: Desk) -> None:
        self.key = key
        self.address = address_of(key)
        self.trade = trade
        self.parts: dict[int, Part] = {}
        self._desk = desk
        self._pending: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._done: set[int] = set()

    def moves(self, board: Board) -> list[Move]:
        """What the client sends now; it begins to train and to measure on the way."""
        desk = self._desk
        account = account_of(desk.rpc, desk.place.market, self.address)
        if account.standing is Standing.NONE:
            return []
        for job in sorted(board.jobs.keys() - self.parts.keys()):
            self.parts[job] = fetched(board.jobs[job], desk.sources)
        if self.trade.recipes:
            choose(board, self.parts, trade=self.trade, desk=desk, me=self.address, account=account)
        found = [
            self._move(board, seen, account)
            for job, seen in board.jobs.items()
            if job not in self._done
        ]
        return [move for move in found if move is not None]

    def settled(self, one: Settled) -> None:
        """Hear what became of a transaction of its own."""
        if self._pending[one.label]:  # else somebody sent it for the client
            self._pending[one.label] -= 1
            self._failures[one.label] += bool(one.reason)

    def is_done(self, board: Board) -> bool:
        """Whether nothing is left that the client would do or wait for."""
        return self._done >= board.jobs.keys() and not self._pending.total()

    def _move(self, board: Board, seen: JobSight, account: Account) -> Move | None:
        job, part = seen.posting.job, self.parts[seen.posting.job]
        sight = self._sight(board, seen, account)
        work(sight, part, job=job, trade=self.trade, desk=self._desk)
        step = next_step(sight, self._hand(sight, part))
        if step is None:
            if seen.is_closed and not self._pending.total():
                self._done.add(job)
            return None
        label = _label(step, job)
        if self._failures[label] >= _MOST_FAILURES:
            if seen.is_closed:
                self._done.add(job)
            return None
        if self._pending[label]:
            return None
        made = calls(step, sight, part, job=job, trade=self.trade, desk=self._desk)
        self._pending[label] += len(made)
        return Move(step, job, made)

    def _sight(self, board: Board, seen: JobSight, account: Account) -> Sight:
        where, me = (self._desk.rpc, self._desk.place.market), self.address
        job, state = seen.posting.job, seen.state
        voting = state.phase is Phase.VOTING
        votes = voting or state.phase is Phase.COUNTING
        return Sight(
            me=me,
            block=board.block,
            terms=seen.posting.terms,
            state=state,
            account=account,
            entry=market.entry_of(*where, me, job) if self.trade.recipes else _NONE,
            ballot=market.ballot_of(*where, me, job, state.turn) if votes else Ballot.NONE,
            leader=account_of(*where, state.leader) if voting else account,
            leader_trust=market.entry_of(*where, state.leader, job).trust if voting else 0,
            ahead=seen.ahead_of(me),
            outbid=seen.is_before(state.leader, me),
            due_for=0 if seen.due_since is None else board.block - seen.due_since,
            owed=self._owed(seen),
        )

    def _owed(self, seen: JobSight) -> int | None:
        """A judged turn whose voters' reward is not collected yet."""
        job, part = seen.posting.job, self.parts[seen.posting.job]
        for turn in sorted(part.salts.keys() & seen.judged - part.collected):
            where = (self._desk.rpc, self._desk.place.market)
            if market.owed_to(*where, self.address, job, turn):
                return turn
            part.collected.add(turn)
        return None

    def _hand(self, sight: Sight, part: Part) -> Hand:
        behaviour, opening = self.trade.behaviour, part.opening
        return Hand(
            loss=None if part.best is None else behaviour.announced(part.best.loss),
            opens=opening is not None and opening.commitment == sight.entry.commitment,
            publishes=behaviour.publishes,
            patience=self.trade.patience,
            measured=part.measured(sight.state.turn),
        )


def _label(step: Step, job: int) -> str:
    return f"{step} {job}"
