"""One group and its round as the chain's events tell them: who is in, who may bring what."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from bench.load.account import Account
from bench.load.submission import Submission
from bench.load.workloads.encrypted.hiding import Hiding
from bench.load.workloads.encrypted.setting import MARGIN_BLOCKS, SUBMIT_BLOCKS, Setting


class Stage(IntEnum):
    """Where a group stands: forming, or in a round."""

    FORMING = 0
    VOTING = 1
    OPENING_ROUNDS = 2
    ANNOUNCING = 3
    SUBMITTING = 4
    SUMMING = 5
    OPENING = 6
    BETWEEN = 7


@dataclass(slots=True, eq=False)
class Member:
    """`current` is being sent, `waiting` submissions are for later rounds."""

    account: Account
    current: Submission | None = None
    waiting: deque[Submission] = field(default_factory=deque)

    @property
    def address(self) -> str:
        """In lower case, as events name it."""
        return self.account.address.lower()


@dataclass(slots=True, eq=False)
class Group:
    """`members` are in the group's order once all joined; `number` is 0 until it is founded."""

    members: list[Member]
    number: int = 0
    stage: Stage = Stage.FORMING
    round: int = 0
    ends_at: int = 0  # the first block in which no updates are taken
    hiding: Hiding | None = None
    places: dict[str, int] = field(default_factory=dict)
    announced: int = 0
    updates: dict[int, bytes] = field(default_factory=dict)  # sent, by place
    counted: set[int] = field(default_factory=set)

    @property
    def accounts(self) -> list[Account]:
        """The members' accounts in the group's order."""
        return [one.account for one in self.members]

    @property
    def founder(self) -> Account:
        """Whoever founds the group and opens its rounds."""
        return self.members[0].account

    def joined(self, address: str, place: int) -> bool:
        """Note a member's place; whether it was the last one."""
        self.places[address] = place
        if len(self.places) < len(self.members):
            return False
        self.members.sort(key=lambda one: self.places[one.address])
        return True

    def begin(self, number: int, block: int, hiding: Hiding, *, announces: bool) -> None:
        """A round began in that block."""
        self.round, self.hiding = number, hiding
        self.announced, self.updates, self.counted = 0, {}, set()
        self.stage = Stage.ANNOUNCING if announces else Stage.SUBMITTING
        self.ends_at = block + SUBMIT_BLOCKS

    def all_announced(self, block: int) -> None:
        """The last announcement is in that block."""
        self.stage, self.ends_at = Stage.SUBMITTING, block + SUBMIT_BLOCKS

    def may_submit(self, place: int, block: int) -> bool:
        """Whether a member may begin its update for that block."""
        started = place in self.updates or self.members[place].current is not None
        in_time = block + MARGIN_BLOCKS < self.ends_at
        return self.stage is Stage.SUBMITTING and not started and in_time

    def ended(self, block: int, quorum: int) -> bool | None:
        """Whether updates are to be added, in that block; False: there are too few, None: not yet.

        One block later than the contract would have it: then it is so for certain.
        """
        if len(self.counted) == len(self.members):
            return True
        if block <= self.ends_at:
            return None
        return len(self.counted) >= quorum

    def order(self) -> list[int]:
        """The places whose updates count, in the group's order."""
        return sorted(self.counted)

    @property
    def wanted(self) -> bool:
        """Whether a member has something to bring."""
        return any(one.waiting or one.current for one in self.members)


def grouped(accounts: Sequence[Account], setting: Setting) -> list[Group]:
    """The accounts in groups of `parties`; those left over belong to none."""
    size = setting.parties
    starts = range(0, len(accounts) - size + 1, size)
    return [Group([Member(one) for one in accounts[at : at + size]]) for at in starts]
