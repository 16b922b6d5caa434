"""The payment formulas against known values, scipy, and what users may get wrong."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy.special import betainc
from scipy.stats import binom, hypergeom

from system.errors import UsageError
from system.jobs.payment import (
    p_correct,
    p_correct_deadline,
    p_evil,
    p_evil_deadline,
    p_good,
    p_good_deadline,
    p_good_fill,
)

# P, Q and W at n = 3, 5, 9, 15, as an independent enumeration and Monte Carlo gave them.
KNOWN = {
    (10, 3): [(0.9167, 0.4167, 0.8167), (0.9524, 0.1667, 0.9167), (1, 0, 1)],
    (10, 4): [(0.8333, 0.5833, 0.6667), (0.8333, 0.4048, 0.7381), (1, 0, 1)],
    (20, 6): [(0.9123, 0.4678, 0.7982), (0.9291, 0.2722, 0.8687), (0.9763, 0.0710, 0.9621)],
    (20, 8): [(0.8363, 0.6140, 0.6561), (0.8230, 0.4750, 0.7038), (0.8562, 0.2966, 0.7951)],
    (20, 9): [(0.7895, 0.6784, 0.5789), (0.7508, 0.5743, 0.6045), (0.7451, 0.4494, 0.6575)],
    (100, 30): [(0.9103, 0.5022, 0.7866), (0.9183, 0.3347, 0.8424), (0.9474, 0.1725, 0.9114)],
    (100, 40): [(0.8392, 0.6351, 0.6495), (0.8209, 0.5159, 0.6862), (0.8298, 0.3888, 0.7424)],
    (100, 49): [(0.7576, 0.7372, 0.5152), (0.6990, 0.6681, 0.5191), (0.6539, 0.6078, 0.5257)],
    (None, "0.3"): [(0.9100, 0.5100, 0.7840), (0.9163, 0.3483, 0.8369), (0.9420, 0.1941, 0.9012)],
    (None, "0.4"): [(0.8400, 0.6400, 0.6480), (0.8208, 0.5248, 0.6826), (0.8263, 0.4059, 0.7334)],
    (None, "0.49"): [(0.7599, 0.7399, 0.5150), (0.7023, 0.6724, 0.5187), (0.6584, 0.6146, 0.5246)],
}
KNOWN_AT_15 = {
    (20, 6): (1, 0, 1),
    (20, 8): (0.9603, 0.0681, 0.9489),
    (20, 9): (0.8158, 0.2668, 0.7786),
    (100, 30): (0.9765, 0.0678, 0.9632),
    (100, 40): (0.8604, 0.2777, 0.8052),
    (100, 49): (0.6287, 0.5648, 0.5339),
    (None, "0.3"): (0.9685, 0.0933, 0.9500),
    (None, "0.4"): (0.8499, 0.3075, 0.7869),
    (None, "0.49"): (0.6337, 0.5751, 0.5314),
}
VECTORS = [
    (pool, evil, n, row)
    for (pool, evil), rows in KNOWN.items()
    for n, row in zip((3, 5, 9), rows, strict=True)
] + [(pool, evil, 15, row) for (pool, evil), row in KNOWN_AT_15.items()]


@pytest.mark.parametrize(("pool", "evil", "n", "expected"), VECTORS)
def test_known_values(pool, evil, n, expected):
    found = [float(each(pool, evil, n)) for each in (p_good, p_evil, p_correct)]
    assert found == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize(
    ("pool", "evil", "n", "expected"),
    [
        (10, 3, 3, "11/12"),
        (10, 3, 5, "20/21"),
        (10, 4, 3, "5/6"),
        (20, 6, 9, "946/969"),
        (20, 8, 15, "1861/1938"),
        (20, 9, 15, "31/38"),
    ],
)
def test_known_fractions(pool, evil, n, expected):
    assert p_good(pool, evil, n) == Fraction(expected)


@pytest.mark.parametrize("n", range(1, 41))
@pytest.mark.parametrize(("pool", "evil"), [(40, 0), (40, 1), (41, 20), (60, 25), (200, 150)])
def test_finite_pools_are_hypergeometric(pool, evil, n):
    below, half = -(-n // 2) - 1, n // 2
    good, correct = hypergeom(pool - 1, evil, n - 1), hypergeom(pool, evil, n)
    assert float(p_good(pool, evil, n)) == pytest.approx(good.cdf(below), rel=1e-9, abs=1e-12)
    assert float(p_correct(pool, evil, n)) == pytest.approx(correct.cdf(below), rel=1e-9, abs=1e-12)
    if evil:
        bad = hypergeom(pool - 1, evil - 1, n - 1).sf(half - 1)
        assert float(p_evil(pool, evil, n)) == pytest.approx(bad, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 15, 40, 101, 1000])
@pytest.mark.parametrize("evil", [0.0, 0.01, 0.3, 0.49, 0.5, 0.75, 1.0])
def test_endless_pools_are_binomial_and_incomplete_betas(evil, n):
    below, half, more = -(-n // 2) - 1, n // 2, n // 2 + 1
    good, bad, right = (float(each(None, evil, n)) for each in (p_good, p_evil, p_correct))
    assert good == pytest.approx(binom.cdf(below, n - 1, evil), rel=1e-9, abs=1e-12)
    assert bad == pytest.approx(binom.sf(half - 1, n - 1, evil), rel=1e-9, abs=1e-12)
    assert right == pytest.approx(binom.cdf(below, n, evil), rel=1e-9, abs=1e-12)
    assert right == pytest.approx(betainc(more, n - half, 1 - evil), rel=1e-9, abs=1e-12)
    if n > 1:
        assert good == pytest.approx(betainc(half, n - half, 1 - evil), rel=1e-9, abs=1e-12)
        assert bad == pytest.approx(betainc(half, n - half, evil), rel=1e-9, abs=1e-12)


def test_a_large_pool_is_nearly_endless():
    near, endless = p_good(10**9, 3 * 10**8, 15), p_good(None, "0.3", 15)
    assert abs(near - endless) < Fraction(1, 10**7)
    assert near != endless


@pytest.mark.parametrize("n", [3, 4, 5])
def test_independent_evil_workers_by_their_formulas(n):
    x = hypergeom(9, 4, n - 1)
    assert float(p_good(10, 4, n, "independent")) == pytest.approx(1 - x.pmf(n - 1))
    random = 1 - x.pmf(n - 1) + x.pmf(n - 1) / n
    assert float(p_good(10, 4, n, "independent", "random")) == pytest.approx(random)
    y = hypergeom(9, 3, n - 1)
    assert p_evil(10, 4, n, "independent") == 0
    expected = (y.pmf(n - 1) + y.pmf(n - 2)) / n
    assert float(p_evil(10, 4, n, "independent", "random")) == pytest.approx(expected)
    assert p_good(None, "0.3", n, "independent") == 1 - Fraction(3, 10) ** (n - 1)


def test_silence_of_good_workers_hurts():
    full, most, some = (p_good_deadline(None, 0.3, 5, back, 1) for back in (1, 0.9, 0.7))
    assert full == p_good(None, 0.3, 5)
    assert [round(float(each), 3) for each in (full, most, some)] == [0.916, 0.866, 0.770]


def test_filling_an_endless_pool_shifts_the_share():
    # 0.3 * 0.5 of 0.3 * 0.5 + 0.7 * 1 answer evilly.
    assert p_good_fill(None, 0.3, 5, 1, 0.5) == p_good(None, Fraction(3, 17), 5)


def test_silence_of_nobody_changes_nothing():
    for arguments in ((10, 4, 5), (None, "0.4", 4)):
        assert p_good_deadline(*arguments, 1, 1) == p_good(*arguments)
        assert p_evil_deadline(*arguments, 1, 1, quorum=arguments[2]) == p_evil(*arguments)
        assert p_correct_deadline(*arguments, 1, 1) == p_correct(*arguments)
        assert p_good_fill(*arguments, 1, 1) == p_good(*arguments)


@pytest.mark.parametrize(
    "evil", [0.3, "0.3", "3/10", Decimal("0.3"), Fraction(3, 10), np.float64(0.3)]
)
def test_numbers_mean_what_is_written(evil):
    assert p_good(None, evil, 3) == Fraction(91, 100)


def test_numpy_s_integers_do_not_overflow():
    found = p_good(np.int64(200), np.int64(80), np.int64(99))
    assert found == p_good(200, 80, 99)


@pytest.mark.parametrize("evil", [float("nan"), float("inf"), Decimal("NaN"), "x", "1/0", None, []])
def test_what_is_no_number_is_refused(evil):
    with pytest.raises(UsageError, match="give a number such as 3, "):
        p_good(None, evil, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((10, 3, 11), "a job of 11 needs more than the pool's 10 workers: lower n"),
        ((10, 3, 0), "the job size n is 0: give a whole number of at least 1"),
        ((10, 3, 2.5), "the job size n is 5/2: give a whole number of at least 1"),
        ((None, 0.3, -1), "the job size n is -1: give a whole number of at least 1"),
        ((0, 0, 1), "the pool is 0: give a whole number of at least 1"),
        ((10, 11, 3), "evil is 11 in a pool of 10: give a number from 0 to 10"),
        ((10, -1, 3), "evil is -1 in a pool of 10: give a number from 0 to 10"),
        ((10, 0.3, 3), "evil is 3/10 in a pool of 10: give how many workers, not their share"),
        ((None, 3, 3), "evil, with an endless pool, is 3: give a share from 0 to 1"),
        ((None, "-0.1", 3), "evil, with an endless pool, is -1/10: give a share from 0 to 1"),
        ((10, 3, 3, "colude"), "there is no behaviour 'colude': did you mean 'collude'?, or"),
        ((10, 3, 3, "collude", "frist"), "there is no tie rule 'frist': did you mean 'first'?"),
        ((10, 3, 3, 0), "the number of cliques is 0: give a whole number of at least 1"),
        ((10, 3, 3, (1, 1)), "the cliques add up to 2, the evil workers to 3: make them the same"),
        ((None, 0.3, 3, ("0.1", "0.3")), "the cliques add up to 2/5, the evil workers to 3/10"),
    ],
)
@pytest.mark.parametrize("chance", [p_good, p_evil, p_correct])
def test_what_does_not_go_together_is_refused(chance, arguments, message):
    with pytest.raises(UsageError) as refused:
        chance(*arguments)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "quorum", "message"),
    [
        ((10, 3, 5, 1.5, 1), 1, "return_good is 3/2: give a share from 0 to 1"),
        ((10, 3, 5, 1, -1), 1, "return_evil is -1: give a share from 0 to 1"),
        ((10, 3, 5, 1, 1), 6, "a quorum of 6 is more than the job's 5 results: lower it"),
        ((10, 3, 5, 1, 1), 0, "the quorum is 0: give a whole number of at least 1"),
    ],
)
def test_deadlines_that_make_no_sense_are_refused(arguments, quorum, message):
    with pytest.raises(UsageError) as refused:
        p_good_deadline(*arguments, quorum=quorum)
    assert str(refused.value) == message


def test_a_job_nobody_answers_is_refused():
    with pytest.raises(UsageError, match="give a return chance above 0"):
        p_good_fill(None, 0.3, 3, 0, 0)


def test_nobody_to_pay_is_paid_with_no_chance():
    assert p_evil(10, 0, 3) == p_good(10, 10, 3) == p_good_deadline(10, 10, 3, 1, 1) == 0
