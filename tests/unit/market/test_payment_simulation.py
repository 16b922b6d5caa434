"""The contract pays as the formulas say: thousands of jobs by the mix of workers they are for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import pytest
from eth_utils.address import to_checksum_address

from system.jobs import market
from system.jobs.market import Outcome, Phase, Privacy, TieRule
from system.jobs.payment import (
    p_correct_deadline,
    p_evil,
    p_evil_deadline,
    p_good,
    p_good_deadline,
    terms_for,
)
from tests.luck import as_large, as_likely
from tests.unit.market.house import DEPOSIT, MODES, PAYMENT, House, result, terms

RIGHT = "right"


@dataclass(frozen=True)
class Crowd:
    """Who works: `good` and `evil` accounts, the chances that they return, what evil ones send."""

    pool: int
    evil: int
    n: int
    behaviour: str | int = "collude"
    tie: TieRule = TieRule.NONE
    back: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))
    quorum: int = 1

    def models(self) -> list[str]:
        """What each worker of the pool sends."""
        cliques = {"collude": 1, "independent": self.evil}.get(self.behaviour, self.behaviour)
        wrong = [f"wrong {place % cliques}" for place in range(self.evil)]
        return [RIGHT] * (self.pool - self.evil) + wrong

    def chances(self) -> list[Fraction]:
        """P, Q and W as the formulas have them."""
        arguments = (self.pool, self.evil, self.n, *self.back)
        options = {"quorum": self.quorum, "behaviour": self.behaviour}
        rule = "first" if self.tie is TieRule.FIRST else "none"
        return [
            chance(*arguments, **options, tie=rule)
            for chance in (p_good_deadline, p_evil_deadline, p_correct_deadline)
        ]


@dataclass(frozen=True)
class Done:
    """A closed job: what workers sent that were counted and what each of all received, net."""

    outcome: Outcome
    winner: bytes
    counted: list[str]
    net: list[tuple[str, int]]


class Play:
    """A market with a pool of workers, who play one job after another to its end."""

    def __init__(self, crowd: Crowd, seed: str) -> None:
        self.crowd = crowd
        self.random = Random(seed)
        self.house = House.built()
        self.workers = [(self.house.worker(), model) for model in crowd.models()]

    def job(self, payment: int = PAYMENT, deposit: int = DEPOSIT) -> Done:
        """One job in one of the market's ways, with fair draws of workers and of their order."""
        privacy, results = self.random.choice(MODES)
        asked = terms(
            payment=payment,
            deposit=deposit,
            seats=self.crowd.n,
            quorum=self.crowd.quorum,
            privacy=privacy,
            results=results,
            tie_rule=self.crowd.tie,
        )
        job = self.house.started(asked)
        drawn = self.random.sample(self.workers, self.crowd.n)
        counted = [one for one in drawn if self.random.random() < self.crowd.back[one[1] != RIGHT]]
        for worker, model in drawn:
            self.house.picked(job, worker)
            # Silent workers of jobs with a second step stay silent at once, or then.
            later = privacy is not Privacy.PLAIN and self.random.random() < 0.5
            if (worker, model) in counted or later:
                binding = self.house.binding(job, worker, result(model), asked)
                self.house.send(worker, *binding)
        self.wait(job, Phase.COMMITTING, asked.commit_blocks)
        self.random.shuffle(counted)
        for worker, model in counted:
            self.house.send(worker, *self.house.revealing(job, worker, result(model), asked))
        self.wait(job, Phase.REVEALING, asked.reveal_blocks)
        self.deliver(job, dict(drawn))
        state = self.house.closed(job)
        assert state.counted == len(counted)
        net = [(model, self.collected(job, worker) - deposit) for worker, model in drawn]
        return Done(state.outcome, state.digest, [model for _, model in counted], net)

    def wait(self, job: int, phase: Phase, blocks: int) -> None:
        """Let the deadline of a phase pass, if the job is still in it."""
        if self.house.state(job).phase is phase:
            self.house.evm.mine(blocks)

    def deliver(self, job: int, models: dict[str, str]) -> None:
        """Of results by hash: the first member of the largest group brings the model."""
        state = self.house.state(job)
        if state.phase is Phase.DELIVERING:
            member = market.member_at(self.house.evm, self.house.market, job, state.digest, 0)
            worker = to_checksum_address(member)
            self.house.send(worker, *self.house.carrying(job, result(models[worker])))

    def collected(self, job: int, worker: str) -> int:
        """What the job brings the worker's account, in wei."""
        return self.house.paid_out(worker, job) if self.house.owed(worker, job) else 0


