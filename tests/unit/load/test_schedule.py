"""Schedules fix every send time beforehand and keep the rate they promise."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.account import account
from bench.load.open_loop import lag_figures, rotation
from bench.load.schedule import SHAPES, Schedule, offsets, own_times, planned, share
from system.errors import UsageError

TIMES = {"rate_per_s": st.floats(0.5, 400), "duration_s": st.floats(0.5, 20)}


@given(shape=st.sampled_from(SHAPES), seed=st.integers(0, 9), **TIMES)
def test_times_rise_within_the_duration(shape, rate_per_s, duration_s, seed):
    times = list(offsets(Schedule(shape, rate_per_s, duration_s, seed)))
    assert all(0 <= time < duration_s for time in times)
    assert times == sorted(times)


@given(of=st.integers(1, 5), seed=st.integers(0, 9), shape=st.sampled_from(SHAPES), **TIMES)
def test_processes_together_send_the_whole_schedule(shape, rate_per_s, duration_s, seed, of):
    schedule = Schedule(shape, rate_per_s, duration_s, seed)
    parts = [list(share(offsets(schedule), index=index, of=of)) for index in range(of)]
    assert sorted(itertools.chain(*parts)) == list(offsets(schedule))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("constant", 1000),
        ("soak", 1000),
        ("ramp", 500),  # the rate rises from 0: half of it on average
        ("spike", 360),  # 0.8 of the time at a fifth, 0.2 at the full rate
        ("rounds", 1000),
    ],
)
def test_how_many_are_offered(shape, expected):
    assert planned(Schedule(shape, 100, 10)) == pytest.approx(expected, abs=2)


def test_poisson_offers_its_rate_on_average_with_exponential_gaps():
    times = list(offsets(Schedule("poisson", 200, 100, seed=3)))
    gaps = [after - before for before, after in itertools.pairwise(times)]
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    assert len(times) == pytest.approx(20_000, rel=0.03)
    assert variance**0.5 == pytest.approx(mean, rel=0.05)  # an exponential's signature


def test_a_spike_is_five_times_its_surroundings():
    times = list(offsets(Schedule("spike", 100, 10)))
    inside = sum(4 <= time < 6 for time in times)
    assert inside == pytest.approx(200, abs=2)
    assert len(times) - inside == pytest.approx(160, abs=2)


@given(
    workers=st.integers(1, 50),
    gap_s=st.floats(0.1, 30),
    duration_s=st.floats(0.5, 60),
)
def test_in_a_round_all_workers_send_at_one_moment(workers, gap_s, duration_s):
    schedule = Schedule("rounds", workers / gap_s, duration_s, workers=workers)
    rounds = [list(group) for _, group in itertools.groupby(offsets(schedule))]
    assert {len(one) for one in rounds} == {workers}
    assert [one[0] for one in rounds] == pytest.approx([k * gap_s for k in range(len(rounds))])
    assert len(rounds) == pytest.approx(duration_s / gap_s, abs=1)
    assert planned(schedule) <= schedule.rate_per_s * schedule.whole_s + 1e-6 * workers


@given(parts=st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_each_process_sends_its_own_workers_part_of_a_round(parts):
    schedule = Schedule("rounds", sum(parts) / 3, 10, workers=sum(parts))
    for process, workers in enumerate(parts):
        times = own_times(schedule, process=process, processes=len(parts), workers=workers)
        assert [round(time) for time in times] == [0] * workers + [3] * workers + [6] * workers + [
            9
        ] * workers


def test_processes_take_turns_in_other_schedules():
    schedule = Schedule("constant", 10, 1)
    parts = [list(own_times(schedule, process=one, processes=2, workers=5)) for one in (0, 1)]
    assert sorted(parts[0] + parts[1]) == list(offsets(schedule))


def test_the_same_seed_gives_the_same_times():
    first, second = (list(offsets(Schedule("poisson", 50, 5, seed=1))) for _ in range(2))
    assert first == second
    assert first != list(offsets(Schedule("poisson", 50, 5, seed=2)))


def test_an_endless_schedule_has_no_count():
    assert planned(Schedule("constant", 10)) is None
    assert list(itertools.islice(offsets(Schedule("constant", 10)), 3)) == [0.0, 0.1, 0.2]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"shape": "sinus", "rate_per_s": 1}, "choose one of"),
        ({"shape": "constant", "rate_per_s": 0}, "above 0"),
        ({"shape": "constant", "rate_per_s": -3}, "above 0"),
        ({"shape": "constant", "rate_per_s": float("nan")}, "above 0"),
        ({"shape": "constant", "rate_per_s": 1, "duration_s": 0}, "above 0"),
        ({"shape": "ramp", "rate_per_s": 1}, "needs a --duration"),
        ({"shape": "spike", "rate_per_s": 1}, "needs a --duration"),
        ({"shape": "rounds", "rate_per_s": 1, "workers": 0}, "1 or more to take part"),
    ],
)
def test_unusable_schedules_are_refused_in_one_line(fields, words):
    with pytest.raises(UsageError, match=words) as refused:
        Schedule(**fields)
    assert "\n" not in str(refused.value)


def test_accounts_take_turns_and_broken_ones_are_passed_over():
    accounts = [account("s", process=0, number=number) for number in range(4)]
    turns = rotation(accounts)
    assert [next(turns).index for _ in range(5)] == [0, 1, 2, 3, 0]
    accounts[2].broken = True
    assert [next(turns).index for _ in range(4)] == [1, 3, 0, 1]
    for one in accounts:
        one.broken = True
    assert len({next(turns).index for _ in range(8)}) == 4  # somebody has to


def test_lag_figures():
    assert lag_figures([]) is None
    assert lag_figures([0.0] * 99 + [1.0]) == pytest.approx({"p50": 0.0, "p99": 0.01, "max": 1.0})
