"""The largest that fits fits, and one more does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.capacity.barriers import HALT
from bench.capacity.inverse import MOST_WORKERS, counted, largest_model, most_workers
from bench.capacity.place import place
from bench.capacity.question import weigh
from tests.unit.capacity.shapes import COSTS, a_model, a_setting


@settings(max_examples=15, deadline=None)
@given(
    workers=st.integers(1, 300),
    deadline_s=st.floats(3, 120),
    encoding=st.sampled_from(["float32", "int8", "int256"]),
    store=st.sampled_from(["calldata", "event", "storage"]),
)
def test_one_weight_more_does_not_fit(
    workers: int, deadline_s: float, encoding: str, store: str
) -> None:
    setting = a_setting(deadline_s=deadline_s, encoding=encoding, store=store)
    found = largest_model(a_model(), setting, workers)
    assert found.fits
    assert weigh(a_model(), setting, counted(found.spec.count), workers).fits
    assert not weigh(a_model(), setting, counted(found.spec.count + 1), workers).fits


@settings(max_examples=15, deadline=None)
@given(
    weights=st.integers(1, 200_000),
    deadline_s=st.floats(3, 120),
    encoding=st.sampled_from(["float32", "int8", "int256"]),
)
def test_one_worker_more_does_not_fit(weights: int, deadline_s: float, encoding: str) -> None:
    setting = a_setting(deadline_s=deadline_s, encoding=encoding)
    found = most_workers(a_model(), setting, counted(weights))
    if not found.fits:  # one worker's round is too long already
        assert found.workers == 1
        return
    assert not weigh(a_model(), setting, counted(weights), found.workers + 1).fits


def test_what_surely_fits_is_smaller_and_its_interval_ends_within_the_deadline() -> None:
    found, sure = (
        largest_model(a_model(), a_setting(), 50, surely=surely) for surely in (False, True)
    )
    assert 0 < sure.spec.count < found.spec.count
    assert sure.seconds["round_p95"].high <= 30 < found.seconds["round_p95"].high
    more = weigh(a_model(), a_setting(), counted(sure.spec.count + 1), 50)
    assert more.seconds["round_p95"].high > 30
    few, many = (
        most_workers(a_model(), a_setting(), counted(7_850), surely=surely)
        for surely in (True, False)
    )
    assert few.workers < many.workers
    assert few.sure_share <= 1 < many.sure_share


def test_a_deadline_below_the_wait_for_a_block_lets_nothing_through() -> None:
    setting = a_setting(deadline_s=1.0)
    assert not largest_model(a_model(), setting, 1).fits
    found = most_workers(a_model(), setting, counted(10))
    assert (found.fits, found.workers) == (False, 1)


def test_what_never_gets_slower_has_an_end_all_the_same() -> None:
    free = {name: cost if name == "block period" else 0.0 for name, cost in COSTS.items()}
    pool = a_setting(store="hash", deadline_s=30.0)
    found = most_workers(a_model(costs=free), pool, counted(100))
    assert found.workers == place("qbft-4").pool_slots < MOST_WORKERS
    assert not weigh(a_model(costs=free), pool, counted(100), found.workers + 1).fits


def test_blocks_that_would_halt_the_chain_do_not_fit_whatever_the_time() -> None:
    # int256 is half zeros: 160 M gas admit more than 10 MiB of it.
    setting = a_setting(encoding="int256", deadline_s=10_000.0)
    found = weigh(a_model(), setting, counted(61_706), 20)
    assert not found.fits
    assert found.wall is not None
    assert found.wall.name == HALT
    largest = largest_model(a_model(), setting, 20)
    assert largest.fits
    assert largest.barriers[0].name == HALT
    assert largest.round.total_bytes <= largest.barriers[0].limit


def test_a_lower_gas_limit_takes_the_halt_out_of_the_way() -> None:
    wall = weigh(a_model(), a_setting(encoding="int256"), counted(61_706), 20).wall
    assert wall is not None
    limit = int(wall.setting.split()[1])
    safe = a_setting(encoding="int256", place=place("qbft-4", gas_limit=limit), deadline_s=1e4)
    assert weigh(a_model(), safe, counted(61_706), 20).fits


def test_random_bytes_fill_a_block_s_gas_before_its_message() -> None:
    found = weigh(a_model(), a_setting(), counted(10**6), 1_000)
    assert HALT not in [wall.name for wall in found.barriers]


@pytest.mark.parametrize("privacy", ["commit", "sealed"])
def test_a_gate_takes_two_transactions_and_a_stage_more(privacy: str) -> None:
    plain = weigh(a_model(), a_setting(), counted(650), 10)
    gated = weigh(a_model(), a_setting(privacy=privacy), counted(650), 10)
    assert gated.submission.transactions == plain.submission.transactions + 2
    assert gated.submission.gas > plain.submission.gas + 100_000
    assert gated.round.stages == 2
    waits = [one.seconds["round_p50"].terms["stage"] for one in (plain, gated)]
    assert waits == [0.0, pytest.approx(2.0)]


def test_sealing_leaves_no_zeros() -> None:
    plain, sealed = (
        weigh(a_model(), a_setting(encoding="int256", privacy=privacy), counted(650), 1)
        for privacy in ("commit", "sealed")
    )
    # 650 weights of 32 bytes, nearly half of them zero at 4 gas instead of 16.
    assert sealed.submission.gas - plain.submission.gas > 650 * 32 * 0.3 * 12
