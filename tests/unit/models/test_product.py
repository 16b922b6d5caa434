"""Long products keep their order: against exact fractions, and against a fixed-point product."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from hypothesis import given, settings
from hypothesis import strategies as st

from system.models.classifiers.bayes import NaiveBayes
from system.models.classifiers.product import FACTOR_BITS, Product, quotient

factors = st.integers(1, 2**FACTOR_BITS - 1)
ratios = st.lists(st.tuples(factors, factors), min_size=1, max_size=250)


def ordered(pairs: list[tuple[int, int]]) -> int:
    """The order of Π above / Π below."""
    above, below = Product(1), Product(1)
    for top, bottom in pairs:
        above, below = above.times(top), below.times(bottom)
    return quotient(above, below)


def exact(pairs: list[tuple[int, int]]) -> Fraction:
    return Fraction(prod(top for top, _ in pairs), prod(bottom for _, bottom in pairs))


def read_back(order: int) -> Fraction:
    """The quotient that an order stands for."""
    power, ratio = order >> 128, order & (2**128 - 1)
    return Fraction(ratio) * Fraction(2) ** (power - 128)


@settings(deadline=None)
@given(pairs=ratios)
def test_a_quotient_is_off_by_less_than_its_bound(pairs):
    off = read_back(ordered(pairs)) / exact(pairs) - 1
    assert abs(off) < Fraction(len(pairs) + 2, 2**124)


@settings(deadline=None)
@given(pairs=ratios, extra=st.integers(0, 20), end=st.sampled_from([-1, 1]))
def test_quotients_beyond_the_bound_keep_their_order(pairs, extra, end):
    # The last factor has 66 bits and is moved by a few of the lowest.
    near = [*pairs[:-1], (pairs[-1][0] + end * (1 << extra), pairs[-1][1])]
    if not 0 < near[-1][0] < 2**FACTOR_BITS:
        near = [*pairs, (2, 1)]
    one, other = exact(pairs), exact(near)
    length = max(len(pairs), len(near))
    assert abs(one / other - 1) > Fraction(2 * length + 4, 2**124)
    assert (ordered(pairs) > ordered(near)) == (one > other)


def test_products_of_a_few_factors_are_exact():
    assert read_back(ordered([(3, 1), (5, 1)])) == 15
    assert read_back(ordered([(1, 8)])) == Fraction(1, 8)


def test_two_hundred_indices_are_told_apart_where_fixed_point_gives_zero():
    """Each class has seen words of its own; a sample has 101 of one class and 99 of the other."""
    model = NaiveBayes.empty(400, smoothing=10**9)
    for start in (0, 200):
        model.bring(list(range(start, start + 200)), [3] * 200)
        model.add_class(40)
    model.finish()
    for mine, others in ((101, 99), (99, 101)):
        sample = [*range(mine), *range(200, 200 + others)]
        assert [fixed_point(model, sample, cls) for cls in (0, 1)] == [0, 0]
        scores = [exact_score(model, sample, cls) for cls in (0, 1)]
        assert model.predict(sample) == scores.index(max(scores)) == int(others > mine)


def fixed_point(model: NaiveBayes, sample: list[int], cls: int) -> int:
    """The product with nine decimals, cut after each factor."""
    tally = model.counts.now[cls]
    score = tally.samples * 10**9
    for top, bottom in terms(model, sample, cls):
        score = score * top // bottom
    return score


def exact_score(model: NaiveBayes, sample: list[int], cls: int) -> Fraction:
    return model.counts.now[cls].samples * exact(terms(model, sample, cls))


def terms(model: NaiveBayes, sample: list[int], cls: int) -> list[tuple[int, int]]:
    tally, smoothing = model.counts.now[cls], model.smoothing
    below = 10**9 * tally.total + smoothing * model.counts.feature_count
    return [(10**9 * tally.count(index) + smoothing, below) for index in sample]


@settings(deadline=None)
@given(data=st.data())
def test_the_class_is_the_one_of_exact_fractions(data):
    counts = st.lists(st.integers(0, 2**28 - 1), min_size=12, max_size=12)
    model = NaiveBayes.empty(12, data.draw(st.integers(1, 2**40)))
    for _ in range(3):
        model.bring(list(range(12)), data.draw(counts))
        model.add_class(data.draw(st.integers(1, 2**28 - 1)))
    model.finish()
    sample = sorted(data.draw(st.sets(st.integers(0, 11), min_size=1)))
    scores = [exact_score(model, sample, cls) for cls in range(3)]
    apart = all(
        one == other or abs(one / other - 1) > Fraction(2 * len(sample) + 4, 2**124)
        for one in scores
        for other in scores
    )
    if apart:
        assert scores[model.predict(sample)] == max(scores)
