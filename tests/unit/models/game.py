"""A prediction market played twice, from its opening to the last withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from system.chain.abi import call_data, decoded
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.models import market_calls
from system.models.incentives.incentive import Incentive
from system.models.incentives.market import Market
from system.models.market_calls import DRAWN
from system.models.market_terms import MarketTerms, Phase
from system.models.pieces import Piece, cut
from system.models.refused import Refused
from system.models.simulation.actions import Contribution, Withdraw
from system.models.trainer import Part
from tests import evm
from tests.evm import Receipt
from tests.unit.models.script import PURSES, Script
from tests.unit.models.worlds import GAS, WIDTH, Both, Model, Setting, created, sample

PIECES, SAMPLES, SHOWN = 5, 4, 2
HIDDEN = (PIECES - SHOWN) * SAMPLES
ROUNDS, UNIT = 60, 10**15
TIME_S = 1_000
TERMS = MarketTerms(
    stake=2 * UNIT * HIDDEN,
    least=1,
    most=25,
    rounds=ROUNDS,
    shown=SHOWN,
    samples=SAMPLES,
    show_time=TIME_S,
    participation_time=TIME_S,
    reveal_time=TIME_S,
    reward_time=TIME_S,
)
BOUNTY = UNIT * ROUNDS * HIDDEN + 7


def market(setting: Setting) -> tuple[Part, Incentive]:
    """A market that is not opened yet."""
    return (
        Part(artifact("MarketIncentive")),
        Market(setting.model.learned(), provider=setting.admin),
    )


@dataclass
class Game:
    """The market in both worlds; each step has to do the same in both."""

    both: Both
    pieces: list[Piece]
    scorer: str
    chance: Random
    refused: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, model: Model, chance: Random) -> Game:
        """A market over that model, opened, drawn and shown."""
        both = Both.built(model, market, wei=PURSES)
        given = [sample(model, chance, width=WIDTH) for _ in range(PIECES * SAMPLES)]
        pieces = cut(*zip(*given, strict=True), size=SAMPLES, salt=lambda: chance.randbytes(32))
        scorer = created(both.evm, both.admin, model)
        named = call_data("appoint(address)", both.chain.wiring.incentive)
        both.evm.send(both.admin, Call(scorer, named, GAS))
        game = cls(both, pieces, scorer, chance)
        game.begin()
        return game

    @property
    def twin(self) -> Market:
        return self.both.twins.twin.incentive

    @property
    def place(self) -> str:
        return self.both.chain.wiring.incentive

    @property
    def now(self) -> int:
        return self.both.twins.now()

    def begin(self) -> None:
        """Open the market, draw and show the drawn pieces."""
        digests = [piece.digest for piece in self.pieces]
        self.step(
            self.both.admin,
            market_calls.opening(self.place, TERMS, self.pieces, scorer=self.scorer, bounty=BOUNTY),
            lambda: self.twin.open(
                self.both.admin, TERMS, digests, paid=BOUNTY, now_s=self.now, block=self.now
            ),
        )
        self.both.wait(3)
        receipt = self.both.evm.send(self.someone(), market_calls.drawing(self.place))
        seed = drawn_seed(receipt)
        self.twin.draw(seed, block=self.now, now_s=self.now)
        for index in self.of_pieces(shown=True):
            self.reveal(index)

    def play(self, contributions: list[Contribution]) -> None:
        """From the end of participation to the last withdrawal, with hostile steps in between."""
        if self.phase() is Phase.PARTICIPATING:  # it ends earlier with the most contributions
            self.both.wait(TIME_S)
        for index in self.of_pieces(shown=False):
            self.hostile(contributions)
            self.reveal(index)
        while self.phase() is Phase.REWARDING:
            if self.chance.random() < 0.2:
                self.hostile(contributions)
            self.due(contributions)
        self.collect(contributions)

    def due(self, contributions: list[Contribution]) -> None:
        """The one step that is due."""
        due = market_calls.due_in(self.both.chain.chain.rpc, self.place)
        assert due.learned == self.twin.rounds.learned
        if due.learned:
            self.evaluate(due.piece)
        elif due.kick_due:
            self.kick()
        else:
            self.learn(contributions[due.contribution])

    def hostile(self, contributions: list[Contribution]) -> None:
        """A step that is hardly ever due."""
        index = self.chance.randrange(PIECES)
        self.chance.choice(
            (
                self.kick,
                lambda: self.reveal(index),
                lambda: self.reveal(index, of=(index + 1) % PIECES),
                lambda: self.reveal(PIECES),
                lambda: self.evaluate(index),
                lambda: self.learn(self.chance.choice(contributions)),
                lambda: self.gather(0),
                self.give_back,
                self.denounce,
            )
        )()

    def collect(self, contributions: list[Contribution]) -> None:
        """Everybody is credited, some twice, and withdraws."""
        for index in range(len(contributions) + 1):
            self.gather(index)
        self.gather(0)
        self.give_back()
        self.give_back()
        for who in self.both.accounts:
            self.settle(who)

    def settle(self, who: str) -> None:
        """Withdraw what is owed in both worlds."""
        if self.both.twins.purse(who).owed_wei:
            moved = [world.act(who, Withdraw()) for world in (self.both.twins, self.both.chain)]
            assert moved[0] == moved[1]
        assert self.both.twins.purse(who) == self.both.chain.purse(who)

    def reveal(self, index: int, *, of: int | None = None) -> None:
        piece = self.pieces[(index if of is None else of) % PIECES]
        call = market_calls.revealing(self.place, index, piece)
        self.step(self.someone(), call, lambda: self.twin.reveal(index, piece, now_s=self.now))

    def evaluate(self, index: int) -> None:
        piece = self.pieces[index]
        call = market_calls.evaluating(self.place, index, piece)
        self.step(self.someone(), call, lambda: self.twin.evaluate(index, piece, now_s=self.now))

    def learn(self, data: Contribution) -> None:
        sample, label, then = data.features, data.label, data.added_at
        call = market_calls.learning(self.place, sample, label, added_at=then)
        self.step(
            self.someone(), call, lambda: self.twin.learn(sample, label, then, now_s=self.now)
        )

    def kick(self) -> None:
        call = market_calls.kicking(self.place)
        self.step(self.someone(), call, lambda: self.twin.kick(now_s=self.now))

    def gather(self, index: int) -> None:
        call = market_calls.collecting(self.place, index)
        self.step(self.someone(), call, lambda: self.twin.collect(index, now_s=self.now))

    def denounce(self) -> None:
        call = market_calls.denouncing(self.place)
        self.step(self.someone(), call, lambda: self.twin.denounce(now_s=self.now))

    def give_back(self) -> None:
        call = market_calls.returning(self.place)
        self.step(self.someone(), call, lambda: self.twin.return_bounty(now_s=self.now))

    def step(self, who: str, call: Call, on_twin: Callable[[], object]) -> None:
        """The same step in both worlds: done in both, or refused by the same name."""
        names = ["", ""]
        try:
            on_twin()
        except Refused as error:
            names[0] = error.name
        try:
            self.both.evm.send(who, call)
        except evm.Refused as error:
            names[1] = error.name
        assert names[0] == names[1], call
        self.refused |= {names[0]} - {""}

    def phase(self) -> Phase:
        """Where the market is, by both."""
        found = market_calls.phase_of(self.both.chain.chain.rpc, self.place)
        assert found == self.twin.phase(self.now)
        return found[0]

    def of_pieces(self, *, shown: bool) -> list[int]:
        return [at for at in range(PIECES) if bool(self.twin.shown >> at & 1) == shown]

    def someone(self) -> str:
        return self.chance.choice(self.both.accounts)


def played(model: Model, chance: Random, steps: int) -> tuple[Game, Script]:
    """A market from its opening to its end, with so many random actions while it takes data."""
    game = Game.of(model, chance)
    script = Script(game.both, model, chance, waits=(0, 1, 2), grows=False)
    script.run(steps)
    game.play(script.added)
    return game, script


def drawn_seed(receipt: Receipt) -> bytes:
    """What the draw was made from."""
    [log] = receipt.named(DRAWN)
    return bytes(decoded(log.data, ["uint256", "bytes32"])[1])