def by_hand(crowd: Crowd, done: Done) -> bool:
    """Whether the outcome is what counting the results gives."""
    sizes = sorted(Counter(done.counted).values(), reverse=True)
    if len(done.counted) < crowd.quorum:
        return done.outcome is Outcome.VOID
    tied = len(sizes) > 1 and sizes[0] == sizes[1]
    if tied and crowd.tie is TieRule.NONE:
        return done.outcome is Outcome.TIED
    return done.outcome is Outcome.WON


CROWDS = [
    Crowd(20, 8, 5),
    Crowd(12, 5, 4, tie=TieRule.FIRST),
    Crowd(14, 6, 5, behaviour=2, tie=TieRule.FIRST),
    Crowd(10, 5, 3, behaviour="independent", tie=TieRule.FIRST),
    Crowd(20, 8, 5, back=(Fraction(17, 20), Fraction(3, 5)), quorum=3),
    Crowd(20, 6, 5, back=(Fraction(7, 10), Fraction(1)), quorum=2, tie=TieRule.FIRST),
]


@pytest.mark.parametrize("crowd", CROWDS, ids=lambda crowd: f"{crowd.pool}-{crowd.evil}-{crowd.n}")
def test_workers_are_paid_with_the_chance_of_the_formula(crowd):
    """One seat is looked at in each job, for those of one job share their luck."""
    play = Play(crowd, seed=str(crowd))
    hits, asked = Counter(), Counter()
    right = [done for done in (play.job() for _ in range(500)) if by_hand(crowd, done)]
    assert len(right) == 500
    for done in right:
        won = done.outcome is Outcome.WON
        paid = Counter(model for model, net in done.net if net == PAYMENT)
        assert sum(paid.values()) == max(Counter(done.counted).values()) if won else not paid
        seat = play.random.randrange(crowd.n)
        if seat < len(done.counted):
            model = done.counted[seat]
            asked[model == RIGHT] += 1
            hits[model == RIGHT] += model in paid
        hits["correct"] += RIGHT in paid
    asked["correct"] = len(right)
    for kind, chance in zip((True, False, "correct"), crowd.chances(), strict=True):
        assert as_likely(hits[kind], asked[kind], chance), (kind, hits, asked, float(chance))


def test_at_its_terms_good_workers_have_their_benefit_and_evil_ones_nothing():
    cost, benefit, cost_evil = 1_000_000, 200_000, 50_000
    plan = terms_for(20, 8, "0.6", cost, benefit, cost_evil)
    crowd = Crowd(20, 8, plan.n)
    play = Play(crowd, seed="terms")
    before = play.house.evm.balance(play.house.server)
    jobs = [play.job(plan.payment_wei, plan.deposit_wei).net for _ in range(400)]
    good = [sum(net - cost for model, net in job if model == RIGHT) for job in jobs]
    evil = [sum(net - cost_evil for model, net in job if model != RIGHT) for job in jobs]
    assert plan.p == p_good(20, 8, plan.n)
    assert plan.q == p_evil(20, 8, plan.n)
    assert as_large(good, plan.n * Fraction(12, 20) * benefit)
    assert as_large(evil, Fraction(0))
    # What workers have the server has not: after it took out its balance, the market is empty.
    play.house.send(play.house.server, market.withdrawing(play.house.market))
    spent = before - play.house.evm.balance(play.house.server)
    assert spent == sum(net for job in jobs for _, net in job)
    assert play.house.evm.balance(play.house.market) == 0
