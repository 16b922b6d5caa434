"""The books of a market's reward rounds: the twin of Rounds.sol.

The contract can't loop: it books what a pass gave a contribution when the next pass reaches it.
Here all is booked when the pass ends, as the rules are told, and balances must agree all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Entry:
    """A contribution: `stake` and `balance` in wei, `score` of its last pass."""

    key: bytes
    author: str
    stake: int
    balance: int
    score: int = 0
    kicked: bool = False
    collected: bool = False


@dataclass(slots=True)
class Rounds:
    """A pass along the contributions that are still in `row`, which stands at `place`.

    `initial` answers are right as the model began, `reached` after what was scored last, `right` of
    the evaluation under way. `paid` wei left the bounty so far.
    """

    unit: int
    left: int
    entries: list[Entry] = field(default_factory=list)
    initial: int = 0
    reached: int = 0
    right: int = 0
    number: int = 0
    place: int = 0
    piece: int = 0
    learned: bool = False
    paid: int = 0
    row: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """Begin a pass along the row; the first one goes along all contributions."""
        if self.number == 0:
            self.row = list(range(len(self.entries)))
        self.number += 1
        self.reached, self.place = self.initial, 0

    @property
    def current(self) -> Entry:
        """The contribution whose turn it is."""
        return self.entries[self.row[self.place]]

    @property
    def at_end(self) -> bool:
        """Whether the pass went along the whole row."""
        return self.place == len(self.row)

    def bears(self, entry: Entry) -> bool:
        """Whether a contribution bears another round of its last score."""
        return entry.balance >= -entry.score * self.unit

    def learn(self, piece: int) -> None:
        """The one whose turn it is was learned, and is evaluated from that piece on."""
        self.current.score = 0
        self.learned, self.right, self.piece = True, 0, piece

    def score(self, right: int) -> None:
        """Score the one whose turn it is, and go on."""
        self.current.score = right - self.reached
        self.reached, self.learned = right, False
        self.place += 1

    def kick(self) -> None:
        """Take the one whose turn it is out of the row."""
        self.current.score, self.current.kicked = 0, True
        del self.row[self.place]

    def end(self) -> int:
        """Let as many rounds pass as all in the row bear, and pay them; how many."""
        scored = [self.entries[index] for index in self.row]
        borne = [one.balance // (-one.score * self.unit) for one in scored if one.score < 0]
        rounds = min([self.left, *borne])
        for entry in scored:
            entry.balance += entry.score * self.unit * rounds
            self.paid += entry.score * self.unit * rounds
        self.left -= rounds
        return rounds
