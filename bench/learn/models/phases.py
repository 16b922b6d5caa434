"""A prediction market's phases around a training, all taken by its provider."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.learn.models.course import Course
from bench.learn.models.crew import PROVIDER
from bench.learn.models.exchange import Step, When
from bench.learn.models.stage import Stage
from system.chain.sender import Call
from system.models import market_calls
from system.models.incentives.market import Market
from system.models.market_terms import Phase
from system.models.pieces import draw_seed
from system.models.simulation.market import Offer
from system.models.trainer import PREDICTED_FEATURE_GAS

_POLL_S: Final = 0.2
# Bounds are two to three times what evaluations take: blocks of some 40 M gas, which validators on
# a shared machine execute within a block's period.
_BATCH_GAS: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Passed:
    """A phase that began: its name, and the block's second."""

    phase: str
    at_s: int


@dataclass(slots=True)
class Phases:
    """A stage's market, seen through from its opening to its collection."""

    course: Course
    offer: Offer
    market: Market
    passed: list[Passed] = field(default_factory=list)

    def open(self) -> None:
        """Escrow the bounty, draw which pieces are shown, and show them."""
        stage, offer, market = self.stage, self.offer, self.market
        terms, pieces, bounty = offer.terms, offer.pieces, offer.bounty
        digests = [piece.digest for piece in pieces]
        address, provider = stage.wiring.incentive, stage.provider.address

        def opened(when: When) -> int:
            market.open(provider, terms, digests, paid=bounty, now_s=when.at_s, block=when.block)
            stage.exchange.world.hands[provider] -= bounty
            return bounty

        call = market_calls.opening(address, terms, pieces, scorer=stage.scorer, bounty=bounty)
        self._play([Step("open", provider, call, opened)])
        seed = self._seed()

        def drawn(when: When) -> int:
            market.draw(seed, block=when.block, now_s=when.at_s)
            return 0

        self._play([Step("draw", provider, market_calls.drawing(address), drawn)])
        self._reveal(shown=True)

    def close(self) -> None:
        """Reveal the rest, take every step of the scoring, pay everybody.

        Nothing once chain and twin differ: which step is due is not known then.
        """
        self._note()
        if self.stage.exchange.differing:
            return
        self._reveal(shown=False)
        while self.market.phase(self.stage.exchange.world.now())[0] is Phase.REWARDING:
            self._score()
        self._note()
        self._collect()
        self._check()

    @property
    def stage(self) -> Stage:
        """Where it is played."""
        return self.course.stage

    @property
    def _asked_gas(self) -> int:
        """What a feature costs at most where a model predicts: of indices as much as to learn."""
        start = self.stage.material.start
        return start.feature_gas if start.sparse else PREDICTED_FEATURE_GAS

    def _seed(self) -> bytes:
        """What the drawing block's hash gives, once a later block may draw by it."""
        while self.stage.exchange.now().block < self.market.drawn_by:
            time.sleep(_POLL_S)
        rpc, number = self.stage.place.rpc, hex(self.market.drawn_by)
        found: dict[str, Any] = rpc.call("eth_getBlockByNumber", number, False)
        return draw_seed(bytes.fromhex(found["hash"][2:]), self.stage.wiring.incentive)

    def _reveal(self, *, shown: bool) -> None:
        stage, market = self.stage, self.market
        steps = []
        for index, piece in enumerate(self.offer.pieces):
            if bool(market.shown >> index & 1) == shown:
                call = market_calls.revealing(
                    stage.wiring.incentive, index, piece, feature_gas=self._asked_gas
                )

                def revealed(when: When, index: int = index) -> int:
                    market.reveal(index, self.offer.pieces[index], now_s=when.at_s)
                    return 0

                steps.append(Step("reveal", stage.provider.address, call, revealed))
        self._play(steps)

    def _score(self) -> None:
        """One whole pass: what is due in it follows from the scores of the pass before."""
        market, rounds = self.market, self.market.rounds
        steps = []
        for place in list(rounds.row):
            entry = rounds.entries[place]
            if rounds.bears(entry):
                steps += self._scoring(place)
            else:
                call = market_calls.kicking(self.stage.wiring.incentive)
                steps.append(self._step("kick", call, lambda when: market.kick(now_s=when.at_s)))
        self._play(steps)

    def _scoring(self, place: int) -> list[Step]:
        """The steps that score the contribution at a place."""
        address, market = self.stage.wiring.incentive, self.market
        given = self.course.given[place]
        sample, label, then = given.features, given.label, given.added_at
        feature_gas = self.stage.material.start.feature_gas
        call = market_calls.learning(address, sample, label, added_at=then, feature_gas=feature_gas)
        steps = [
            self._step(
                "learn", call, lambda when: market.learn(sample, label, then, now_s=when.at_s)
            )
        ]
        for index, piece in enumerate(self.offer.pieces):
            if not market.shown >> index & 1:
                call = market_calls.evaluating(address, index, piece, feature_gas=self._asked_gas)

                def evaluated(when: When, index: int = index) -> None:
                    market.evaluate(index, self.offer.pieces[index], now_s=when.at_s)

                steps.append(self._step("evaluate", call, evaluated))
        return steps

    def _collect(self) -> None:
        address, market = self.stage.wiring.incentive, self.market
        steps = []
        for index in range(len(market.rounds.entries)):
            call = market_calls.collecting(address, index)

            def collected(when: When, index: int = index) -> int:
                return market.collect(index, now_s=when.at_s)

            steps.append(self._step("collect", call, collected))
        if market.bounty:
            call = market_calls.returning(address)
            steps.append(
                self._step("returnBounty", call, lambda when: market.return_bounty(now_s=when.at_s))
            )
        self._play(steps)

    def _check(self) -> None:
        """Compare what the market holds of each contribution with the twin's books."""
        rpc, differing = self.stage.place.rpc, self.stage.exchange.differing
        row = market_calls.row_of(rpc, self.stage.wiring.incentive)
        for index, (one, entry) in enumerate(zip(row, self.market.rounds.entries, strict=True)):
            theirs = (one.key, one.stake, one.balance, one.kicked)
            ours = (entry.key, entry.stake, entry.balance, entry.kicked)
            if theirs != ours:
                differing.append(f"contribution {index}: {theirs[1:]} on the chain, {ours[1:]}")

    def _step(self, name: str, call: Call, twin: Any) -> Step:
        return Step(name, self.stage.provider.address, call, lambda when: int(twin(when) or 0))

    def _play(self, steps: Sequence[Step]) -> None:
        for batch in _batches(steps):
            for done in self.stage.exchange.play(batch):
                self.course.tally.note(done, PROVIDER)
        self._note()

    def _note(self) -> None:
        now_s = self.stage.exchange.world.now()
        phase = self.market.phase(now_s)[0].name.lower()
        if not self.passed or self.passed[-1].phase != phase:
            self.passed.append(Passed(phase, now_s))


def _batches(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The steps in order, in parts whose gas together leaves blocks light."""
    batch: list[Step] = []
    for step in steps:
        if batch and sum(one.call.gas for one in [*batch, step]) > _BATCH_GAS:
            yield batch
            batch = []
        batch.append(step)
    if batch:
        yield batch


def phases_of(course: Course) -> Phases | None:
    """The market of a course, if its mechanism is one."""
    market, offer = course.stage.mechanism, course.stage.prepared.offer
    if not isinstance(market, Market) or offer is None:
        return None
    return Phases(course, offer, market)
