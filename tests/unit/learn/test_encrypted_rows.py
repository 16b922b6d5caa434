"""Whether accuracy falls beyond noise, and what an update costs."""

from __future__ import annotations

from bench.learn.encrypted.rows import RoundRow, accuracy_of, cost_of, falls
from system.encrypted.ledger import Entry
from system.encrypted.methods import InPlainSight


def rounds(*right: int, examples: int = 400) -> list[RoundRow]:
    return [
        RoundRow(
            round=number,
            outcome="opened",
            counted=(0, 1),
            dropped=(),
            right=one,
            right_plain=one,
            examples=examples,
            digest="",
            bit_identical=True,
            encryption_s=0.1,
        )
        for number, one in enumerate(right, 1)
    ]


def entry(step: str, *, gas: int, number: int = 1, transactions: int = 2) -> Entry:
    return Entry(
        step=step,
        round=number,
        accounts=2,
        transactions=transactions,
        gas_used=gas,
        wire_bytes=100,
        seconds=1.0,
        first_block=1,
        last_block=1,
    )


def test_noise_is_no_fall():
    assert falls(rounds(300, 320, 310, 330)) == []


def test_a_fall_below_the_best_before_is_one():
    assert falls(rounds(300, 380, 330, 379)) == [3]
    assert falls(rounds(300, 380, 330, 340)) == [3, 4]


def test_a_small_test_set_shows_less():
    assert falls(rounds(30, 38, 36, examples=40)) == []


def test_the_interval_is_around_the_accuracy():
    found = accuracy_of(rounds(300)[0])
    low, high = found["ci95"]
    assert 0.70 < low < found["accuracy"] == 0.75 < high < 0.80


def test_an_update_costs_what_its_submission_and_sum_do():
    entries = [
        entry("register", gas=5_000, number=0),
        entry("submit", gas=1_000),
        entry("add", gas=600, transactions=1),
        entry("judge", gas=40),
    ]
    cost = cost_of(InPlainSight(80, 2), entries, updates=2, encryption_s=0.2)
    assert cost.gas_per_update == 800
    assert cost.gas_per_update_all == 820
    assert cost.transactions_per_update == 1
    assert cost.bytes_per_update == 320
    assert cost_of(InPlainSight(80, 2), [], updates=0, encryption_s=0.0).gas_per_update == 0
