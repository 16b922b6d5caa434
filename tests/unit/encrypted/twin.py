"""The rules of rounds a second time, as an accountant would write them down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from system.encrypted.contracts.rounds import Phase
from system.encrypted.contracts.terms import Terms
from tests.unit.encrypted.arithmetic import lanes_added

WORD = 32


class Refusal(Exception):
    """What the contract has to refuse, by the error's name."""


@dataclass(slots=True)
class Books:
    """One round: chunks by member, the sums so far, shares by member."""

    announce_end: int
    submit_end: int
    members: int
    complete_at: int | None = None
    announced: set[int] = field(default_factory=set)
    judged: dict[int, set[int]] = field(default_factory=dict)
    judged_at: int | None = None
    updates: list[list[bytes]] = field(init=False)
    sums: dict[int, list[bytes]] = field(default_factory=dict)
    open_end: int | None = None
    shares: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.updates = [[] for _ in range(self.members)]
        self.shares = [0] * self.members


@dataclass(slots=True)
class Twin:
    """A group's rounds; `now` is the block's number, a member None is a stranger."""

    terms: Terms
    members: int
    books: dict[int, Books] = field(default_factory=dict)

    def counted(self, number: int) -> list[int]:
        """The members whose update counts."""
        made = self.books[number]
        objections = Counter(one for wrong in made.judged.values() for one in wrong)
        return [
            m
            for m in range(self.members)
            if len(made.updates[m]) == self.terms.chunks and 2 * objections[m] <= self.members
        ]

    def present(self, number: int) -> int:
        """How many members can submit."""
        heard = len(self.books[number].announced)
        return heard if self.terms.announce_bytes else self.members

    def opened(self, number: int) -> int:
        """How many members' shares are complete."""
        whole = 1 if self.terms.seed_bytes else self.terms.share_chunks
        return sum(0 < count == whole for count in self.books[number].shares)

    def needed(self, number: int) -> int:
        """How many members' shares open the sum."""
        masked = self.terms.seed_bytes and not self.terms.self_masked
        dropped = self.present(number) - len(self.counted(number))
        return 0 if masked and not dropped else self.terms.threshold

    def phase(self, number: int, now: int) -> Phase:
        """Where the round stands."""
        made = self.books.get(number)
        if made is None:
            return Phase.NONE
        if now < made.announce_end:
            return Phase.ANNOUNCING
        if self.present(number) < self.terms.quorum:
            return Phase.VOID
        ended = made.submit_end if made.complete_at is None else made.complete_at
        if now < ended:
            return Phase.SUBMITTING
        if len(self.counted(number)) < self.terms.quorum:
            return Phase.VOID
        ended = ended + self.terms.judge_blocks if made.judged_at is None else made.judged_at
        if now < ended:
            return Phase.JUDGING
        if made.open_end is None:
            return Phase.SUMMING if now < ended + self.terms.sum_blocks else Phase.VOID
        if self.opened(number) >= self.needed(number):
            return Phase.OPENED
        return Phase.OPENING if now < made.open_end else Phase.VOID

    def begin(self, member: int | None, number: int, now: int) -> None:
        """Begin a round."""
        _require(member is not None, "NotMember")
        last = len(self.books)
        _require(number == last + 1, "WrongRound")
        over = last == 0 or self.phase(last, now) in (Phase.OPENED, Phase.VOID)
        _require(over, "WrongPhase")
        announce_end = now + self.terms.announce_blocks
        submit_end = announce_end + self.terms.submit_blocks
        self.books[number] = Books(announce_end, submit_end, self.members)

    def announce(self, member: int | None, number: int, length: int, now: int) -> None:
        """Bring an announcement of that length."""
        _require(member is not None, "NotMember")
        assert member is not None
        _require(self.phase(number, now) is Phase.ANNOUNCING, "WrongPhase")
        made = self.books[number]
        _require(member not in made.announced, "AlreadyComplete")
        _require(length == self.terms.announce_bytes, "WrongLength")
        made.announced.add(member)
        if len(made.announced) == self.members:
            made.announce_end, made.submit_end = now, now + self.terms.submit_blocks

    def judge(self, member: int | None, number: int, wrong: set[int], now: int) -> None:
        """Name those whose updates are none."""
        _require(member is not None, "NotMember")
        assert member is not None
        _require(self.phase(number, now) is Phase.JUDGING, "WrongPhase")
        made = self.books[number]
        _require(member not in made.judged, "AlreadyComplete")
        made.judged[member] = wrong
        if len(made.judged) == self.members:
            made.judged_at = now

    def submit(self, member: int | None, number: int, chunk: int, row: bytes, now: int) -> None:
        """Bring chunks of an update."""
        _require(member is not None, "NotMember")
        assert member is not None
        _require(self.phase(number, now) is Phase.SUBMITTING, "WrongPhase")
        heard = member in self.books[number].announced
        _require(heard or not self.terms.announce_bytes, "NotAnnounced")
        there = self.books[number].updates[member]
        there += self._taken(len(there), chunk, row, units=self.terms.units)
        if len(self.counted(number)) == self.present(number):
            self.books[number].complete_at = now

    def fold(self, number: int, chunk: int, start: int, total: bytes, row: bytes, now: int) -> bool:
        """Add rows; whether that had an effect."""
        made = self.books.get(number)
        sums = made.sums.get(chunk, []) if made else []
        if start < len(sums):
            return False
        _require(self.phase(number, now) is Phase.SUMMING, "WrongPhase")
        assert made is not None
        _require(chunk < self.terms.chunks, "NoSuchChunk")
        _require(start == len(sums), "WrongStep")
        _require(total == (lanes_added(*sums) if sums else b""), "WrongSum")
        size = len(made.updates[self.counted(number)[0]][chunk])
        rows = [row[at : at + size] for at in range(0, len(row), size)]
        following = [made.updates[m][chunk] for m in self.counted(number)[start:]]
        fits = rows and len(row) % size == 0 and len(rows) <= len(following)
        _require(bool(fits), "WrongLength")
        _require(rows == following[: len(rows)], "WrongDigest")
        made.sums[chunk] = [*sums, *rows]
        if all(len(made.sums.get(c, [])) == len(self.counted(number)) for c in self._chunks()):
            made.open_end = now + self.terms.open_blocks
        return True

    def post_shares(
        self, member: int | None, number: int, chunk: int, row: bytes, now: int
    ) -> None:
        """Bring decryption shares."""
        _require(self.terms.share_units > 0, "NotOpenedThisWay")
        _require(member is not None, "NotMember")
        assert member is not None
        self._require_open(number, now)
        shares = self.books[number].shares
        taken = self._taken(shares[member], chunk, row, units=self.terms.share_units)
        shares[member] += len(taken)

    def post_seeds(self, member: int | None, number: int, seeds: bytes, now: int) -> None:
        """Bring shares of seeds."""
        size = self.terms.seed_bytes
        _require(size > 0, "NotOpenedThisWay")
        _require(member is not None, "NotMember")
        assert member is not None
        self._require_open(number, now)
        made = self.books[number]
        _require(made.shares[member] == 0, "AlreadyComplete")
        _require(len(seeds) == size * self.members, "WrongLength")
        for one in self.counted(number):
            given = any(seeds[one * size : (one + 1) * size])
            _require(self.terms.self_masked or not given, "NotDropped")
        made.shares[member] = 1

    def _require_open(self, number: int, now: int) -> None:
        made = self.books.get(number)
        taken = made is not None and made.open_end is not None and now < made.open_end
        _require(taken, "WrongPhase")

    def _chunks(self) -> range:
        return range(self.terms.chunks)

    def _taken(self, there: int, chunk: int, row: bytes, *, units: int) -> list[bytes]:
        _require(there * self.terms.chunk_units < units, "AlreadyComplete")
        _require(len(row) % WORD == 0, "NotWholeUnits")
        _require(chunk == there, "WrongChunk")
        size = self.terms.chunk_units * WORD
        rest = units * WORD - chunk * size
        whole = len(row) == rest or (0 < len(row) < rest and len(row) % size == 0)
        _require(whole, "WrongLength")
        return [row[at : at + size] for at in range(0, len(row), size)]


def _require(holds: bool, name: str) -> None:
    if not holds:
        raise Refusal(name)
