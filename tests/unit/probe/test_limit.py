"""A limit is found to the last unit, in few questions, and in bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.probe.deadline import Deadline, OutOfTime
from bench.probe.limit import NoLimit, largest

LOW, HIGH = 10, 2**20


class Oracle:
    """Passes up to a limit, and counts how often it is asked."""

    def __init__(self, limit: int) -> None:
        self.limit, self.asked = limit, 0

    def __call__(self, number: int) -> bool:
        assert LOW <= number <= HIGH
        self.asked += 1
        return number <= self.limit


@given(limit=st.integers(LOW, HIGH - 1), guess=st.integers(-5, 2 * HIGH))
def test_any_limit_is_found_from_any_guess(limit, guess):
    oracle = Oracle(limit)
    assert largest(oracle, guess=guess, low=LOW, high=HIGH) == limit
    assert oracle.asked <= 24  # two for the guess, two for the ends, 20 halvings


@given(limit=st.integers(LOW, HIGH - 1))
def test_a_right_guess_takes_two_questions(limit):
    oracle = Oracle(limit)
    assert largest(oracle, guess=limit, low=LOW, high=HIGH) == limit
    assert oracle.asked == 2


@given(guess=st.integers(0, 2 * HIGH))
def test_a_limit_outside_the_range_is_no_limit(guess):
    with pytest.raises(NoLimit, match="even 1,048,576 passes"):
        largest(Oracle(HIGH), guess=guess, low=LOW, high=HIGH)
    with pytest.raises(NoLimit, match="even 10 does not pass"):
        largest(Oracle(LOW - 1), guess=guess, low=LOW, high=HIGH)


def test_waiting_ends():
    with pytest.raises(OutOfTime, match=r"a miracle did not come within 0\.1 s"):
        Deadline(0.1).until(lambda: None, "a miracle")
    answers = iter([None, None, 0])
    assert Deadline(5).until(lambda: next(answers), "zero") == 0
