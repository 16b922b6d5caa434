"""The same chances when some workers stay silent: each returns its result with a known chance.

*Deadline*: n workers pick the job up, and those who returned by the deadline are counted, if they
are a quorum. *Fill*: the job closes with the n-th result, whoever of the pool sends it; a pool too
silent for that never closes a job, which is why a contract needs a deadline as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from system.errors import UsageError
from system.jobs.payment import exact
from system.jobs.payment.chances import Question, question
from system.jobs.payment.exact import Number
from system.jobs.payment.pools import Draw, EndlessPool, FinitePool
from system.jobs.payment.votes import Behaviour


@dataclass(frozen=True, slots=True)
class Returns:
    """The chances that a good and an evil worker return the result of what they picked up."""

    good: Fraction
    evil: Fraction

    def thinned(self, draw: Draw, picked: int) -> Draw:
        """Those of `picked` workers who return, each on its own."""
        return Draw(self._rows(draw), draw.total * self._unit**picked)

    @property
    def _unit(self) -> int:
        return self.good.denominator * self.evil.denominator

    def _rows(self, draw: Draw) -> Iterator[tuple[int, int, int]]:
        for good, evil, ways in draw.compositions:
            evil_ways = _returning(evil, self.evil, self._unit)
            for good_back, good_ways in enumerate(_returning(good, self.good, self._unit)):
                for evil_back, more in enumerate(evil_ways):
                    yield good_back, evil_back, ways * good_ways * more


def p_good_deadline(
    pool: int | None,
    evil: Number,
    n: int,
    return_good: Number,
    return_evil: Number,
    *,
    quorum: int = 1,
    behaviour: Behaviour = "collude",
    tie: str = "none",
) -> Fraction:
    """P(paid | a good worker that returned) when the n - 1 others may be silent at the deadline.

    `return_good` and `return_evil` are the chances that a good and an evil worker return; fewer
    than `quorum` results pay nobody; the rest as in `p_good`.
    """
    asked = question("good", pool, evil, n, behaviour, tie)
    return _at_deadline(asked, _returns(return_good, return_evil), quorum)


def p_evil_deadline(
    pool: int | None,
    evil: Number,
    n: int,
    return_good: Number,
    return_evil: Number,
    *,
    quorum: int = 1,
    behaviour: Behaviour = "collude",
    tie: str = "none",
) -> Fraction:
    """Q(paid | an evil worker that returned); arguments as `p_good_deadline`."""
    asked = question("evil", pool, evil, n, behaviour, tie)
    return _at_deadline(asked, _returns(return_good, return_evil), quorum)


def p_correct_deadline(
    pool: int | None,
    evil: Number,
    n: int,
    return_good: Number,
    return_evil: Number,
    *,
    quorum: int = 1,
    behaviour: Behaviour = "collude",
    tie: str = "none",
) -> Fraction:
    """W, the chance that the deadline ends with the correct model; as `p_good_deadline`."""
    asked = question("correct", pool, evil, n, behaviour, tie)
    return _at_deadline(asked, _returns(return_good, return_evil), quorum)


def p_good_fill(
    pool: int | None,
    evil: Number,
    n: int,
    return_good: Number,
    return_evil: Number,
    *,
    behaviour: Behaviour = "collude",
    tie: str = "none",
) -> Fraction:
    """P(paid | a good worker whose result was taken in) when the n-th result closes the job.

    Everybody in the pool may answer, in random order, each with its chance of returning. A job that
    never fills pays nobody; a result that comes after the n-th is not taken in.
    """
    asked = question("good", pool, evil, n, behaviour, tie)
    return _when_full(asked, _returns(return_good, return_evil))


def p_evil_fill(
    pool: int | None,
    evil: Number,
    n: int,
    return_good: Number,
    return_evil: Number,
    *,
    behaviour: Behaviour = "collude",
    tie: str = "none",
) -> Fraction:
    """Q(paid | an evil worker whose result was taken in); arguments as `p_good_fill`."""
    asked = question("evil", pool, evil, n, behaviour, tie)
    return _when_full(asked, _returns(return_good, return_evil))


def p_correct_fill(
    pool: int | None,
    evil: Number,
    n: int,
    return_good: Number,
    return_evil: Number,
    *,
    behaviour: Behaviour = "collude",
    tie: str = "none",
) -> Fraction:
    """W, the chance that the job fills and its model is the correct one; as `p_good_fill`."""
    asked = question("correct", pool, evil, n, behaviour, tie)
    return _when_full(asked, _returns(return_good, return_evil))


def _returns(good: Number, evil: Number) -> Returns:
    return Returns(exact.share(good, "return_good"), exact.share(evil, "return_evil"))


def _returning(workers: int, chance: Fraction, unit: int) -> list[int]:
    """The ways, of unit^workers, in which 0, 1, … of so many workers return."""
    back = chance.numerator * (unit // chance.denominator)
    return [
        comb(workers, some) * back**some * (unit - back) ** (workers - some)
        for some in range(workers + 1)
    ]


def _at_deadline(asked: Question, returns: Returns, quorum: int) -> Fraction:
    size, least = asked.drawn + asked.own, exact.count(quorum, "the quorum", least=1)
    if least > size:
        raise UsageError(f"a quorum of {least} is more than the job's {size} results: lower it")
    if asked.others is None:
        return Fraction(0)
    draw = returns.thinned(asked.others.draw(asked.drawn), asked.drawn)
    return draw.mean(lambda g, e: asked.share(g, e) if g + e + asked.own >= least else 0)


def _when_full(asked: Question, returns: Returns) -> Fraction:
    if asked.others is None:
        return Fraction(0)
    if isinstance(asked.others, EndlessPool):
        return _among_returning(asked.others, returns).draw(asked.drawn).mean(asked.share)
    return _of_finite(asked, asked.others, returns)


def _among_returning(pool: EndlessPool, returns: Returns) -> EndlessPool:
    evil = pool.evil_share * returns.evil
    some = evil + (1 - pool.evil_share) * returns.good
    if not some:
        raise UsageError("no worker ever returns a result: give a return chance above 0")
    return EndlessPool(evil / some)


def _of_finite(asked: Question, others: FinitePool, returns: Returns) -> Fraction:
    """By who returns: one's own result is among the first n of r with the chance n/r."""
    size = asked.drawn + asked.own
    taken = paid = Fraction(0)
    everybody = others.draw(others.size)
    for good, evil, ways in returns.thinned(everybody, others.size).compositions:
        if not ways:
            continue
        came = good + evil + asked.own
        weight = ways * (Fraction(size, came) if asked.own and came > size else 1)
        taken += weight
        if came >= size:
            paid += weight * FinitePool(good, evil).draw(asked.drawn).mean(asked.share)
    return paid / taken
