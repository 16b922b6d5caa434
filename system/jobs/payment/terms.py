"""What a job has to pay, and what a worker has to put down, so that only good work is worth it.

A good worker spends c and wants b on top; an evil one spends c_e, as little as making up weights
costs. Whoever is not paid forfeits the deposit d. A good worker expects v·P - d·(1-P) - c, an evil
one v·Q - d·(1-Q) - c_e. All in one unit, wei or any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import ceil

from system.errors import UsageError
from system.jobs.payment import exact
from system.jobs.payment.chances import p_correct, p_evil, p_good
from system.jobs.payment.exact import Number
from system.jobs.payment.pools import pool_of
from system.jobs.payment.sizes import min_job_size
from system.jobs.payment.votes import Behaviour


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A job's terms: n results, the chances p, q and w they give, and what it pays in wei.

    `server_spend` is the payments' exact expectation in wei, before forfeited deposits.
    """

    n: int
    p: Fraction
    q: Fraction
    w: Fraction
    payment_wei: int
    deposit_wei: int
    server_spend: Fraction


def required_payment(p: Number, cost: Number, benefit: Number, deposit: Number = 0) -> Fraction:
    """v = (c + b + d(1-P))/P, with which a good worker earns its benefit on average.

    Raises UsageError for P = 0: no payment helps who is never paid.
    """
    chance = exact.share(p, "p")
    needs = exact.amount(cost, "the cost") + exact.amount(benefit, "the benefit")
    if not chance:
        raise UsageError("a good worker is never paid (p is 0): take a job size with p above 0")
    return (needs + exact.amount(deposit, "the deposit") * (1 - chance)) / chance


def deterrent_deposit(
    p: Number, q: Number, cost: Number, benefit: Number, cost_evil: Number
) -> Fraction:
    """d* = max(0, ((c + b)Q - c_e P)/(P - Q)), at which evil workers expect 0 from v(d*), or less.

    Raises UsageError for P ≤ Q: then a deposit, which v has to make up for, only helps them.
    """
    good, evil = exact.share(p, "p"), exact.share(q, "q")
    needs = exact.amount(cost, "the cost") + exact.amount(benefit, "the benefit")
    spends = exact.amount(cost_evil, "cost_evil")
    if good <= evil:
        raise UsageError(
            f"evil workers are paid as often as good ones (q {float(evil):.3g}, p {float(good):.3g}"
            "): no deposit deters them; take a larger job or a pool with fewer of them"
        )
    return max(Fraction(0), (needs * evil - spends * good) / (good - evil))


def good_profit(p: Number, payment: Number, deposit: Number, cost: Number) -> Fraction:
    """What a good worker expects of a job: v·P - d·(1-P) - c."""
    return _profit(exact.share(p, "p"), payment, deposit) - exact.amount(cost, "the cost")


def evil_profit(q: Number, payment: Number, deposit: Number, cost_evil: Number) -> Fraction:
    """What an evil worker expects of a job: v·Q - d·(1-Q) - c_e."""
    return _profit(exact.share(q, "q"), payment, deposit) - exact.amount(cost_evil, "cost_evil")


def server_spend(
    pool: int | None,
    evil: Number,
    n: int,
    payment: Number,
    behaviour: Behaviour = "collude",
    tie: str = "none",
) -> Fraction:
    """What a job's payments come to on average: v·n·[(G/M)·P + (E/M)·Q]; forfeits not counted."""
    bad, size = pool_of(pool, evil).evil_share, exact.count(n, "the job size n", least=1)
    p, q = p_good(pool, evil, n, behaviour, tie), p_evil(pool, evil, n, behaviour, tie)
    return exact.amount(payment, "the payment") * size * ((1 - bad) * p + bad * q)


def terms_for(
    pool: int | None,
    evil: Number,
    target: Number,
    cost: Number,
    benefit: Number,
    cost_evil: Number,
) -> JobPlan:
    """The smallest job with P and W of at least `target`, and its terms in whole wei.

    Costs are in wei and may be fractions. After rounding, too, a good worker expects `benefit` or
    more and an evil one, colluding, 0 or less; the deposit is the smallest for which there is such
    a payment. Raises UsageError where no job size or no deposit does it.
    """
    n = max(
        min_job_size(pool, evil, target, "p_good"), min_job_size(pool, evil, target, "p_correct")
    )
    p, q = p_good(pool, evil, n), p_evil(pool, evil, n)
    least = ceil(deterrent_deposit(p, q, cost, benefit, cost_evil))
    deposit, payment = next(_whole(least, (p, q), cost, benefit, cost_evil))
    return JobPlan(
        n=n,
        p=p,
        q=q,
        w=p_correct(pool, evil, n),
        payment_wei=payment,
        deposit_wei=deposit,
        server_spend=server_spend(pool, evil, n, payment),
    )


def _whole(
    least: int, chances: tuple[Fraction, Fraction], cost: Number, benefit: Number, cost_evil: Number
) -> Iterator[tuple[int, int]]:
    """Whole deposits from `least` on and the payments that suit good workers and no evil one.

    The payments that do are an interval that widens by (P-Q)/(PQ) with each wei of deposit, so one
    is found after PQ/(P-Q) + 1 deposits at most.
    """
    p, q = chances
    for deposit in count(least):
        payment = ceil(required_payment(p, cost, benefit, deposit))
        if evil_profit(q, payment, deposit, cost_evil) <= 0:
            yield deposit, payment


def _profit(chance: Fraction, payment: Number, deposit: Number) -> Fraction:
    won = exact.amount(payment, "the payment") * chance
    return won - exact.amount(deposit, "the deposit") * (1 - chance)
