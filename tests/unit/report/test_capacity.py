"""The figures of the verdict: sustained, workers, walls, largest models and the safe gas limit."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import get_args

import pytest

from bench.record.reader import read_run
from bench.record.schema import FirstWall
from bench.report.build import build
from bench.report.capacity_words import ENDS
from bench.report.document import Summary, summarise_runs
from bench.report.frame import cells_of
from bench.report.points import points
from bench.report.saturation import GaveOut
from tests.unit.report.synthetic import Load, chain_limits, write_run

LIMITS = chain_limits()
KNOWN = {"limits": LIMITS.key}


@pytest.fixture
def summary(tmp_path):
    def make(*loads: Load, limits=()) -> Summary:
        name = f"run{len(list(tmp_path.iterdir()))}"
        run = read_run(write_run(tmp_path / name, loads, limits=limits))
        return summarise_runs([run], ["run-1"], points(cells_of(run, "run-1")))

    return make


def lossy(rate: int) -> dict[int, tuple[str, str]]:
    """Every third submission of a load fails for the pool."""
    return dict.fromkeys(range(0, rate * 12, 3), ("rejected", "txpool is full"))


SEARCHED = (
    Load(cell="a", rate=8),
    Load(cell="b", rate=16),
    Load(cell="c", rate=18, failing=lossy(18)),
)


def test_a_searched_size_is_sustained_at_the_highest_rate_that_was_carried(summary):
    [found] = summary(*SEARCHED).verdict.sustained
    assert (found.how, found.gave_out, found.offered_per_s) == ("searched", "pool", 16)
    assert found.per_s == pytest.approx(16)
    assert found.bytes_per_s == pytest.approx(16 * 31_400)
    assert found.ci95 == (pytest.approx(16), pytest.approx(16))
    assert found.bytes_ci95 == (pytest.approx(16 * 31_400), pytest.approx(16 * 31_400))


def test_one_carried_rate_is_the_least_that_is_sustained(summary):
    [found] = summary(Load()).verdict.sustained
    assert (found.how, found.per_s) == ("as offered at least", pytest.approx(10))
    assert found.ci95 is not None


def test_of_rates_that_were_all_carried_the_highest_counts_and_the_limit_is_open(summary):
    [found] = summary(*SEARCHED[:2]).verdict.sustained
    assert (found.how, found.per_s) == ("as offered at least", pytest.approx(16))


def test_where_nothing_was_carried_there_is_no_rate_and_a_reason(summary):
    verdict = summary(Load(failing=lossy(10))).verdict
    [found] = verdict.sustained
    assert (found.how, found.per_s, found.ci95) == ("none carried", None, None)
    assert "40 of 120 failed" in found.why
    assert verdict.workers_per_minute_round[0].workers is None
    assert verdict.capacity == ""


def test_a_closed_loop_carries_at_least_what_it_did(summary):
    closed = Load(facts={"offered_per_s": None, "loop": "closed"})
    [found] = summary(closed).verdict.sustained
    assert (found.how, found.offered_per_s) == ("as offered at least", None)


def test_a_closed_loop_counts_where_no_offered_rate_was_carried(summary):
    closed = Load(cell="z", facts={"offered_per_s": None, "loop": "closed"})
    loads = [Load(cell=f"r{rate}", rate=rate, failing=lossy(rate)) for rate in (6, 9)]
    [found] = summary(*loads, closed).verdict.sustained
    assert (found.how, found.per_s) == ("as offered at least", pytest.approx(10))


def test_jobs_of_several_sizes_are_no_repeats_of_each_other(summary):
    paid = {"job_size": 3, "evil": 0.0, "evil_behaviour": []}
    evil = {"job_size": 5, "evil": 0.2, "evil_behaviour": ["random"]}
    found = summary(Load(cell="a", facts=paid), Load(cell="b", facts=evil))
    assert [cell.repeats for cell in found.cells] == [1, 1]
    assert [one.label for one in found.verdict.points] == [
        "mnist-softmax · jobs of 3",
        "mnist-softmax · jobs of 5",
    ]
    assert len(found.verdict.sustained) == 2


def test_sizes_encodings_and_networks_are_told_apart(summary):
    loads = (
        *SEARCHED,
        Load(cell="d", encoding="int8"),
        Load(cell="e", facts={"gas_limit": 20_000_000}),
        Load(cell="f", facts={"topology": "raft-3"}),
    )
    found = summary(*loads).verdict
    assert len(found.sustained) == len(found.workers_per_minute_round) == 4


def test_workers_leave_the_last_of_them_the_p99(summary):
    found = summary(*SEARCHED).verdict
    p99_s = next(cell.latency_s.p99 for cell in summary(SEARCHED[1]).cells)
    [workers] = found.workers_per_minute_round
    assert workers.workers == math.floor(found.sustained[0].per_s * (60 - p99_s)) == 926
    assert not workers.at_least


def test_a_p99_above_a_minute_leaves_no_worker_any_time(summary):
    slow = Load(late_s=70.0, facts={"period_s": 15.0, "offered_per_s": None, "loop": "closed"})
    found = summary(slow).verdict
    [workers] = found.workers_per_minute_round
    assert workers.workers in (0, None)


def test_a_window_without_a_block_carried_nothing(summary):
    """Nothing failed, and a closed loop offers no rate to fall short of."""
    slow = Load(late_s=70.0, facts={"period_s": 15.0, "offered_per_s": None, "loop": "closed"})
    found = summary(slow).verdict
    assert found.answer == "no"
    assert found.points[0].short == "nothing was committed while it was measured, all of it later"


def test_the_first_wall_of_a_size_has_its_setting(summary):
    wall = FirstWall(name="transaction size", share=0.24, setting="genesis txnSizeLimit")
    loads = (Load(facts={"first_wall": wall}), Load(cell="b", rate=5, facts={"first_wall": wall}))
    [found] = summary(*loads, Load(cell="c", encoding="int8")).verdict.first_wall
    assert (found.wall, found.share, found.setting) == (wall.name, wall.share, wall.setting)
    assert (found.weights_name, found.encoding) == ("mnist-softmax", "float32")


def test_the_largest_model_of_each_encoding_names_its_wall(summary):
    found = summary(Load(facts=KNOWN), limits=[LIMITS]).verdict.largest_model
    assert [(one.encoding, one.one_transaction_weights, one.block_wall) for one in found] == [
        ("int256", 4_086, "block message"),
        ("float32", 32_688, "block gas"),
    ]


@pytest.mark.parametrize(
    ("gas_limit", "consensus", "safe"),
    [
        (21_700_000, "istanbul", True),
        (21_700_001, "istanbul", False),
        (700_000_000, "raft", None),
    ],
)
def test_a_gas_limit_above_the_safe_one_is_said(summary, gas_limit, consensus, safe):
    limits = chain_limits(gas_limit=gas_limit, consensus=consensus)
    found = summary(Load(facts=KNOWN), limits=[limits]).verdict.safe_gas_limit
    assert (found.anything, found.all_zeros) == (21_700_000, 43_400_000)
    assert (found.chain, found.safe) == (gas_limit, safe)
    assert found.by_encoding == {"int256": 167_000_000, "float32": 167_000_000}


@pytest.mark.parametrize(
    ("gas_limit", "words", "chip"),
    [
        (21_700_000, "is safe: no block", "safe"),
        (43_400_000, "stands against a worker who sends zeros; only 21.7 M", "safe from zeros"),
        (43_400_001, "is not safe: above 43.4 M a worker who sends zeros", "not safe"),
    ],
)
def test_the_page_says_against_whom_a_gas_limit_stands(tmp_path, gas_limit, words, chip):
    limits = chain_limits(gas_limit=gas_limit)
    paths = build([write_run(tmp_path / "run", [Load(facts=KNOWN)], limits=[limits])])
    assert words in paths.content.verdict.capacity
    assert f">{chip}</span>" in paths.page.read_text()


def test_of_several_chains_the_one_in_danger_goes_first(summary):
    limits = [
        LIMITS,
        chain_limits(key="raft", consensus="raft", gas_limit=900_000_000),
        chain_limits(key="high", gas_limit=160_000_000),
    ]
    found = summary(Load(facts=KNOWN), limits=limits).verdict
    assert [one.settings for one in found.safe_gas_limits] == ["high", "raft", LIMITS.key]
    assert found.safe_gas_limit == found.safe_gas_limits[0]


def test_the_words_lead_with_the_largest_model_carried(summary):
    limits = chain_limits(gas_limit=160_000_000)
    loads = [replace(load, facts=KNOWN) for load in SEARCHED]
    found = summary(*loads, limits=[limits]).verdict
    assert found.capacity == (
        "The largest model carried is mnist-softmax (7,850 weights) as float32: 16 a second "
        "(16 to 16), or 926 workers in a round of a minute; then the transaction pool is full. "
        "As float32, one transaction takes up to 32,688 weights and one block 148,000; then comes "
        "the block gas. The chain's gas limit of 160 M is not safe: above 43.4 M a worker who "
        "sends zeros can halt it."
    )
    assert found.capacity in found.text


def test_whatever_gives_out_has_words():
    silent = {"unknown", "none seen"}
    assert set(get_args(GaveOut)) - silent == set(ENDS)


def test_a_run_of_before_says_that_limits_were_not_kept(tmp_path):
    paths = build([write_run(tmp_path / "run", [Load()])])
    text, verdict = paths.page.read_text(), json.loads(paths.summary.read_text())["verdict"]
    assert "keeps no record of its chain" in text
    assert (verdict["largest_model"], verdict["first_wall"]) == ([], [])
    assert verdict["safe_gas_limit"] is None
    assert verdict["sustained"][0]["per_s"] == pytest.approx(10)


def test_the_page_says_all_of_the_verdict(tmp_path):
    wall = FirstWall(name="transaction size", share=0.24, setting="genesis txnSizeLimit")
    loads = [replace(load, facts={**KNOWN, "first_wall": wall}) for load in SEARCHED]
    loads[1] = replace(loads[1], sampled=True)
    limits = chain_limits(gas_limit=160_000_000)
    text = build([write_run(tmp_path / "run", loads, limits=[limits])]).page.read_text()
    for said in (
        "32,688",  # weights in one transaction
        "block message",  # what int256 fills first
        ">926<",  # workers
        "24 % of it taken; genesis txnSizeLimit",
        '<span class="chip bad">not safe</span> 160 M gas a block are above the 43.4 M',
        "What the validators used",
        "limit: pool",  # at the curve's axis
    ):
        assert said in text


def test_the_gas_that_was_predicted_stands_beside_the_receipts(tmp_path):
    near = Load(facts={"gas_predicted": 501_000, "gas_calibrated": 500_000})
    text = build([write_run(tmp_path / "run", [near])]).page.read_text()
    assert "501 k<small>+0.2 %</small>" in text


def test_models_trained_on_the_chain_are_told_apart_from_weights_sent_through_it(summary):
    settings = {"classifier": "softmax", "incentive": "stake", "bad": 0.2}
    facts = {"system": "models", "settings": settings, "encoding": "int64", "store": "model"}
    trained = Load(cell="a", name="4000", weights=4_000, rate=4, facts=facts)
    sent = Load(cell="b", name="512", weights=512)
    found = summary(trained, sent).verdict
    assert {(one.system, one.variant) for one in found.sustained} == {
        ("models", "softmax · stake"),
        ("jobs", ""),
    }
    assert found.capacity.startswith(
        "The largest model carried is 512 (512 weights) as float32: at least 10 a second"
    )
    assert (
        "The largest model trained on the chain itself has 4,000 features (softmax · stake): "
        "at least 4 samples a second, claims apart."
    ) in found.capacity
