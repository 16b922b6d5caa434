"""Every step taken on the chain and by the twin: they refuse alike and stand alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from system.chain.sender import Call
from system.models import market_calls as calls
from system.models import trainer
from system.models.events import DATA_ADDED, Added, read_added
from system.models.market_terms import MarketTerms, Phase
from system.models.pieces import Piece
from system.models.records import Features
from system.models.refused import Refused
from tests import evm
from tests.unit.models.market_house import House


@dataclass(slots=True)
class Pair:
    """A market and its twin, with what was contributed in order."""

    house: House
    given: list[Added]

    def both(self, sender: str, call: Call, step: Callable[[], object]) -> str:
        """Take a step in both worlds; the name it is refused by, "" where it is done."""
        refusal = self.house.evm.refusal(sender, call)
        assert twin_refusal(step) == refusal
        return refusal

    def open(self, sender: str, terms: MarketTerms, *, bounty: int) -> str:
        house = self.house
        digests = [piece.digest for piece in house.pieces]
        now = {"now_s": house.now_s, "block": house.evm.number}
        return self.both(
            sender,
            house.opening(terms, bounty=bounty),
            lambda: house.book.open(sender, terms, digests, paid=bounty, **now),
        )

    def draw(self) -> str:
        house, refusal, seed = self.house, "", bytes(32)
        try:
            [log] = house.send(calls.drawing(house.market)).named(calls.DRAWN)
            seed = bytes.fromhex(log.data[2:])[32:]
        except evm.Refused as error:
            refusal = error.name
        now = {"now_s": house.now_s, "block": house.evm.number}
        assert twin_refusal(lambda: house.book.draw(seed, **now)) == refusal
        return refusal

    def reveal(self, index: int, piece: Piece) -> str:
        house = self.house
        return self.both(
            house.provider,
            calls.revealing(house.market, index, piece),
            lambda: house.book.reveal(index, piece, now_s=house.now_s),
        )

    def add(self, author: str, value: int, cls: int, *, stake: int) -> str:
        """Contribute to the model that remembers."""
        return self.give(author, [value], cls, stake=stake)

    def give(self, author: str, features: Features, cls: int, *, stake: int) -> str:
        house = self.house
        refusal = ""
        try:
            call = trainer.adding(house.wiring.trainer, features, cls, value=stake)
            [log] = house.send(call, author).named(DATA_ADDED)
            self.given.append(read_added(log.topics, log.data))
        except evm.Refused as error:
            refusal = error.name
        now_s = house.now_s
        twin = twin_refusal(lambda: house.twin.add(author, features, cls, paid=stake, now_s=now_s))
        assert twin == refusal
        return refusal

    def learn(self, sender: str, one: Added, *, added_at: int | None = None) -> str:
        house, when = self.house, one.added_at if added_at is None else added_at
        return self.both(
            sender,
            calls.learning(house.market, one.features, one.cls, added_at=when),
            lambda: house.book.learn(one.features, one.cls, when, now_s=house.now_s),
        )

    def evaluate(self, sender: str, index: int, piece: Piece) -> str:
        house = self.house
        return self.both(
            sender,
            calls.evaluating(house.market, index, piece),
            lambda: house.book.evaluate(index, piece, now_s=house.now_s),
        )

    def kick(self, sender: str) -> str:
        house = self.house
        call = calls.kicking(house.market)
        return self.both(sender, call, lambda: house.book.kick(now_s=house.now_s))

    def denounce(self, sender: str) -> str:
        house = self.house
        call = calls.denouncing(house.market)
        return self.both(sender, call, lambda: house.book.denounce(now_s=house.now_s))

    def collect(self, sender: str, index: int) -> str:
        house = self.house
        call = calls.collecting(house.market, index)
        return self.both(sender, call, lambda: house.book.collect(index, now_s=house.now_s))

    def return_bounty(self, sender: str) -> str:
        house = self.house
        call = calls.returning(house.market)
        return self.both(sender, call, lambda: house.book.return_bounty(now_s=house.now_s))

    def withdraw(self, account: str) -> str:
        house = self.house
        call = trainer.withdrawing(house.market)
        return self.both(account, call, lambda: house.book.withdraw(account))

    # What is due, taken by whoever is given.

    def show(self) -> None:
        """Draw, and reveal what is drawn."""
        self.house.evm.mine(3)
        assert self.draw() == ""
        for index in self.house.shown():
            assert self.reveal(index, self.house.pieces[index]) == ""

    def reveal_hidden(self) -> None:
        """Reveal all the other pieces."""
        for index, piece in self.house.hidden().items():
            assert self.reveal(index, piece) == ""

    def wait_out(self) -> None:
        """Let the phase end by its time."""
        _, ends_at = self.phase()
        if ends_at:
            self.house.evm.mine(ends_at - self.house.now_s)

    def step(self, sender: str) -> None:
        """Take the step of Rewarding that is due."""
        due = calls.due_in(self.house.evm, self.house.market)
        if due.kick_due:
            assert self.kick(sender) == ""
        elif due.learned:
            assert self.evaluate(sender, due.piece, self.house.pieces[due.piece]) == ""
        else:
            assert self.learn(sender, self.given[due.contribution]) == ""

    def settle(self, sender: str) -> None:
        """Take all steps of Rewarding."""
        while self.phase()[0] is Phase.REWARDING:
            self.step(sender)

    def pay_all(self, sender: str) -> None:
        """Collect everything, and have everybody withdraw."""
        for index in range(len(self.given)):
            assert self.collect(sender, index) in ("", "AlreadyCollected")
        assert self.return_bounty(sender) in ("", "NothingToClaim")
        for account in {self.house.provider, *(one.author for one in self.given)}:
            assert self.withdraw(account) in ("", "NothingOwed")

    def phase(self) -> tuple[Phase, int]:
        return calls.phase_of(self.house.evm, self.house.market)

    def check(self) -> None:
        """The market on chain stands as its twin does, and holds every wei it has to."""
        house, book = self.house, self.house.book
        assert self.phase() == book.phase(house.now_s)
        assert calls.bounty_of(house.evm, house.market) == book.bounty
        assert calls.drawn_pieces(house.evm, house.market) == (book.shown, book.revealed)
        for index, entry in enumerate(book.rounds.entries):
            on_chain = calls.contribution_at(house.evm, house.market, index)
            assert on_chain == calls.Contributed(
                entry.key,
                entry.author,
                entry.stake,
                entry.balance,
                entry.score,
                entry.kicked,
                entry.collected,
            )
            assert entry.balance >= 0
        if book.phase(house.now_s)[0] is Phase.REWARDING:
            self._check_due()
        accounts = {house.provider, *(one.author for one in self.given)}
        owed = {one: book.owed(one) for one in accounts}
        assert {one: trainer.owed_to(house.evm, house.market, one) for one in accounts} == owed
        assert house.evm.balance(house.market) == sum(owed.values()) + self.escrowed()

    def _check_due(self) -> None:
        rounds = self.house.book.rounds
        due = calls.due_in(self.house.evm, self.house.market)
        assert (due.number, due.contribution) == (rounds.number, rounds.row[rounds.place])
        assert (due.learned, due.rounds_left) == (rounds.learned, rounds.left)
        assert due.kick_due == (not rounds.learned and not rounds.bears(rounds.current))
        assert (due.initial_right, due.right) == (rounds.initial, rounds.reached)
        assert due.paid == rounds.paid
        if rounds.learned:
            assert due.piece == rounds.piece

    def escrowed(self) -> int:
        """What the twin says that the market holds beside what it owes."""
        book = self.house.book
        phase, _ = book.phase(self.house.now_s)
        left = [one for one in book.rounds.entries if not one.collected]
        if phase is Phase.SETTLED:
            return book.bounty + sum(one.balance for one in left)
        return book.bounty + sum(one.stake for one in left)


def twin_refusal(step: Callable[[], object]) -> str:
    """The name that the twin refuses a step by; "" where it is done."""
    try:
        step()
    except Refused as error:
        return error.name
    return ""
