"""Curves over offered rates, and what gave out at their ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.record.reader import read_run
from bench.record.schema import BlockRow, ResourceRow
from bench.record.writer import ResourceFile
from bench.report.frame import cells_of
from bench.report.points import points
from bench.report.saturation import Curve, curves, judge
from bench.report.summary import summarise
from bench.report.sustained import bracket, by_most
from tests.unit.report import synthetic
from tests.unit.report.synthetic import (
    GAS_LIMIT,
    START_S,
    TRANSACTION_GAS,
    Load,
    block_rows,
    write_run,
)

_WIDE = {"gas_limit": 700_000_000, "gas_predicted": TRANSACTION_GAS}
Drawn = Callable[..., list[Curve]]


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    """The curves of a run that holds these loads; `busy` and `share` are of every cell."""

    def make(
        *loads: Load, busy: float | None = None, share: float = 0.0, name: str = "run"
    ) -> list[Curve]:
        path = write_run(tmp_path / name, loads)
        for load in loads if busy is not None else ():
            _sample(path, load.cell, busy=busy or 0.0, share=share)
        return curves(points(cells_of(read_run(path), "run-1")))

    return make


def _sample(run: Path, cell: str, *, busy: float, share: float) -> None:
    """A row a validator and second: two of them on four cores, 1 kB written a second each."""
    file = ResourceFile(run, cell)
    for second in range(14):
        for validator in (0, 1):
            file.write(
                ResourceRow(
                    cell=cell,
                    at_s=START_S + second,
                    validator=validator,
                    cpu_s=2 * share * second,
                    memory_bytes=10**8 + second,
                    disk_bytes=1000 * second,
                    network_in_bytes=None,
                    network_out_bytes=500 * second if second % 5 == 0 else None,
                    pending=second if validator else None,
                    queued=0,
                    machine_busy=busy,
                    cores=4,
                )
            )
    file.close()


def _load(rate: int, **changes: Any) -> Load:
    facts = _WIDE | changes.pop("facts", {})
    return Load(cell=f"rate-{rate}", rate=rate, facts=facts, **changes)


def _failing(rate: int, outcome: str = "rejected", reason: str = "no room") -> Load:
    return _load(rate, failing=dict.fromkeys(range(1, 12 * rate, 3), (outcome, reason)))


def test_one_rate_is_no_curve(drawn: Drawn) -> None:
    assert drawn(_load(5)) == []


def test_the_bracket_lies_between_what_was_sustained_and_what_was_not(drawn: Drawn) -> None:
    [curve] = drawn(_failing(9), _load(3), _load(6))
    assert [step.offered_per_s for step in curve.steps] == [3, 6, 9]
    assert [step.sustained for step in curve.steps] == [True, True, False]
    assert curve.bracket == (6, 9)
    assert curve.sustained_per_s == pytest.approx(6.0)
    assert curve.sustained_bytes_per_s == pytest.approx(6 * 31_400)
    assert curve.ci95 is not None
    assert curve.ci95[0] <= 6.0 <= curve.ci95[1]
    assert curve.steps[2].why == "36 of 108 failed (36 rejected)"


def test_a_rate_above_one_that_failed_counts(drawn: Drawn) -> None:
    [curve] = drawn(_failing(3), _load(6))
    assert curve.bracket == (6, None)
    assert curve.gave_out == "none seen"


def test_nothing_sustained_has_no_rate(drawn: Drawn) -> None:
    [curve] = drawn(_failing(3), _failing(6))
    assert (curve.sustained_per_s, curve.ci95, curve.bracket) == (None, None, (None, 3))


def test_the_pool_that_refused_is_named(drawn: Drawn) -> None:
    [curve] = drawn(_load(3), _failing(6, reason="txpool is full"))
    assert (curve.gave_out, curve.why) == ("pool", "24 rejected: txpool is full")


def test_full_blocks_are_named(drawn: Drawn) -> None:
    tight = {"facts": {"gas_limit": GAS_LIMIT}}
    full = GAS_LIMIT // TRANSACTION_GAS
    over = _load(full, **tight, failing={30: ("timed_out", "still in the pool")})
    [curve] = drawn(_load(3, **tight), over)
    assert curve.gave_out == "block gas"


def test_a_lagging_generator_is_named(drawn: Drawn) -> None:
    end = {"valid": False, "invalid_reason": "the generator lagged 2.00 s behind its schedule"}
    [curve] = drawn(_load(3), _load(6, end=end))
    assert curve.gave_out == "generator"
    assert not curve.steps[1].valid


def test_a_run_that_broke_down_says_nothing_of_the_limit(drawn: Drawn) -> None:
    end = {"valid": False, "invalid_reason": "the generator left no result"}
    [curve] = drawn(_load(3), _load(6, end=end), _failing(9))
    assert curve.bracket == (3, 9)
    assert not curve.steps[1].valid


def test_where_every_run_broke_down_no_rate_was_sustained(drawn: Drawn) -> None:
    end = {"valid": False, "invalid_reason": "the generator left no result"}
    [curve] = drawn(_load(3, end=end), _load(6, end=end))
    assert (curve.bracket, curve.gave_out) == ((None, None), "unknown")
    assert curve.why == "no run of it can be judged"


def test_a_halt_with_a_backlog_above_the_wire_limit_is_the_block_message_s(drawn: Drawn) -> None:
    lost = dict.fromkeys(range(100, 600), ("timed_out", "no block for 35 s"))
    [curve] = drawn(_load(3), _load(50, failing=lost, end={"outcome": "halted"}))
    assert curve.gave_out == "block message"
    assert "500 submissions waited" in curve.why


def test_empty_blocks_under_load_are_late_blocks(drawn: Drawn, monkeypatch: Any) -> None:
    monkeypatch.setattr(synthetic, "block_rows", _every_other_empty)
    [curve] = drawn(_load(3), _failing(6))
    assert curve.gave_out == "late blocks"
    assert curve.why.startswith("5 of 10 blocks were empty while submissions waited")
    [busy] = drawn(_load(3), _failing(6), busy=0.97, share=0.8, name="busy")
    assert busy.gave_out == "validator CPU"
    assert "5 of 10 blocks were empty" in busy.why


def _every_other_empty(load: Load) -> list[BlockRow]:
    return [
        replace(row, transactions=0, ours=0, gas_used=0) if row.number % 2 else row
        for row in block_rows(load)
    ]


@pytest.mark.parametrize(("rounds", "named"), [(1, "unknown"), (2, "round changes")])
def test_one_failed_round_is_a_hiccup(
    drawn: Drawn, monkeypatch: Any, rounds: int, named: str
) -> None:
    def failed(load: Load) -> list[BlockRow]:
        return [replace(row, round=int(row.number <= rounds)) for row in block_rows(load)]

    monkeypatch.setattr(synthetic, "block_rows", failed)
    [curve] = drawn(_load(3), _failing(6))
    assert curve.gave_out == named


def test_a_busy_machine_is_told_from_busy_validators(drawn: Drawn) -> None:
    [curve] = drawn(_load(3), _failing(6), busy=0.97, share=0.8)
    assert curve.gave_out == "validator CPU"
    assert curve.why == "the machine was 97 % busy, 80 % by validators"


def test_others_work_is_no_validator_s(drawn: Drawn) -> None:
    [curve] = drawn(_load(3), _failing(6), busy=0.97, share=0.1)
    assert curve.gave_out == "machine CPU"


def test_a_point_says_what_its_validators_used(tmp_path: Path, summarised: Any) -> None:
    path = write_run(tmp_path / "sampled", [_load(5)])
    _sample(path, "rate-5", busy=0.5, share=0.25)
    [curve_cells] = points(cells_of(read_run(path), "run-1"))
    point = summarise(curve_cells)
    payload_bytes = 60 * 31_400
    assert point.validator_cpu_share == pytest.approx(0.25)
    assert point.machine_busy == pytest.approx(0.5)
    assert point.validator_memory_bytes == 10**8 + 13
    assert point.pool_pending_max == 11
    assert point.disk_bytes_per_payload_byte == pytest.approx(2 * 13_000 / payload_bytes)
    assert point.network_bytes_per_payload_byte == pytest.approx(2 * 5_000 / payload_bytes)
    [bare] = summarised(_load(5))
    assert bare.validator_cpu_share is None


def test_a_pool_that_grows_is_not_sustained(measured: Callable[..., Any]) -> None:
    assert judge(measured(rate=10)) == ""
    late = measured(rate=10)
    rows = late.rows.copy()
    elapsed_s = rows["intended_s"] - START_S
    rows["seen_s"] = rows["intended_s"] + 1.5 + elapsed_s / 3  # waits 4 s longer at the end
    assert "in flight became" in judge(_with_rows(late, rows))


def _with_rows(cell: Any, rows: Any) -> Any:
    return replace(cell, rows=rows.assign(latency_s=rows["seen_s"] - rows["intended_s"]))


def test_most_runs_decide_and_a_tie_does_not() -> None:
    assert by_most([True, True, False])
    assert not by_most([True, False])
    assert bracket({10: True, 20: False, 30: True, 40: False, 50: False}) == (30, 40)
    assert bracket({}) == (None, None)
