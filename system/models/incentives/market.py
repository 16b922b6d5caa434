"""The prediction market: the twin of MarketIncentive.sol, in exact integers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from system.models.classifiers.classifier import Classifier
from system.models.incentives.incentive import Accounts
from system.models.incentives.rounds import Entry, Rounds
from system.models.market_terms import WEI_BITS, MarketTerms, Phase, checked_unit
from system.models.pieces import Piece, drawn, hidden_from, matches, require_due
from system.models.records import Contribution, Features, data_key
from system.models.refused import Refused

DRAW_DELAY = 2  # blocks from the opening one to the one that draws
_REACH = 256  # blocks that the EVM's BLOCKHASH looks back


class Market(Accounts):
    """The mechanism; `scorer` is the twin of a classifier that has learned nothing.

    `shape` gives what an admin can still change of it, classes and features, `model_shape` of the
    trainer's model: neither may before the end.
    """

    def __init__(
        self,
        scorer: Classifier,
        *,
        provider: str,
        shape: Callable[[], object] = lambda: None,
        model_shape: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__()
        self.scorer, self.provider = scorer, provider
        self.shape, self.model_shape = shape, model_shape
        self._phase, self._ends_at = Phase.UNOPENED, 0
        self.terms: MarketTerms
        self.rounds = Rounds(unit=0, left=0)
        self.digests: list[bytes] = []
        self.shown = self.revealed = 0
        self.bounty = self.stakes = self.drawn_by = 0
        self._shape: object = None
        self._model_shape: object = None

    def open(
        self,
        sender: str,
        terms: MarketTerms,
        digests: Sequence[bytes],
        *,
        paid: int,
        now_s: int,
        block: int,
    ) -> None:
        """Escrow the bounty and commit to a test set; refuses what `IMarketIncentive.open` does.

        All but NoTrainer and ScorerDiffers: a twin is put together right.
        """
        self._require(Phase.UNOPENED, now_s)
        if sender != self.provider:
            raise Refused("NotAdmin")
        unit = checked_unit(terms, pieces=len(digests), bounty=paid)
        self.terms, self.digests, self.bounty = terms, list(digests), paid
        self.rounds = Rounds(unit=unit, left=terms.rounds)
        self.drawn_by = block + DRAW_DELAY
        self._phase, self._ends_at = Phase.DRAWING, now_s + terms.show_time
        self._shape, self._model_shape = self.shape(), self.model_shape()

    def cost(self, now_s: int) -> int:
        """The least stake, in wei; 0 before the market is opened."""
        return self.terms.stake if self._phase else 0

    def quote(self, author: str, *, paid: int, now_s: int) -> int:
        """The stake that `add` would take: all of `paid` wei; refuses as `add`."""
        self._require(Phase.PARTICIPATING, now_s)
        if paid < self.terms.stake:
            raise Refused("TooLittle")
        if (paid + self.stakes + self.bounty) >> WEI_BITS:
            raise Refused("TooMuch")
        return paid

    def add(self, author: str, key: bytes, *, paid: int, now_s: int) -> int:
        """Take a contribution in, and return its stake; refuses NotInPhase, TooLittle, TooMuch."""
        stake = self.quote(author, paid=paid, now_s=now_s)
        self.rounds.entries.append(Entry(key, author, stake, stake))
        self.stakes += stake
        if len(self.rounds.entries) == self.terms.most:
            self._ends_at = now_s
        self._book(author, 0, submitted=1)
        return stake

    def refund(self, author: str, data: Contribution, *, agrees: bool, now_s: int) -> NoReturn:
        """Scores pay here: refuses Unsupported."""
        raise Refused("Unsupported")

    def report(self, reporter: str, data: Contribution, *, agrees: bool, now_s: int) -> NoReturn:
        """Scores pay here: refuses Unsupported."""
        raise Refused("Unsupported")

    def draw(self, seed: bytes, *, block: int, now_s: int) -> None:
        """Draw the pieces to be shown; refuses NotInPhase, TooEarly, DrawMissed."""
        self._require(Phase.DRAWING, now_s)
        if block <= self.drawn_by:
            raise Refused("TooEarly")
        if block > self.drawn_by + _REACH:
            raise Refused("DrawMissed")
        self.shown = drawn(seed, shown=self.terms.shown, pieces=len(self.digests))
        self._phase = Phase.SHOWING

    def reveal(self, index: int, piece: Piece, *, now_s: int) -> int:
        """Hand in a piece, and return how many answers of the initial model are right.

        Refuses NotInPhase, UnknownPiece, AlreadyRevealed, NotDrawn, WrongDigest, WrongPieceSize,
        SampleRefused.
        """
        phase, _ = self.phase(now_s)
        if phase not in (Phase.SHOWING, Phase.REVEALING):
            raise Refused("NotInPhase")
        require_due(
            index,
            shown=self.shown if phase is Phase.SHOWING else None,
            revealed=self.revealed,
            pieces=len(self.digests),
        )
        self._require_digest(index, piece)
        if {len(piece.samples), len(piece.labels)} != {self.terms.samples}:
            raise Refused("WrongPieceSize")
        answers = [self._answer(sample) for sample in piece.samples]
        if None in answers:
            raise Refused("SampleRefused")
        right = matches(answers, piece.labels)
        self.revealed |= 1 << index
        if phase is Phase.REVEALING:
            self.rounds.initial += right
        self._go_on(phase, now_s)
        return right

    def learn(self, features: Features, cls: int, added_at: int, *, now_s: int) -> bool:
        """Teach the scorer the contribution whose turn it is; whether it took it.

        Refuses NotInPhase, EvaluationDue, KickDue, WrongData, ScorerChanged.
        """
        entry = self._due_to_learn(now_s)
        if not self.rounds.bears(entry):
            raise Refused("KickDue")
        if data_key(features, cls, added_at, entry.author) != entry.key:
            raise Refused("WrongData")
        taken = self._takes(features, cls)
        if not taken and self._is_changed():
            raise Refused("ScorerChanged")
        self.rounds.learn(hidden_from(0, shown=self.shown, pieces=len(self.digests)))
        if not taken:
            self._score(self.rounds.reached)
        return taken

    def evaluate(self, index: int, piece: Piece, *, now_s: int) -> None:
        """Evaluate the scorer on a piece: what it refuses counts as wrong.

        Refuses NotInPhase, LearningDue, WrongPiece, WrongDigest, ScorerChanged.
        """
        self._require(Phase.REWARDING, now_s)
        rounds = self.rounds
        if not rounds.learned:
            raise Refused("LearningDue")
        if index != rounds.piece:
            raise Refused("WrongPiece")
        self._require_digest(index, piece)
        right = rounds.right + matches(map(self._answer, piece.samples), piece.labels)
        following = hidden_from(index + 1, shown=self.shown, pieces=len(self.digests))
        if following < len(self.digests):
            rounds.right, rounds.piece = right, following
        else:
            self._score(right)

    def kick(self, *, now_s: int) -> None:
        """Leave the contribution whose turn it is out.

        Refuses NotInPhase, EvaluationDue, NotToKick.
        """
        if self.rounds.bears(self._due_to_learn(now_s)):
            raise Refused("NotToKick")
        self.rounds.kick()
        self._end_pass_at_end()

    def denounce(self, *, now_s: int) -> None:
        """Show that one of the models was changed; refuses NotInPhase, ModelsUnchanged."""
        phase, _ = self.phase(now_s)
        if not Phase.UNOPENED < phase <= Phase.REWARDING:
            raise Refused("NotInPhase")
        if not self._is_changed() and self.model_shape() == self._model_shape:
            raise Refused("ModelsUnchanged")
        self._phase = Phase.FORFEITED if self.rounds.entries else Phase.VOID
        self._ends_at = 0

    def collect(self, contribution: int, *, now_s: int) -> int:
        """Owe a contribution's author what the end gives it, in wei.

        Refuses NotInPhase, UnknownContribution, AlreadyCollected.
        """
        end = self._require_end(now_s)
        if contribution >= len(self.rounds.entries):
            raise Refused("UnknownContribution")
        entry = self.rounds.entries[contribution]
        if entry.collected:
            raise Refused("AlreadyCollected")
        entry.collected = True
        amount = entry.balance if end is Phase.SETTLED else entry.stake
        if end is Phase.FORFEITED:
            share = self.bounty * entry.stake // self.stakes
            self.bounty, self.stakes = self.bounty - share, self.stakes - entry.stake
            amount += share
        self._book(entry.author, amount)
        return amount

    def return_bounty(self, *, now_s: int) -> int:
        """Owe the provider what is left, in wei; refuses NotInPhase, NothingToClaim."""
        end, amount = self._require_end(now_s), self.bounty
        if end is Phase.FORFEITED or amount == 0:
            raise Refused("NothingToClaim")
        self.bounty = 0
        self._book(self.provider, amount)
        return amount

    def phase(self, now_s: int) -> tuple[Phase, int]:
        """Where the market is, and when that phase ends if nothing happens; 0 for never."""
        phase, ends_at = self._phase, self._ends_at
        if ends_at == 0 or now_s < ends_at:
            return phase, ends_at
        if phase is Phase.PARTICIPATING:
            if len(self.rounds.entries) < self.terms.least:
                return Phase.VOID, 0
            phase, ends_at = Phase.REVEALING, ends_at + self.terms.reveal_time
            if now_s < ends_at:
                return phase, ends_at
        return (Phase.FORFEITED if phase is Phase.REVEALING else Phase.VOID), 0

    def _go_on(self, phase: Phase, now_s: int) -> None:
        if phase is Phase.SHOWING and self.revealed == self.shown:
            self._phase = Phase.PARTICIPATING
            self._ends_at = now_s + self.terms.participation_time
        if self.revealed == (1 << len(self.digests)) - 1:
            self._phase, self._ends_at = Phase.REWARDING, now_s + self.terms.reward_time
            self.rounds.begin()

    def _score(self, right: int) -> None:
        if self._is_changed():
            raise Refused("ScorerChanged")
        self.rounds.score(right)
        self._end_pass_at_end()

    def _end_pass_at_end(self) -> None:
        if not self.rounds.at_end:
            return
        self.rounds.end()
        if self.rounds.left == 0:
            self._phase, self._ends_at = Phase.SETTLED, 0
            self.bounty -= self.rounds.paid
        else:
            self.rounds.begin()
            self.scorer.reset()

    def _answer(self, sample: Sequence[int]) -> int | None:
        try:
            return self.scorer.predict(sample)
        except Refused:
            return None

    def _takes(self, features: Features, cls: int) -> bool:
        try:
            self.scorer.update([int(value) for value in features], cls)
        except Refused:
            return False
        return True

    def _is_changed(self) -> bool:
        return self.shape() != self._shape

    def _due_to_learn(self, now_s: int) -> Entry:
        self._require(Phase.REWARDING, now_s)
        if self.rounds.learned:
            raise Refused("EvaluationDue")
        return self.rounds.current

    def _require_digest(self, index: int, piece: Piece) -> None:
        if piece.digest != self.digests[index]:
            raise Refused("WrongDigest")

    def _require(self, needed: Phase, now_s: int) -> None:
        if self.phase(now_s)[0] is not needed:
            raise Refused("NotInPhase")

    def _require_end(self, now_s: int) -> Phase:
        phase, _ = self.phase(now_s)
        if phase < Phase.SETTLED:
            raise Refused("NotInPhase")
        return phase
