"""How large a job has to be: the chances from one odd size to the next, and where they suffice.

With n = 2m + 1, P and W change from m to m+1 by b_m·step(m), where b_m is the chance of exactly m
evil ones among the first 2m (P) or 2m + 1 (W) drawn, itself a product of ratios; both follow from
looking at the two workers drawn next. The step's sign changes at most once, from falling to rising:
P falls up to n ≈ 2E/(G-E+1) and never again; W only rises while evil workers are a minority. So the
first size past that point that meets the target is the first from which all larger ones do.

The walk is in integers of 2^-192 that bound the chance from below and above; where the target lies
between the bounds, the exact chance decides. No size is ever judged by a rounded number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from system.errors import UsageError, suggestion
from system.jobs.payment import exact
from system.jobs.payment.chances import p_correct, p_good
from system.jobs.payment.exact import Number
from system.jobs.payment.pools import EndlessPool, FinitePool, pool_of

QUANTITIES: Final = {"p_good": p_good, "p_correct": p_correct}
# A job of that many workers is as good as none, and a walk so far takes seconds.
LARGEST_JOB: Final = 2_000_001
_SCALE: Final = 1 << 192
# A numerator, which may be negative, and a positive denominator.
_Ratio: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Walk:
    """P or W over m: it is `first` at m = 0, as b_0; from `rises_from` on it never falls."""

    first: Fraction
    ratio: Callable[[int], _Ratio]
    step: Callable[[int], _Ratio]
    rises_from: int | None

    def bounds(self) -> Iterator[tuple[int, int]]:
        """Below and above, in units of 1 / _SCALE, from m = 1 on; finite pools end in an error."""
        low = weight_low = self.first.numerator * _SCALE // self.first.denominator
        high = weight_high = low + 1
        m = 0
        while True:
            rise, over = self.step(m)
            low += (weight_low if rise > 0 else weight_high) * rise // over
            high -= (weight_high if rise > 0 else weight_low) * -rise // over
            up, down = self.ratio(m)
            weight_low, weight_high = weight_low * up // down, -(weight_high * -up // down)
            m += 1
            yield low, high


def min_job_size(pool: int | None, evil: Number, target: Number, quantity: str = "p_good") -> int:
    """The smallest odd n ≥ 3 from which every odd n, up to the pool, gives at least `target`.

    `pool` and `evil` as in `p_good`, evil workers collude; `quantity` is "p_good" or "p_correct".
    P alone says little, for one worker is always paid: ask for both. Raises UsageError where no
    size does it, or none up to LARGEST_JOB.
    """
    workers, least = pool_of(pool, evil), exact.share(target, "the target")
    if quantity not in QUANTITIES:
        raise UsageError(
            f"there is no quantity {quantity!r}: {suggestion(str(quantity), QUANTITIES)}"
        )
    judge = _Judge(workers.size, evil, least, quantity)
    if isinstance(workers, EndlessPool):
        found = _in_endless(workers, judge)
    else:
        found = _in_finite(workers, judge)
    if found is None:
        raise UsageError(
            f"no job size up to {judge.largest:,} gives a {quantity} of {float(least):.6g} with "
            f"{_shown(workers)}: lower the target, or take fewer evil workers"
        )
    return found


def _in_finite(pool: FinitePool, judge: _Judge) -> int | None:
    if pool.size < 3:
        raise UsageError(f"a pool of {pool.size} has no job of 3 results: take a larger pool")
    walk = _finite_good(pool) if judge.quantity == "p_good" else _finite_correct(pool)
    return _lasting(walk, judge)


def _in_endless(pool: EndlessPool, judge: _Judge) -> int | None:
    evil, half = pool.evil_share, Fraction(1, 2)
    # Large jobs leave 1, 1/2 or 0; a minority of evil workers leaves both chances above 1/2 always.
    limit = 1 if evil < half else half if evil == half else 0
    if judge.target > limit or (judge.target == 1 and evil):
        raise UsageError(
            f"no job size gives a {judge.quantity} of {float(judge.target):.6g} with "
            f"{_shown(pool)}, where large jobs near {limit}: lower the target, or take fewer"
        )
    if judge.target <= min(limit, half):
        return 3
    walk = _endless_good(evil) if judge.quantity == "p_good" else _endless_correct(evil)
    return _lasting(walk, judge)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Whether a job size meets the target, from bounds where they say it, else exactly."""

    pool: int | None
    evil: Number
    target: Fraction
    quantity: str

    @property
    def largest(self) -> int:
        """The largest job there is to judge."""
        return LARGEST_JOB if self.pool is None else min(self.pool, LARGEST_JOB)

    def meets(self, n: int, low: int, high: int) -> bool:
        """`low` and `high` bound the chance at n."""
        wanted = self.target.numerator * _SCALE
        if low * self.target.denominator >= wanted:
            return True
        if high * self.target.denominator < wanted:
            return False
        return QUANTITIES[self.quantity](self.pool, self.evil, n) >= self.target


def _lasting(walk: _Walk, judge: _Judge) -> int | None:
    """The first odd n from which all meet the target, up to the pool; None if the last does not."""
    found = None
    for n, (low, high) in zip(range(3, judge.largest + 1, 2), walk.bounds(), strict=False):
        if judge.meets(n, low, high):
            found = found or n
        elif walk.rises_from is None:
            return None
        else:
            found = None
        if found and walk.rises_from is not None and n >= 2 * walk.rises_from + 1:
            return found
    return found if judge.largest == judge.pool else None


def _endless_good(share: Fraction) -> _Walk:
    evil, good = share.numerator, share.denominator - share.numerator
    square = share.denominator**2
    return _Walk(
        Fraction(1),
        lambda m: (2 * (2 * m + 1) * evil * good, (m + 1) * square),
        lambda m: (evil * (good * m - evil * (m + 1)), (m + 1) * square),
        -(-evil // (good - evil)),
    )


def _endless_correct(share: Fraction) -> _Walk:
    evil, good = share.numerator, share.denominator - share.numerator
    square = share.denominator**2
    return _Walk(
        1 - share,
        lambda m: (2 * (2 * m + 3) * evil * good, (m + 2) * square),
        lambda m: (evil * (good - evil), square),
        0,
    )


def _finite_good(pool: FinitePool) -> _Walk:
    good, evil, others = pool.good, pool.evil, pool.size - 1

    def left(m: int) -> int:
        return (m + 1) * (others - 2 * m) * (others - 2 * m - 1)

    return _Walk(
        Fraction(min(good, 1)),
        lambda m: (2 * (evil - m) * (good - 1 - m) * (2 * m + 1), left(m)),
        lambda m: ((evil - m) * (m * (good - evil + 1) - (evil - 1)), left(m)),
        max(0, -(-(evil - 1) // (good - evil + 1))) if evil <= good else None,
    )


def _finite_correct(pool: FinitePool) -> _Walk:
    good, evil, size = pool.good, pool.evil, pool.size

    def left(m: int) -> int:
        return (size - 2 * m - 1) * (size - 2 * m - 2)

    return _Walk(
        Fraction(good, size),
        lambda m: (2 * (evil - m) * (good - m - 1) * (2 * m + 3), (m + 2) * left(m)),
        lambda m: ((evil - m) * (good - evil), left(m)),
        0 if evil <= good else None,
    )


def _shown(pool: FinitePool | EndlessPool) -> str:
    if isinstance(pool, EndlessPool):
        return f"{float(pool.evil_share):.6g} of an endless pool evil"
    return f"{pool.evil} of {pool.size} workers evil"
