"""The odds of mixed pools: against the formulas where these apply, and against every draw."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations

import pytest

from system.jobs.odds import chance_paid
from system.jobs.payment import p_evil, p_good


def pool(**counts: int) -> tuple[str, ...]:
    return tuple(name for name, count in counts.items() for _ in range(count))


@pytest.mark.parametrize("tie", ["none", "first"])
@pytest.mark.parametrize(("workers", "evil"), [(5, 1), (8, 3), (9, 4), (10, 6)])
def test_one_kind_of_evil_has_the_formula_s_odds(workers: int, evil: int, tie: str) -> None:
    for n in range(1, workers + 1):
        for name, kind in (("collude", "collude"), ("random", "independent")):
            names = pool(honest=workers - evil, **{name: evil})
            good = chance_paid(names, "honest", n, tie=tie)
            bad = chance_paid(names, name, n, tie=tie)
            assert good == p_good(workers, evil, n, kind, tie)
            assert bad == p_evil(workers, evil, n, kind, tie)


def recounted(names: tuple[str, ...], of: str, n: int, *, alone: set[str], tie: str) -> Fraction:
    """The same by looking at every order in which workers come: the first n have the seats."""
    paid = seats = 0
    for order in permutations(range(len(names)), n):
        votes: dict[object, int] = Counter()
        for worker in order:
            if names[worker] not in ("silent", "grief", "copycat", "withhold"):
                votes[worker if names[worker] in alone else names[worker]] += 1
        most = max(votes.values(), default=0)
        largest = [group for group, count in votes.items() if count == most]
        won = largest[0] if largest and (len(largest) == 1 or tie == "first") else None
        for worker in order:
            if names[worker] == of:
                seats += 1
                paid += won == (worker if of in alone else of)
    return Fraction(paid, seats)


@pytest.mark.parametrize("tie", ["none", "first"])
@pytest.mark.parametrize("agree", [True, False])
def test_mixed_pools_have_the_odds_of_all_draws(agree: bool, tie: str) -> None:
    names = pool(honest=2, collude=2, flip=1, random=1, silent=1)
    alone = {"random"} if agree else {"honest", "flip", "random"}
    for n in (1, 3, 4, 5):
        for of in ("honest", "collude", "flip", "random"):
            found = chance_paid(names, of, n, agree=agree, tie=tie)
            assert found == recounted(names, of, n, alone=alone, tie=tie)


def test_whoever_returns_nothing_is_never_paid() -> None:
    names = pool(honest=2, silent=1, grief=1, copycat=1, withhold=1)
    for of in ("silent", "grief", "copycat", "withhold"):
        assert chance_paid(names, of, 3) == 0
    draws = list(combinations(names, 3))
    with_honest = [one for one in draws if "honest" in one]
    assert len(with_honest) < len(draws)
    assert chance_paid(names, "honest", 3) == 1


def test_floats_that_never_agree_are_never_paid() -> None:
    assert chance_paid(pool(honest=5), "honest", 3, agree=False) == 0
    assert chance_paid(pool(honest=5), "honest", 1, agree=False) == 1


def test_what_hangs_on_chance_or_on_others_has_no_exact_odds() -> None:
    for name in ("slow", "crash"):
        assert chance_paid(pool(honest=3, **{name: 1}), "honest", 3) is None
    copied = pool(honest=3, copycat=1)
    assert chance_paid(copied, "honest", 3, plain=True) is None
    assert chance_paid(copied, "honest", 3) == 1
    assert chance_paid(pool(honest=3, withhold=1), "honest", 3, by_hash=True) is None
    many = pool(honest=100, collude=30, flip=30, random=30, silent=30)
    assert chance_paid(many, "honest", 101) is None


def test_who_is_not_there_is_not_paid() -> None:
    assert chance_paid(pool(honest=3), "flip", 3) == 0
    assert chance_paid(pool(honest=3), "honest", 4) == 0
