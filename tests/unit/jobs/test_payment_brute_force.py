"""The payment formulas against every draw, every arrival order and every silence in small pools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations, product

import pytest

from system.jobs.payment import (
    p_correct,
    p_correct_deadline,
    p_correct_fill,
    p_evil,
    p_evil_deadline,
    p_evil_fill,
    p_good,
    p_good_deadline,
    p_good_fill,
)

RIGHT = "right"
TIES = ("none", "random", "first", "rushed")
BEHAVIOURS = ("collude", "independent", 1, 2, 3)
BACK = Fraction(3, 4), Fraction(2, 3)


def models(good: int, evil: int, behaviour: str | int | tuple[int, ...]) -> list[str]:
    """What each worker of the pool sends, good ones first."""
    if isinstance(behaviour, tuple):
        wrong = [f"wrong {clique}" for clique, size in enumerate(behaviour) for _ in range(size)]
    else:
        cliques = {"collude": 1, "independent": evil}.get(behaviour, behaviour)
        wrong = [f"wrong {place % cliques}" for place in range(evil)]
    return [RIGHT] * good + wrong


def winners(arrived: list[str], tie: str) -> dict[str, Fraction]:
    """The chance of each model to win, by counting as a contract would."""
    sizes = Counter(arrived)  # in the order of arrival
    largest = [model for model, size in sizes.items() if size == max(sizes.values())]
    if tie == "rushed":
        largest.sort(key=lambda model: model == RIGHT)
    if len(largest) == 1 or (largest and tie in ("first", "rushed")):
        return {largest[0]: Fraction(1)}
    return {} if tie == "none" else {model: Fraction(1, len(largest)) for model in largest}


Job = tuple[Fraction, list[str], dict[str, Fraction]]


def chances(jobs: Iterator[Job]) -> tuple[Fraction, Fraction, Fraction]:
    """P, Q and W of jobs, each with its weight, the models counted and who wins."""
    counted, paid = Counter(), Counter()
    total = correct = Fraction(0)
    for weight, sent, won in jobs:
        total += weight
        correct += weight * won.get(RIGHT, 0)
        for model in sent:
            counted[model == RIGHT] += weight
            paid[model == RIGHT] += weight * won.get(model, 0)
    p, q = (Fraction(paid[kind]) / counted[kind] if counted[kind] else 0 for kind in (True, False))
    return p, q, correct / total


def plain(sent: list[str], n: int, tie: str) -> Iterator[Job]:
    for order in permutations(sent, n):
        yield Fraction(1), list(order), winners(list(order), tie)


def silences(sent: list[str]) -> Iterator[tuple[Fraction, list[str]]]:
    """Who returns, with the chance of just these."""
    for returns in product((True, False), repeat=len(sent)):
        weight = Fraction(1)
        for model, back in zip(sent, returns, strict=True):
            chance = BACK[model != RIGHT]
            weight *= chance if back else 1 - chance
        yield weight, [model for model, back in zip(sent, returns, strict=True) if back]


def deadline(sent: list[str], n: int, tie: str, quorum: int) -> Iterator[Job]:
    for picked in permutations(sent, n):
        for weight, back in silences(list(picked)):
            yield weight, back, winners(back, tie) if len(back) >= quorum else {}


def fill(sent: list[str], n: int, tie: str) -> Iterator[Job]:
    for weight, back in silences(sent):
        orders = list(permutations(back))
        for order in orders:
            counted = list(order[:n])
            won = winners(counted, tie) if len(counted) == n else {}
            yield weight / len(orders), counted, won


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("pool", [1, 2, 4, 5, 6])
def test_every_draw_and_order(pool, behaviour):
    for evil in range(pool + 1):
        sent = models(pool - evil, evil, behaviour)
        for n, tie in product(range(1, pool + 1), TIES):
            arguments = (pool, evil, n, behaviour, tie)
            found = p_good(*arguments), p_evil(*arguments), p_correct(*arguments)
            assert found == chances(plain(sent, n, tie)), arguments


@pytest.mark.parametrize("sizes", [(3, 1), (1, 3), (2, 0, 1, 1)])
@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_cliques_of_given_sizes(n, sizes):
    for tie in TIES:
        arguments = (7, 4, n, sizes, tie)
        found = p_good(*arguments), p_evil(*arguments), p_correct(*arguments)
        assert found == chances(plain(models(3, 4, sizes), n, tie)), tie


@pytest.mark.parametrize("behaviour", ["collude", "independent", 2])
@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize("quorum", [1, 3])
def test_every_silence_at_a_deadline(quorum, tie, behaviour):
    for evil, n in product((1, 2, 4), (3, 4)):
        expected = chances(deadline(models(5 - evil, evil, behaviour), n, tie, quorum))
        options = {"quorum": quorum, "behaviour": behaviour, "tie": tie}
        found = tuple(
            chance(5, evil, n, *BACK, **options)
            for chance in (p_good_deadline, p_evil_deadline, p_correct_deadline)
        )
        assert found == expected, (evil, n)


@pytest.mark.parametrize("behaviour", ["collude", "independent", 2])
@pytest.mark.parametrize("tie", TIES)
def test_every_silence_until_a_job_is_full(tie, behaviour):
    for evil, n in product((1, 2, 4), (1, 3, 4)):
        expected = chances(fill(models(5 - evil, evil, behaviour), n, tie))
        found = tuple(
            chance(5, evil, n, *BACK, behaviour=behaviour, tie=tie)
            for chance in (p_good_fill, p_evil_fill, p_correct_fill)
        )
        assert found == expected, (evil, n)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("tie", TIES)
def test_every_composition_of_an_endless_pool(tie, behaviour):
    """Workers of an endless pool are drawn with replacement from 3 good and cliques of 1 or 2."""
    cliques = {"collude": 1, "independent": None}.get(behaviour, behaviour)
    wrong = 2 if cliques is None else cliques
    evil = Fraction(wrong, wrong + 3)
    for n in (1, 2, 3, 4):
        jobs = []
        for picked in product(range(wrong + 3), repeat=n):
            sent = [
                RIGHT if place < 3 else f"wrong {place if cliques else (place, seat)}"
                for seat, place in enumerate(picked)
            ]
            jobs.append((Fraction(1), sent, winners(sent, tie)))
        arguments = (None, evil, n, behaviour, tie)
        found = p_good(*arguments), p_evil(*arguments), p_correct(*arguments)
        assert found == chances(iter(jobs)), n
