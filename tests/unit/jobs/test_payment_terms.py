"""Payments and deposits: known figures, the two inequalities in whole wei, refusals."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from system.errors import UsageError
from system.jobs.payment import (
    deterrent_deposit,
    evil_profit,
    good_profit,
    min_job_size,
    p_correct,
    p_evil,
    p_good,
    required_payment,
    server_spend,
    terms_for,
)

chances = st.fractions(0, 1, max_denominator=1000)
costs = st.fractions(0, 100, max_denominator=100)
ETHER = 10**18


@pytest.mark.parametrize(
    ("job", "v", "evil", "d"),
    [
        ((None, "0.3", 5), 1.310, 0.406, 0.655),
        ((None, "0.49", 3), 1.579, 1.118, 42.5),
        ((100, 40, 15), 1.395, 0.337, 0.498),
    ],
)
def test_known_terms(job, v, evil, d):
    """A good worker spends 1 and wants 0.2, an evil one spends 0.05."""
    p, q = p_good(*job), p_evil(*job)
    payment, deposit = required_payment(p, 1, "0.2"), deterrent_deposit(p, q, 1, "0.2", "0.05")
    assert float(payment) == pytest.approx(v, abs=6e-4)
    assert float(evil_profit(q, payment, 0, "0.05")) == pytest.approx(evil, abs=6e-4)
    assert float(deposit) == pytest.approx(d, rel=1e-3)


def test_known_spend():
    p = p_good(None, "0.3", 5)
    spend = server_spend(None, "0.3", 5, required_payment(p, 1, "0.2"))
    assert float(spend) == pytest.approx(4.884, abs=5e-4)
    q = p_evil(None, "0.3", 5)
    v = required_payment(p, 1, "0.2", deterrent_deposit(p, q, 1, "0.2", "0.05"))
    assert float(v) == pytest.approx(1.370, abs=6e-4)


@given(chances, costs, costs, costs)
def test_the_payment_leaves_good_workers_their_benefit(p, cost, benefit, deposit):
    assume(p)
    payment = required_payment(p, cost, benefit, deposit)
    assert good_profit(p, payment, deposit, cost) == benefit


@given(chances, chances, costs, costs, costs)
def test_the_deposit_leaves_evil_workers_nothing(p, q, cost, benefit, cost_evil):
    assume(p > q)
    deposit = deterrent_deposit(p, q, cost, benefit, cost_evil)
    payment = required_payment(p, cost, benefit, deposit)
    profit = evil_profit(q, payment, deposit, cost_evil)
    assert profit == 0 if deposit else profit <= 0


@given(chances, chances, costs, costs, costs)
def test_without_a_deposit_evil_workers_earn_above_a_ratio(p, q, cost, benefit, cost_evil):
    assume(p and cost + benefit)
    profit = evil_profit(q, required_payment(p, cost, benefit), 0, cost_evil)
    assert (profit > 0) == (q / p > cost_evil / (cost + benefit))


@st.composite
def markets(draw):
    pool = draw(st.one_of(st.none(), st.integers(3, 60)))
    if pool is None:
        return pool, draw(st.fractions(0, "0.45", max_denominator=100))
    return pool, draw(st.integers(0, (pool - 1) // 2))


wei = st.one_of(st.integers(0, 10), st.integers(0, 2 * ETHER), st.fractions(0, 50))


@given(markets(), st.sampled_from(["0.6", "0.9", "0.95"]), wei, wei, wei)
@example((20, 8), "0.95", 1, 0, 0)
@example((None, Fraction("0.45")), "0.6", 10, 3, 1)
def test_terms_hold_in_whole_wei(market, target, cost, benefit, cost_evil):
    plan = terms_for(*market, target, cost, benefit, cost_evil)
    v, d = plan.payment_wei, plan.deposit_wei
    assert type(v) is type(d) is int
    assert good_profit(plan.p, v, d, cost) >= benefit
    assert evil_profit(plan.q, v, d, cost_evil) <= 0
    exact = deterrent_deposit(plan.p, plan.q, cost, benefit, cost_evil)
    assert 0 <= d - exact < plan.p * plan.q / (plan.p - plan.q) + 2
    # One wei less of payment, or of deposit with the payment it needs, breaks one of the two.
    assert v == 0 or good_profit(plan.p, v - 1, d, cost) < benefit
    if d:
        less = -(-required_payment(plan.p, cost, benefit, d - 1) // 1)
        assert evil_profit(plan.q, less, d - 1, cost_evil) > 0


def test_terms_name_the_job_they_are_for():
    plan = terms_for(20, 8, "0.9", ETHER, ETHER // 5, ETHER // 20)
    assert plan.n == max(min_job_size(20, 8, "0.9"), min_job_size(20, 8, "0.9", "p_correct")) == 15
    assert (plan.p, plan.q) == (p_good(20, 8, 15), p_evil(20, 8, 15))
    assert plan.w == p_correct(20, 8, 15) >= Fraction(9, 10)
    assert plan.server_spend == server_spend(20, 8, 15, plan.payment_wei)
    p, q = plan.p, plan.q
    exact = deterrent_deposit(p, q, ETHER, ETHER // 5, ETHER // 20)
    assert plan.deposit_wei - exact < 2
    assert abs(plan.payment_wei - required_payment(p, ETHER, ETHER // 5, exact)) < 2


def test_a_pool_of_good_workers_needs_no_deposit():
    plan = terms_for(7, 0, "0.9", 5, 1, 0)
    assert (plan.n, plan.p, plan.q, plan.w) == (3, 1, 0, 1)
    assert (plan.payment_wei, plan.deposit_wei, plan.server_spend) == (6, 0, 18)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: required_payment(0, 1, 1, 1), "a good worker is never paid (p is 0): take a job"),
        (lambda: required_payment(2, 1, 1), "p is 2: give a share from 0 to 1"),
        (lambda: required_payment(1, -1, 1), "the cost is -1: give an amount of 0 or more"),
        (lambda: required_payment(1, 1, "-1/2"), "the benefit is -1/2: give an amount of 0 or"),
        (lambda: required_payment(1, 1, 1, -1), "the deposit is -1: give an amount of 0 or more"),
        (lambda: deterrent_deposit(1, 0, 1, 1, -1), "cost_evil is -1: give an amount of 0 or more"),
        (
            lambda: deterrent_deposit("0.5", "0.5", 1, "0.2", "0.05"),
            "evil workers are paid as often as good ones (q 0.5, p 0.5): no deposit deters them",
        ),
        (lambda: deterrent_deposit("0.1", "0.6", 1, 1, 0), "evil workers are paid as often as"),
        (lambda: evil_profit("1.5", 1, 1, 1), "q is 3/2: give a share from 0 to 1"),
        (lambda: good_profit(1, -1, 1, 1), "the payment is -1: give an amount of 0 or more"),
        (lambda: server_spend(10, 3, 11, 1), "a job of 11 needs more than the pool's 10 workers"),
        (lambda: terms_for(10, 5, "0.9", 1, 1, 0), "no job size up to 10 gives a p_good of 0.9"),
        (lambda: terms_for(10, 4, "0.9", -1, 1, 0), "the cost is -1: give an amount of 0 or more"),
    ],
)
def test_refusals(ask, message):
    with pytest.raises(UsageError) as refused:
        ask()
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
