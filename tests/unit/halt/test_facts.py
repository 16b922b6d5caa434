"""Outcomes by name, and rates that say something."""

from __future__ import annotations

import pytest

from bench.halt.facts import outcome_of, rates
from bench.halt.result import BlockFact, Outcome, Sent
from bench.halt.trial import Attack, Trial
from bench.halt.watch import End

SENT = Sent(20, 18, 2, "txpool is full", committed=11, waiting=4, seconds=3.0)


@pytest.mark.parametrize(
    ("period_s", "end", "gap_s", "expected"),
    [
        (1, "settled", 2.0, "survived"),
        (1, "late", 2.0, "survived"),
        (1, "settled", 10.0, "stalled-then-recovered"),
        (5, "settled", 49.0, "survived"),
        (5, "settled", 50.0, "stalled-then-recovered"),
        (1, "silent", 2.0, "halted"),
        (1, "silent", 40.0, "halted"),
    ],
)
def test_every_end_has_a_name(period_s: int, end: End, gap_s: float, expected: Outcome) -> None:
    trial = Trial("one", Attack(), settings={"period_s": period_s})
    outcome, note = outcome_of(trial, end, gap_s, SENT)
    assert outcome == expected
    assert ("4 waiting" if expected == "halted" else "11 of 20 committed") in note


def test_what_was_taken_and_is_nowhere_was_evicted() -> None:
    assert SENT.evicted == 3


def block(timestamp_s: float, transactions: int) -> BlockFact:
    return BlockFact(1, 1_000 * transactions, 0, 1, transactions, timestamp_s)


def test_rates_leave_out_what_was_committed_before_their_time_began() -> None:
    made = [block(0, 0), block(10, 7), block(12, 0), block(15, 10), block(20, 20), block(40, 0)]
    assert rates(made) == (3_000, 3.0)


def test_a_rate_over_a_moment_is_none() -> None:
    assert rates([block(10, 7), block(14, 10)]) == (None, None)
    assert rates([]) == (None, None)
