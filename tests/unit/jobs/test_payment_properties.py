"""What holds for the payment formulas whatever the pool: bounds, order, accounts, exactness."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from system.jobs.payment import (
    p_correct,
    p_correct_deadline,
    p_evil,
    p_evil_deadline,
    p_good,
    p_good_deadline,
    server_spend,
)

CHANCES = (p_good, p_evil, p_correct)
behaviours = st.one_of(st.sampled_from(["collude", "independent"]), st.integers(1, 4))
ties = st.sampled_from(["none", "random", "first", "rushed"])
shares = st.fractions(0, 1, max_denominator=100)


@st.composite
def jobs(draw, evil_minority=False):
    """A pool's size, its evil workers, a job size."""
    pool = draw(st.integers(2, 40))
    most = (pool - 1) // 2 if evil_minority else pool
    return pool, draw(st.integers(0, most)), draw(st.integers(1, min(pool, 15)))


@st.composite
def all_jobs(draw):
    """As `jobs`, or with an endless pool."""
    endless = st.tuples(st.none(), shares, st.integers(1, 15))
    return draw(st.one_of(jobs(), endless))


@given(all_jobs(), behaviours, ties)
def test_chances_are_exact_and_lie_between_0_and_1(job, behaviour, tie):
    for chance in CHANCES:
        found = chance(*job, behaviour, tie)
        assert type(found) is Fraction
        assert 0 <= found <= 1


@given(all_jobs(), behaviours)
def test_a_drawn_lot_helps_and_a_rush_helps_evil_workers_only(job, behaviour):
    for chance in (p_good, p_correct):
        random = chance(*job, behaviour, "random")
        assert chance(*job, behaviour, "none") <= random == chance(*job, behaviour, "first")
        assert chance(*job, behaviour, "rushed") == chance(*job, behaviour, "none")
    none, random, rushed = (p_evil(*job, behaviour, tie) for tie in ("none", "random", "rushed"))
    assert none <= random <= rushed


@given(all_jobs())
def test_colluding_is_the_worst_evil_workers_can_do(job):
    collude, pairs, independent = (p_good(*job, each) for each in ("collude", 2, "independent"))
    assert collude <= pairs <= independent
    assert p_evil(*job) >= p_evil(*job, 2) >= p_evil(*job, "independent")


@given(jobs(), ties)
def test_one_clique_colludes_and_cliques_of_one_are_independent(job, tie):
    for chance in CHANCES:
        assert chance(*job, 1, tie) == chance(*job, "collude", tie)
        assert chance(*job, 10**6, tie) == chance(*job, "independent", tie)


@given(st.integers(1, 7).map(lambda m: 2 * m + 1), st.integers(15, 40))
def test_more_evil_workers_never_help_good_ones(n, pool):
    for chance, better in ((p_good, 1), (p_correct, 1), (p_evil, -1)):
        row = [better * chance(pool, evil, n) for evil in range(pool + 1)]
        assert row == sorted(row, reverse=True)


@given(st.integers(1, 40).flatmap(lambda m: st.tuples(st.just(m), st.integers(0, (m - 1) // 2))))
def test_everybody_s_vote_is_right(pool_and_evil):
    pool, evil = pool_and_evil
    assert p_good(pool, evil, pool) == p_correct(pool, evil, pool) == 1
    assert p_evil(pool, evil, pool) == 0


@given(all_jobs(), behaviours, ties)
def test_the_server_pays_the_members_of_the_group_that_wins(job, behaviour, tie):
    """With evil workers colluding, n·(G/M)·P + n·(E/M)·Q is the mean size of the winning group."""
    pool, evil, n = job
    bad = evil if pool is None else Fraction(evil, pool)
    paid = server_spend(*job, 1, behaviour, tie)
    assert paid == n * (
        (1 - bad) * p_good(*job, behaviour, tie) + bad * p_evil(*job, behaviour, tie)
    )
    assert paid <= n
    if behaviour == "collude" and n % 2:
        assert paid > Fraction(n, 2)


@given(jobs(evil_minority=True))
def test_good_workers_are_paid_more_often_than_evil_ones(job):
    assert p_good(*job) > p_evil(*job) or job[2] == 1


@settings(max_examples=50)
@given(all_jobs(), shares, shares, st.data())
def test_a_quorum_only_takes_away(job, back_good, back_evil, data):
    quorum = data.draw(st.integers(1, job[2]))
    for chance in (p_good_deadline, p_evil_deadline, p_correct_deadline):
        found = chance(*job, back_good, back_evil, quorum=quorum)
        assert 0 <= found <= chance(*job, back_good, back_evil) <= 1


@settings(max_examples=50)
@given(jobs(evil_minority=True), shares)
def test_silent_evil_workers_do_good_ones_no_harm(job, back_evil):
    assert p_good_deadline(*job, 1, back_evil) >= p_good(*job)
