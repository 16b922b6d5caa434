"""Agents at a model: who arrives when, who says what, who ends richer; no wei comes or goes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random
from statistics import fmean, pstdev

import pytest

from system.chain.keys import keccak256
from system.errors import UsageError
from system.models.classifiers.softmax import SoftmaxRegression
from system.models.data import Examples, digit_images, encoded, regrouped
from system.models.encoders.dense import Dense
from system.models.incentives.market import Market
from system.models.incentives.points import Points
from system.models.incentives.stake import Stake, StakeTerms
from system.models.market_terms import MarketTerms, Phase
from system.models.pieces import cut, piece_of
from system.models.refused import Refused
from system.models.simulation.actions import Contribution, Refund, Report
from system.models.simulation.agents import ROLES, Agent, Draw, Role, role
from system.models.simulation.claims import Claims, Open, Waits
from system.models.simulation.market import Offer, Provider
from system.models.simulation.run import Plan, simulate
from system.models.simulation.twins import Twins
from system.models.simulation.world import Purse
from system.models.twin import Twin

HOUR_S = 3_600
WAITS = Waits(refund_s=HOUR_S, any_s=6 * HOUR_S)
# 720 of it are the deposit half a minute after other data, the pace of twenty agents.
WEIGHT = 50 * 10**15 // 720
PLAN = Plan(12 * HOUR_S, 2 * HOUR_S, WAITS, seed=1, tested=60)


@lru_cache(maxsize=1)
def eights() -> Examples:
    """Threes and eights: two classes that are hard enough to tell."""
    return encoded(regrouped(digit_images(), {"3": ["3"], "8": ["8"]}), Dense(64))


def agents(**counts: int) -> list[Agent]:
    """So many of each role."""
    names = [name for name, count in counts.items() for _ in range(count)]
    return [
        Agent("0x" + keccak256(b"agent %d" % at)[-20:].hex(), ROLES[name])
        for at, name in enumerate(names)
    ]


def world(players: list[Agent], incentive: object | None = None) -> Twins:
    """A model that has learned a little, under deposits unless told otherwise."""
    terms = StakeTerms(WEIGHT, WAITS.refund_s, WAITS.any_s, WAITS.any_s)
    chosen = incentive or Stake(terms, created_at=1)
    hands = {one.address: one.role.start_wei for one in players}
    return Twins(Twin(learned_little(), chosen), hands)


def learned_little() -> SoftmaxRegression:
    """A regression that has seen forty samples."""
    model = SoftmaxRegression(64, 10**9)
    for _ in range(2):
        model.bring(0, [0] * 64)
        model.add_class(0)
    model.finish()
    for one in eights().test[-40:]:
        model.update(one.features, one.label)
    return model


def test_the_bad_end_poorer_and_the_good_do_not():
    players = agents(good=14, bad=4, mistaken=2)
    history = simulate(world(players), players, eights(), PLAN)
    assert history.gain_wei("bad") < -10 * 10**15
    assert history.gain_wei("good") > 10 * 10**15
    assert history.moments[-1].accuracy > 0.85
    assert history.done["Refund"] > 100
    assert history.done["Report"] > 10


def test_no_wei_comes_or_goes():
    players = agents(good=5, bad=3, mistaken=2, limited=2, idle=2, careless=2)
    history = simulate(world(players), players, eights(), PLAN)
    given = sum(one.role.start_wei for one in players)
    for moment in history.moments:
        held = sum(moment.balances_by_role.values()) + sum(moment.at_stake_by_role.values())
        assert held == given
    # Whoever is left to ask takes all that is left.
    assert sum(history.moments[-1].at_stake_by_role.values()) == 0
    assert history.gain_wei("careless") < 0


def test_the_same_seed_is_the_same_history():
    players = agents(good=4, bad=2)
    plan = replace(PLAN, duration_s=2 * HOUR_S)
    histories = [
        simulate(world(players), players, eights(), replace(plan, seed=seed)) for seed in (1, 1, 2)
    ]
    assert histories[0] == histories[1] != histories[2]


def test_points_move_no_wei():
    players = agents(good=6, bad=2)
    there = world(players, Points(WAITS.refund_s))
    history = simulate(there, players, eights(), replace(PLAN, duration_s=3 * HOUR_S))
    assert history.gain_wei("good") == history.gain_wei("bad") == 0
    assert history.done["Refund"] > 10
    proven = {one.role.name: [] for one in players}
    for one in players:
        proven[one.role.name].append(there.twin.incentive.standing(one.address).good)
    assert fmean(proven["good"]) > fmean(proven["bad"])


def test_who_can_t_pay_stops():
    players = agents(limited=3, good=3)
    history = simulate(world(players), players, eights(), replace(PLAN, duration_s=HOUR_S))
    assert set(history.stopped) == {"limited"}
    # Its own deposits come back to it all the same.
    assert history.moments[-1].balances_by_role["limited"] > 0


def test_moments_are_looked_at_when_they_are_due():
    players = agents(good=3)
    history = simulate(world(players), players, eights(), PLAN)
    assert [one.time_s for one in history.moments[:6]] == [at * 2 * HOUR_S for at in range(6)]
    assert history.moments[-1].time_s == PLAN.duration_s + WAITS.refund_s + WAITS.any_s


def test_a_history_as_plain_records():
    players = agents(good=2, bad=1)
    history = simulate(world(players), players, eights(), replace(PLAN, duration_s=3 * HOUR_S))
    record = history.record()
    lengths = {len(record[name]) for name in ("time_s", "accuracy", "contributions")}
    lengths |= {len(column) for column in record["balances_by_role"].values()}
    assert lengths == {len(history.moments)}
    assert set(record["balances_by_role"]) == {"good", "bad"}
    assert record["done"]["Add"] == record["contributions"][-1]


def test_a_market_pays_the_good_from_the_bounty_and_the_bad_pay():
    examples, players = eights(), agents(good=8, bad=4)
    chance = Random(6)
    tests = examples.train[:60]
    pieces = cut(
        [one.features for one in tests],
        [one.label for one in tests],
        size=6,
        salt=lambda: chance.randbytes(32),
    )
    unit, rounds = 10**12, 40
    terms = MarketTerms(
        stake=54 * unit,
        least=5,
        most=500,
        rounds=rounds,
        shown=1,
        samples=6,
        show_time=HOUR_S,
        participation_time=4 * HOUR_S,
        reveal_time=HOUR_S,
        reward_time=HOUR_S,
    )
    bounty = 54 * unit * rounds
    market = Market(learned_little(), provider="provider")
    there = world(players, market)
    there.hands["provider"] = bounty
    provider = Provider(there, market, Offer(terms, pieces, bounty))
    provider.open(bytes(32))
    plan = Plan(4 * HOUR_S, HOUR_S, tested=20)
    history = simulate(there, players, examples, plan, closing=provider.close)
    assert market.phase(there.now())[0] is Phase.SETTLED
    assert history.done["Add"] == len(market.rounds.entries) > 100
    assert history.gain_wei("bad") < 0 < history.gain_wei("good")
    purse = there.purse("provider")
    assert history.gain_wei("bad") + history.gain_wei("good") == bounty - purse.wei


def test_a_provider_that_comes_too_late_loses_the_bounty():
    examples, players = eights(), agents(good=4)
    pieces = [piece_of([one.features], [one.label], salt=bytes(32)) for one in examples.train[:3]]
    times = dict.fromkeys(("show_time", "participation_time", "reveal_time", "reward_time"), HOUR_S)
    terms = MarketTerms(stake=2, least=1, most=5, rounds=1, shown=1, samples=1, **times)
    market = Market(learned_little(), provider="provider")
    there = world(players, market)
    there.hands["provider"] = 2
    provider = Provider(there, market, Offer(terms, pieces, 2))
    provider.open(bytes(32))
    # The fifth contribution ends the taking of data, and what comes then is no hour any more.
    plan = Plan(3 * HOUR_S, HOUR_S, tested=5)
    history = simulate(there, players, examples, plan, closing=provider.close)
    assert market.phase(there.now())[0] is Phase.FORFEITED
    assert 0 < history.gain_wei("good") <= 2
    assert there.purse("provider").wei == 0


@pytest.mark.parametrize("wait", [Draw(600), Draw(600, 60)])
def test_waits_are_random_around_their_mean(wait):
    chance = Random(3)
    drawn = [wait.whole(chance, least=1) for _ in range(4_000)]
    assert abs(fmean(drawn) - 600) < 30
    # An exponential's deviation is its mean.
    expected = wait.mean if wait.deviation is None else wait.deviation
    assert abs(pstdev(drawn) / expected - 1) < 0.1
    assert min(drawn) >= 1


def test_labels_are_wrong_as_often_as_the_role_says():
    chance = Random(4)
    for name, classes in (("good", 2), ("bad", 2), ("bad", 10), ("mistaken", 5)):
        said = [ROLES[name].label(1, classes, chance) for _ in range(2_000)]
        assert abs(fmean(one != 1 for one in said) - ROLES[name].wrong) < 0.03
        assert set(said) <= set(range(classes))
    assert {ROLES["bad"].label(1, 10, chance) for _ in range(500)} == set(range(10)) - {1}


@pytest.mark.parametrize(
    "make",
    [
        lambda: Draw(0),
        lambda: Draw(float("nan")),
        lambda: Draw(1, -1),
        lambda: Role("odd", 1.5, Draw(1), Draw(1)),
        lambda: role("god"),
        lambda: Plan(0, 1),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(make):
    with pytest.raises(UsageError) as caught:
        make()
    assert "\n" not in str(caught.value)


@dataclass
class Still:
    """A world whose model gives one class to everything, and in which nothing is done."""

    time_s: int
    answer: int = 0
    asked: list[object] = field(default_factory=list)

    def now(self) -> int:
        return self.time_s

    def predict(self, features: object) -> int:
        return self.answer

    def purse(self, who: str) -> Purse:
        return Purse(0, 0)

    def act(self, who: str, action: object) -> None:
        raise Refused("NothingToClaim")


ME, OTHER = agents(good=2)
DATA = Contribution(ME.address, (1, 2), 0, added_at=100)


@pytest.mark.parametrize(
    ("agent", "age", "answer", "expected"),
    [
        (ME, 9, 0, None),
        (ME, 10, 0, Refund),
        (ME, 10, 1, None),
        (OTHER, 10, 0, None),
        (OTHER, 10, 1, Report),
        (OTHER, 9, 1, None),
        (OTHER, 30, 0, Report),
        (ME, 30, 1, Report),
        (replace(ME, role=ROLES["careless"]), 10, 0, None),
        (replace(OTHER, role=ROLES["idle"]), 10, 1, None),
        (replace(OTHER, role=ROLES["idle"]), 30, 1, None),
    ],
)
def test_what_an_agent_asks_for(agent, age, answer, expected):
    claims = Claims(Waits(10, 30), [Open(DATA, "good", 5)])
    prove(claims, OTHER)
    found = list(claims.due(agent, Still(100 + age, answer)))
    assert [type(action) for _, action in found] == ([] if expected is None else [expected])
    # Once is enough: what was refused then is refused later.
    assert not list(claims.due(agent, Still(100 + age, answer)))


def test_reporting_takes_good_data_of_one_s_own():
    claims = Claims(Waits(10, 30), [Open(DATA, "good", 5)])
    assert not list(claims.due(OTHER, Still(110, 1)))


def prove(claims: Claims, agent: Agent) -> None:
    """Let an agent have had a refund."""
    own = Open(Contribution(agent.address, (3,), 0, added_at=0), "good", 1)
    claims.open.append(own)
    claims.settle(own, Refund((3,), 0, 0), agent.address, 1)
