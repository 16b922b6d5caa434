"""The search for the largest block: what it asks, and where it ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.halt.largest import Search, largest, sizes
from bench.halt.result import BlockFact, Outcome, TrialResult
from bench.halt.trial import Trial

SEARCH = Search("edge", passes_bytes=8_000_000, fails_bytes=12_000_000, tolerance=0.001)


def result(trial: Trial, outcome: Outcome, size_bytes: int) -> TrialResult:
    block = BlockFact(9, size_bytes, 1, 1, 1, 1.0)
    return TrialResult(trial.name, outcome, "", 1.0, largest_block=block)


@given(wall=st.integers(min_value=8_000_001, max_value=11_999_999))
def test_the_wall_is_found_to_the_tolerance(wall: int) -> None:
    def run(trial: Trial) -> TrialResult:
        size_bytes = sum(trial.attack.transaction_bytes) + 720
        passes = size_bytes <= wall
        return result(trial, "survived" if passes else "halted", size_bytes if passes else 838)

    found = largest(SEARCH, run=run)
    assert found.passed_bytes <= wall < found.failed_bytes
    assert found.failed_bytes - found.passed_bytes <= 0.001 * found.failed_bytes
    assert len(found.trials) < 15


def test_a_size_that_was_cut_into_two_blocks_has_not_passed() -> None:
    found = largest(SEARCH, run=lambda trial: result(trial, "survived", 4_000_000))
    assert (found.passed_bytes, found.failed_bytes) == (0, 12_000_000)
    assert len(found.trials) == 1


@pytest.mark.parametrize("block_bytes", [1_000_000, 8_000_000, 10_485_760, 12_345_678])
def test_the_transactions_add_up_to_the_block(block_bytes: int) -> None:
    found = sizes(block_bytes)
    assert sum(found) == block_bytes - 720
    assert 1_000 <= min(found) <= max(found) <= 121_000
