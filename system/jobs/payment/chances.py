"""The chance of being paid, and of a correct model, when every worker returns its result.

M workers, E of them evil, n results counted, the largest group of identical models is paid. With
evil workers that collude and odd n:

    P(paid | good)   = P(X < n/2),      X ~ Hypergeometric(M-1, E, n-1) evil ones among the others
    Q(paid | evil)   = P(Y + 1 > n/2),  Y ~ Hypergeometric(M-1, E-1, n-1)
    W(model correct) = P(S < n/2),      S ~ Hypergeometric(M, E, n)

An endless pool makes them binomial. n·(G/M)·P good workers and n·(E/M)·Q evil ones are paid on
average. A finite pool without a good (evil) worker has none to pay: P (Q) is 0 there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from system.jobs.payment.exact import Number
from system.jobs.payment.pools import EndlessPool, FinitePool, Share, job_size, pool_of
from system.jobs.payment.votes import Behaviour, vote_of

About: TypeAlias = Literal["good", "evil", "correct"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `drawn` other workers join the one it is about, if it is about one.

    `others` is None where the pool has no such worker; `share` is what one wins, by the good and
    evil results counted besides one's own, which are `own`: 1, or 0 about the model.
    """

    others: FinitePool | EndlessPool | None
    drawn: int
    own: int
    share: Share


def question(
    about: About, pool: int | None, evil: Number, n: int, behaviour: Behaviour, tie: str
) -> Question:
    """The checked question about a good worker, an evil one or the model; raises UsageError."""
    workers = pool_of(pool, evil)
    size = job_size(workers, n)
    vote = vote_of(workers, behaviour, tie)
    if about == "correct":
        return Question(workers, size, 0, vote.good)
    if about == "good":
        return Question(workers.others("good"), size - 1, 1, lambda g, e: vote.good(g + 1, e))
    return Question(workers.others("evil"), size - 1, 1, lambda g, e: vote.evil(g, e + 1))


def p_good(
    pool: int | None, evil: Number, n: int, behaviour: Behaviour = "collude", tie: str = "none"
) -> Fraction:
    """P: the chance that a good worker whose result is counted is paid, exact.

    `pool` workers of whom `evil` are evil; None is an endless pool, `evil` is their share then; `n`
    results a job. `behaviour`: "collude", "independent", a number of cliques or their sizes; `tie`:
    "none" (nobody is paid), "random", "first" or "rushed" (first, with evil workers always ahead).
    Raises UsageError where these do not go together.
    """
    return _answer(question("good", pool, evil, n, behaviour, tie))


def p_evil(
    pool: int | None, evil: Number, n: int, behaviour: Behaviour = "collude", tie: str = "none"
) -> Fraction:
    """Q: the chance that an evil worker whose result is counted is paid; arguments as `p_good`."""
    return _answer(question("evil", pool, evil, n, behaviour, tie))


def p_correct(
    pool: int | None, evil: Number, n: int, behaviour: Behaviour = "collude", tie: str = "none"
) -> Fraction:
    """W: the chance that the model which wins is the correct one; arguments as `p_good`."""
    return _answer(question("correct", pool, evil, n, behaviour, tie))


def _answer(asked: Question) -> Fraction:
    if asked.others is None:
        return Fraction(0)
    return asked.others.draw(asked.drawn).mean(asked.share)
