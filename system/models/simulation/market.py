"""A prediction market around a simulation: opened before agents come, scored when they are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from system.models.incentives.market import DRAW_DELAY, Market
from system.models.market_terms import MarketTerms, Phase
from system.models.pieces import Piece
from system.models.simulation.actions import Contribution
from system.models.simulation.twins import Twins


@dataclass(frozen=True, slots=True)
class Offer:
    """What the market's provider promises: `bounty` in wei, and a test set in pieces."""

    terms: MarketTerms
    pieces: Sequence[Piece]
    bounty: int


@dataclass(frozen=True, slots=True)
class Provider:
    """Who opens a market of twins and sees it through, whatever the contributions are.

    It comes back when the simulation's time is over: with the most contributions early, the time to
    reveal has to last until then, or the bounty is lost.
    """

    world: Twins
    market: Market
    offer: Offer

    def open(self, seed: bytes) -> None:
        """Escrow the bounty, draw by `seed` (32 bytes) and show the drawn pieces.

        Raises Refused where the terms can't be met.
        """
        market, now = self.market, self.world.now()
        digests = [piece.digest for piece in self.offer.pieces]
        bounty, terms = self.offer.bounty, self.offer.terms
        market.open(market.provider, terms, digests, paid=bounty, now_s=now, block=0)
        self.world.hands[market.provider] -= bounty
        market.draw(seed, block=DRAW_DELAY + 1, now_s=now)
        for index in self._pieces(shown=True):
            market.reveal(index, self.offer.pieces[index], now_s=now)

    def close(self, contributions: Sequence[Contribution]) -> None:
        """Let the time for contributions end, reveal the rest, take every step, credit everybody.

        `contributions` are all there were, in their order: `closing` of `simulate`.
        """
        phase, ends_at = self.market.phase(self.world.now())
        if phase is Phase.PARTICIPATING:
            self.world.wait(ends_at - self.world.now())
        if self._is_in(Phase.REVEALING):
            for index in self._pieces(shown=False):
                self.market.reveal(index, self.offer.pieces[index], now_s=self.world.now())
        while self._is_in(Phase.REWARDING):
            self._step(contributions)
        self._credit()

    def _step(self, contributions: Sequence[Contribution]) -> None:
        market, rounds, now = self.market, self.market.rounds, self.world.now()
        if rounds.learned:
            market.evaluate(rounds.piece, self.offer.pieces[rounds.piece], now_s=now)
        elif not rounds.bears(rounds.current):
            market.kick(now_s=now)
        else:
            data = contributions[rounds.row[rounds.place]]
            market.learn(data.features, data.label, data.added_at, now_s=now)

    def _credit(self) -> None:
        now = self.world.now()
        for index in range(len(self.market.rounds.entries)):
            self.market.collect(index, now_s=now)
        if self.market.bounty and not self._is_in(Phase.FORFEITED):
            self.market.return_bounty(now_s=now)

    def _pieces(self, *, shown: bool) -> list[int]:
        count = len(self.offer.pieces)
        return [at for at in range(count) if bool(self.market.shown >> at & 1) == shown]

    def _is_in(self, phase: Phase) -> bool:
        return self.market.phase(self.world.now())[0] is phase
