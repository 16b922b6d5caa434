"""One job of the bounty market in Python: its clock, its leader, the verdict on a model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from system.bounties.credits import NOBODY
from system.bounties.market import Entry, Tally
from system.bounties.terms import (
    MOST_TASK_BYTES,
    Ballot,
    Outcome,
    Phase,
    Terms,
    Verdict,
    least_stake,
)
from system.bounties.twin_credits import require

EMPTY = bytes(32)
_NONE = Entry(EMPTY, EMPTY, 0, 0, 0, 0, 0, 0)


@dataclass(slots=True)
class Job:
    """One job. `ends_open` ends Announcing or Claiming; `published_at` is None before a model."""

    terms: Terms
    owner: str
    ends_open: int
    pool: int
    held: int
    claiming: bool = False
    published_at: int | None = None
    outcome: Outcome = Outcome.OPEN
    turn: int = 0
    leader: str = NOBODY
    commitments: int = 0
    entries: dict[str, Entry] = field(default_factory=dict)
    tallies: dict[int, Tally] = field(default_factory=dict)
    votes: dict[tuple[int, str], tuple[bytes, Ballot]] = field(default_factory=dict)

    @property
    def standing(self) -> int:
        """How many announcements stand."""
        return sum(entry.digest != EMPTY for entry in self.entries.values())

    @property
    def tally(self) -> Tally:
        """The votes of this turn."""
        return self.tallies.get(self.turn, Tally(0, 0, 0, Verdict.NONE, 0))

    def entry(self, solver: str) -> Entry:
        """A solver's part, all zero for none."""
        return self.entries.get(solver, _NONE)

    def rank(self, solver: str) -> tuple[int, int]:
        """By what announcements are compared: loss, then order."""
        return self.entry(solver).loss, self.entry(solver).order

    def where(self, now: int) -> tuple[Phase, int]:
        """The phase in block `now`, and its end."""
        if self.outcome is not Outcome.OPEN:
            return Phase.CLOSED, 0
        blocks = self.terms
        if self.published_at is not None:
            voted = self.published_at + blocks.vote_blocks
            opened = voted + blocks.vote_blocks
            return _first(now, [(Phase.VOTING, voted), (Phase.COUNTING, opened)])
        ends = [(Phase.CLAIMING if self.claiming else Phase.ANNOUNCING, self.ends_open)]
        if not self.claiming:
            ends.append((Phase.REVEALING, self.ends_open + blocks.reveal_blocks))
        if self.leader != NOBODY:
            ends.append((Phase.PUBLISHING, ends[-1][1] + blocks.publish_blocks))
        return _first(now, ends)

    def lead(self, solver: str) -> bool:
        """Whether the solver leads from now on and did not before."""
        if self.leader != NOBODY and self.rank(solver) >= self.rank(self.leader):
            return False
        self.leader = solver
        return True

    def judge(self) -> tuple[Verdict, int]:
        """The verdict on this turn's model, and what of the deposits and the fee is nobody's."""
        tally, terms = self.tally, self.terms
        verdict = Verdict.HONEST
        if tally.cheat > tally.honest:
            verdict = Verdict.CHEAT if tally.cheat >= terms.quorum else Verdict.UNPROVEN
        winners = {Verdict.HONEST: tally.honest, Verdict.CHEAT: tally.cheat}.get(verdict, 0)
        unopened = tally.cast - tally.honest - tally.cheat
        unproven = verdict is Verdict.UNPROVEN
        losers = unopened if unproven else tally.cast - winners
        pot = losers * terms.deposit + (0 if unproven else terms.fee)
        share, rest = divmod(pot, winners) if winners else (0, pot)
        self.tallies[self.turn] = replace(tally, verdict=verdict, share=share)
        return verdict, rest


def check(terms: Terms, task: str, least_quorum: int) -> None:
    """Refuse terms that the contract refuses."""
    whole = EMPTY not in (terms.task_digest, terms.evaluation_digest)
    whole = whole and terms.bounty > 0 and terms.deposit > 0
    require(whole and 0 < len(task.encode()) <= MOST_TASK_BYTES, "IncompleteJob")
    require(terms.fee <= terms.bounty, "FeeTooHigh")
    require(terms.stake >= least_stake(terms.bounty, fee=terms.fee), "StakeTooLow")
    require(terms.quorum >= least_quorum, "QuorumTooLow")
    waits = (terms.open_blocks, terms.reveal_blocks, terms.claim_blocks)
    require(min(*waits, terms.publish_blocks, terms.vote_blocks) >= 2, "NoTime")


def _first(now: int, ends: list[tuple[Phase, int]]) -> tuple[Phase, int]:
    return next(((phase, end) for phase, end in ends if now < end), (Phase.DUE, 0))
