"""What a client does next in a job, from what it sees and what it holds: pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from system.bounties.credits import NOBODY, Account, Standing
from system.bounties.market import Entry, State
from system.bounties.terms import Ballot, Phase, Terms

# An owner that is away delays others by so many blocks, then anyone settles.
_OWNERS_BLOCKS: Final = 4
_NO_COMMITMENT: Final = bytes(32)


class Step(StrEnum):
    """A transaction of a client in a job; a publication is several."""

    COMMIT = "commit"
    ANNOUNCE = "announce"
    RETIRE = "retire"
    CLAIM = "claim"
    PUBLISH = "publish"
    VOTE = "vote"
    OPEN = "open"
    SETTLE = "settle"
    COLLECT = "collect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A job as one client sees it after the block `block`.

    `account`, `entry`, `ballot` (of this turn) and `owed` (a turn that it can collect for) are its
    own; `leader` is the leader's identity and `leader_trust` what of the leader's stake its sponsor
    guarantees; `ahead` announcements come before its own, the leader's among them where `outbid`;
    `due_for` blocks the job has been DUE.
    """

    me: str
    block: int
    terms: Terms
    state: State
    account: Account
    entry: Entry
    ballot: Ballot
    leader: Account
    leader_trust: int = 0
    ahead: int = 0
    outbid: bool = False
    due_for: int = 0
    owed: int | None = None

    @property
    def staked(self) -> bool:
        """Whether the client has credits in the job as a solver."""
        return self.entry.own + self.entry.trust > 0

    @property
    def in_time(self) -> bool:
        """Whether a transaction that is in the next block still comes in this phase."""
        return not self.state.ends_at or self.block + 1 < self.state.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What a client holds: the loss it would announce, the one it measured of the winner's model.

    `opens`: it knows what its commitment binds it to. `publishes`: it shows its model when it wins.
    It waits for the leader to fail as long as at most `patience` announcements come before its own.
    """

    loss: int | None = None
    opens: bool = False
    publishes: bool = True
    measured: int | None = None
    patience: int = 2


def next_step(sight: Sight, hand: Hand) -> Step | None:
    """The client's next transaction in the job; None: it waits.

    Money first: what can be collected or taken back is.
    """
    if sight.owed is not None:
        return Step.COLLECT
    if sight.account.standing is not Standing.MEMBER:
        return None
    if sight.state.phase <= Phase.REVEALING:
        return _announcing(sight, hand)
    if _may_retire(sight, hand):
        return Step.RETIRE
    match sight.state.phase:
        case Phase.CLAIMING:
            return Step.CLAIM if _may_claim(sight) else None
        case Phase.PUBLISHING:
            mine = sight.state.leader == sight.me and hand.publishes
            return Step.PUBLISH if mine and sight.in_time else None
        case Phase.VOTING:
            ready = hand.measured is not None and may_vote(sight)
            return Step.VOTE if ready and sight.in_time else None
        case Phase.COUNTING:
            cast = sight.ballot is Ballot.CAST and hand.measured is not None
            return Step.OPEN if cast and sight.in_time else None
        case Phase.DUE:
            mine = sight.state.owner == sight.me
            return Step.SETTLE if mine or sight.due_for >= _OWNERS_BLOCKS else None
    return None


def may_solve(sight: Sight) -> bool:
    """Whether the client could announce something: another's job, time left, the stake at hand."""
    return (
        sight.state.phase is Phase.ANNOUNCING
        and sight.in_time
        and sight.state.owner != sight.me
        and sight.account.standing is Standing.MEMBER
        and (sight.staked or sight.account.own + sight.account.trust >= sight.terms.stake)
    )


def may_vote(sight: Sight) -> bool:
    """Whether the market takes the client's vote on the winner's model: it has to be uninvolved.

    Neither the owner's nor the leader's own or sponsored account, nor the leader's guarantor, and
    without a stake in the job; it needs the deposit in credits of its own.
    """
    sponsor, leader, owner = sight.account.sponsor, sight.state.leader, sight.state.owner
    return (
        sight.state.phase is Phase.VOTING
        and sight.ballot is Ballot.NONE
        and sight.account.standing is Standing.MEMBER
        and sight.account.own >= sight.terms.deposit
        and not sight.staked
        and sight.me not in (owner, leader)
        and (sponsor == NOBODY or sponsor not in (owner, leader))
        and not (sight.leader.sponsor == sight.me and sight.leader_trust > 0)
    )


def _announcing(sight: Sight, hand: Hand) -> Step | None:
    if not sight.in_time:
        return None
    if sight.entry.commitment != _NO_COMMITMENT:
        return Step.ANNOUNCE if hand.opens else None
    better = hand.loss is not None and (not _stands(sight) or hand.loss < sight.entry.loss)
    return Step.COMMIT if better and may_solve(sight) else None


def _may_retire(sight: Sight, hand: Hand) -> bool:
    """Whether the stake comes back, and there is nothing to wait for."""
    if not sight.staked or sight.state.leader == sight.me:
        return False
    waits = _stands(sight) and sight.ahead <= hand.patience
    return not waits or sight.state.phase is Phase.CLOSED


def _may_claim(sight: Sight) -> bool:
    """Whether the client's announcement stands and the leader's claim does not come before it."""
    claimed = sight.state.leader == sight.me or sight.outbid
    return _stands(sight) and not claimed and sight.in_time


def _stands(sight: Sight) -> bool:
    return any(sight.entry.digest)
