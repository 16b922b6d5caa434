"""The search for saturation, against chains that are simulated."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from bench.sweep.point import Point
from bench.sweep.search import MOST_TRIALS, Found, Trial, next_rate
from bench.sweep.start import starting_rate

Chain = Callable[[float], Trial]
_Story = tuple[list[Trial], Found]
_START, _LOWEST = 30.0, 0.3


def _search(chain: Chain, *, before: tuple[Trial, ...] = (), confirmations: int = 2) -> _Story:
    trials = list(before)
    while True:
        wanted = next_rate(
            trials, start_per_s=_START, lowest_per_s=_LOWEST, confirmations=confirmations
        )
        if isinstance(wanted, Found):
            return trials, wanted
        assert len(trials) < 40
        trials.append(chain(wanted))


def _limited(limit_per_s: float) -> Chain:
    return lambda rate: Trial(rate, sustained=rate <= limit_per_s)


@pytest.mark.parametrize("limit_per_s", [0.5, 3.0, 12.0, 29.9, 30.0, 30.1, 47.0, 90.0, 700.0])
def test_the_bracket_holds_the_limit_and_is_at_most_a_tenth_wide(limit_per_s: float) -> None:
    trials, found = _search(_limited(limit_per_s))
    low, high = found.bracket
    assert found.limit == "chain"
    assert low is not None
    assert high is not None
    assert low <= limit_per_s < high
    assert high - low <= 0.1 * high
    assert len(trials) <= MOST_TRIALS


def test_the_found_rate_is_confirmed_by_as_many_more_runs_as_asked_for() -> None:
    trials, found = _search(_limited(47.0), confirmations=3)
    assert sum(trial.rate_per_s == found.bracket[0] for trial in trials) == 1 + 3
    assert [trial.rate_per_s for trial in trials[-3:]] == [found.bracket[0]] * 3


def test_it_steps_up_by_half_and_then_doubles() -> None:
    trials, _ = _search(_limited(700.0))
    pairs = itertools.pairwise(trials[:4])
    steps = [after.rate_per_s / one.rate_per_s for one, after in pairs]
    assert steps == pytest.approx([1.46, 1.46, 2.14], abs=0.01)


def test_a_chain_that_sustains_nothing_is_left_at_the_lowest_rate_worth_trying() -> None:
    trials, found = _search(_limited(0.0))
    assert found.bracket[0] is None
    assert found.limit == "chain"
    assert _LOWEST <= min(trial.rate_per_s for trial in trials) < 3 * _LOWEST


def test_a_chain_that_sustains_everything_ends_the_search_by_its_length() -> None:
    trials, found = _search(lambda rate: Trial(rate, sustained=True))
    assert len(trials) == MOST_TRIALS
    assert found == Found((max(trial.rate_per_s for trial in trials), None), "trials")


def test_a_generator_that_gives_out_is_named_and_never_asked_for_more() -> None:
    def chain(rate: float) -> Trial:
        return Trial(rate, sustained=rate <= 50, fault="" if rate <= 50 else "generator")

    trials, found = _search(chain)
    low, high = found.bracket
    assert found.limit == "generator"
    assert low is not None
    assert high is not None
    assert low <= 50 < high <= 1.12 * low
    lagged = [trial.rate_per_s for trial in trials if trial.fault]
    assert lagged == sorted(lagged, reverse=True)


def test_a_wall_that_no_rate_passes_ends_the_search_at_once() -> None:
    trials, found = _search(lambda rate: Trial(rate, sustained=False, fault="wall"))
    assert len(trials) == 1
    assert found == Found((None, None), "wall")


def test_a_run_that_broke_down_is_made_again() -> None:
    story: list[float] = []

    def chain(rate: float) -> Trial:
        story.append(rate)
        return Trial(rate, sustained=rate <= 47, fault="harness" if len(story) == 2 else "")

    _, found = _search(chain)
    assert story[1] == story[2]
    assert found.limit == "chain"


def test_a_harness_that_breaks_down_again_and_again_is_given_up() -> None:
    trials, found = _search(lambda rate: Trial(rate, sustained=False, fault="harness"))
    assert len(trials) == 3
    assert found == Found((None, None), "harness")


def test_cells_of_given_rates_spare_the_search_its_steps() -> None:
    known = tuple(_limited(47.0)(rate) for rate in (38.0, 60.0, 30.0, 45.0))
    trials, found = _search(_limited(47.0), before=known, confirmations=1)
    assert found.bracket == (45.0, 48.4)
    assert [trial.rate_per_s for trial in trials[len(known) :]] == [52.0, 48.4, 45.0]


def test_a_killed_search_goes_on_where_it_was() -> None:
    whole, found = _search(_limited(47.0))
    for kept in range(len(whole)):
        again, same = _search(_limited(47.0), before=tuple(whole[:kept]))
        assert again == whole
        assert same == found


def test_one_run_that_failed_by_bad_luck_is_outvoted() -> None:
    unlucky = iter([False])

    def chain(rate: float) -> Trial:
        lucky = next(unlucky, True) if rate == 45.6 else True
        return Trial(rate, sustained=rate <= 47.0 and lucky)

    known = (Trial(45.6, sustained=True), Trial(49.0, sustained=False))
    trials, found = _search(chain, before=known, confirmations=1)
    assert [trial.sustained for trial in trials[2:]] == [False, True]
    assert found.bracket == (45.6, 49.0)


@pytest.mark.parametrize("seed", range(20))
def test_a_noisy_chain_still_ends_near_its_limit(seed: int) -> None:
    chance = random.Random(seed)

    def chain(rate: float) -> Trial:
        return Trial(rate, sustained=rate <= 50.0 * chance.uniform(0.85, 1.05))

    trials, found = _search(chain)
    assert len(trials) <= MOST_TRIALS
    low = found.bracket[0]
    assert low is not None
    assert 0.7 * 50 <= low <= 1.05 * 50


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({"weights": "counter"}, 100, 400),
        ({"weights": "mnist-softmax"}, 20, 60),
        ({"weights": "mnist-softmax", "gas_limit": 12_000_000}, 8, 11),  # half of 20 a block
        ({"weights": "650", "store": "array", "encoding": "int256"}, 2, 8),
        ({"weights": "mnist-softmax", "gas_limit": 5_000_000, "store": "code"}, 0.3, 1.5),
    ],
)
def test_a_search_starts_below_what_its_chain_should_carry(
    changes: dict[str, object], low: float, high: float
) -> None:
    assert low <= starting_rate(Point(**changes)) <= high  # type: ignore[arg-type]
