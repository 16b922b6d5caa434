"""The smallest job from which all larger ones meet a target, against its definition."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from system.errors import UsageError
from system.jobs.payment import min_job_size, p_correct, p_good

TARGETS = ("0.9", "0.95", "0.99")
QUANTITIES = {"p_good": p_good, "p_correct": p_correct}
# By target, for P and for W.
KNOWN = {
    (None, "0.3"): ((3, 11, 27), (9, 17, 31)),
    (None, "0.4"): ((31, 57, 123), (41, 67, 133)),
    (None, "0.49"): ((4005, 6663, 13429), (4105, 6763, 13527)),
    (100, 30): ((3, 11, 21), (9, 13, 23)),
    (100, 40): ((23, 37, 55), (29, 41, 57)),
    (100, 49): ((99, 99, 99), (99, 99, 99)),
    (20, 8): ((13, 15, 17), (15, 17, 17)),
    (10, 4): ((9, 9, 9), (9, 9, 9)),
}


@pytest.mark.parametrize(("pool", "evil"), KNOWN)
def test_known_sizes(pool, evil):
    for quantity, known in zip(QUANTITIES, KNOWN[pool, evil], strict=True):
        assert tuple(min_job_size(pool, evil, each, quantity) for each in TARGETS) == known


def by_definition(pool, evil, target, quantity):
    """From the largest odd size down, as long as the exact chance meets the target."""
    found = None
    for n in range(pool - 1 + pool % 2, 1, -2):
        if QUANTITIES[quantity](pool, evil, n) < target:
            break
        found = n
    return found


@settings(max_examples=200, deadline=None)
@given(
    st.integers(3, 60).flatmap(lambda pool: st.tuples(st.just(pool), st.integers(0, pool))),
    st.fractions(0, 1, max_denominator=50),
    st.sampled_from(sorted(QUANTITIES)),
)
@example((30, 15), Fraction(1, 2), "p_correct")
@example((31, 16), Fraction(2, 5), "p_good")
@example((31, 31), Fraction(0), "p_good")
def test_finite_pools_by_definition(pool_and_evil, target, quantity):
    pool, evil = pool_and_evil
    expected = by_definition(pool, evil, target, quantity)
    if expected is None:
        with pytest.raises(UsageError, match="lower the target"):
            min_job_size(pool, evil, target, quantity)
    else:
        assert min_job_size(pool, evil, target, quantity) == expected


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("evil", ["0", "0.01", "0.2", "1/3", "0.45", "0.47"])
@pytest.mark.parametrize("target", ["0.51", "0.6", "0.8", "0.95"])
def test_endless_pools_by_definition(target, evil, quantity):
    chance, wanted = QUANTITIES[quantity], Fraction(target)
    found = min_job_size(None, evil, target, quantity)
    assert found % 2 == 1
    assert found == 3 or chance(None, evil, found - 2) < wanted
    assert all(chance(None, evil, n) >= wanted for n in range(found, found + 60, 2))


@pytest.mark.parametrize(("pool", "evil"), [(None, "0.3"), (None, "0.45"), (101, 45), (40, 12)])
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_target_that_is_met_exactly(pool, evil, quantity):
    """No bound decides between a chance and itself, or its neighbours by 10^-80."""
    target, least = QUANTITIES[quantity](pool, evil, 21), Fraction(1, 10**80)
    assert min_job_size(pool, evil, target, quantity) == 21
    assert min_job_size(pool, evil, target - least, quantity) == 21
    assert min_job_size(pool, evil, target + least, quantity) == 23


def test_the_largest_known_size_is_exact():
    assert p_good(None, "0.49", 13_427) < Fraction(99, 100) <= p_good(None, "0.49", 13_429)


def test_a_share_so_near_one_half_that_powers_would_not_fit():
    # The normal approximation says 2.3263^2 / (2 * 0.001)^2.
    assert min_job_size(None, "0.499", "0.99") == pytest.approx(2.3263479**2 / 0.002**2, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((None, "0.5", "0.5"), 3),  # one half always
        ((None, "0.5", "0.5", "p_correct"), 3),
        ((None, "0.4999999", "0.5"), 3),
        ((None, 0, 1), 3),
        ((None, "0.7", 0), 3),
        ((1000, 499, 1), 999),
        ((1000, 499, 1, "p_correct"), 999),
        ((10**7, 10, "0.99999"), 3),
    ],
)
def test_edges(arguments, expected):
    assert min_job_size(*arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (None, "0.5", "0.9"),
            "no job size gives a p_good of 0.9 with 0.5 of an endless pool evil",
        ),
        (
            (None, "0.6", "0.1"),
            "no job size gives a p_good of 0.1 with 0.6 of an endless pool evil",
        ),
        ((None, "0.3", 1), "no job size gives a p_good of 1 with 0.3 of an endless pool evil"),
        ((None, "0.49999", "0.9"), "no job size up to 2,000,001 gives a p_good of 0.9"),
        ((10, 5, "0.9"), "no job size up to 10 gives a p_good of 0.9 with 5 of 10 workers evil"),
        ((10, 9, "0.1", "p_correct"), "no job size up to 10 gives a p_correct of 0.1 with 9 of 10"),
        ((2, 0, "0.9"), "a pool of 2 has no job of 3 results: take a larger pool"),
        ((20, 8, 95), "the target is 95: give a share from 0 to 1"),
        ((20, 8, "0.9", "p_god"), "there is no quantity 'p_god': did you mean 'p_good'?"),
        ((20, 8, "0.9", "p_evil"), "there is no quantity 'p_evil': "),
    ],
)
def test_what_no_size_gives_is_refused(arguments, message):
    with pytest.raises(UsageError) as refused:
        min_job_size(*arguments)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
