"""Many models made into one: as Flower's functions do in floats, exactly in whole numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.errors import UsageError
from system.learning import aggregate

MODELS = [
    ([[0.5, -1.25], [3.0, 0.125]], [1.0, 2.0], 10),
    ([[0.75, -1.0], [2.5, 0.25]], [1.5, 2.5], 30),
    ([[0.25, -1.5], [2.75, 0.0]], [0.5, 1.0], 20),
    ([[9.0, 8.0], [-7.0, 6.0]], [-9.0, 9.0], 40),
    ([[0.625, -1.125], [3.25, 0.375]], [1.25, 2.25], 5),
]
# What aggregate, aggregate_median, aggregate_trimmed_avg and aggregate_krum of flwr 1.41.0 give.
FLOWER = {
    "mean": (
        [[3.767857074737549, 2.3035714626312256], [-0.988095223903656, 2.386904716491699]],
        [-2.75, 4.63095235824585],
    ),
    "median": ([[0.625, -1.125], [2.75, 0.25]], [1.0, 2.25]),
    "trimmed": ([[0.625, -1.125], [2.75, 0.25]], [0.9166666865348816, 2.25]),
    "krum": ([[0.625, -1.125], [3.25, 0.375]], [1.25, 2.25]),
    "krum, keep 2": (
        [[0.5416666865348816, -1.2083333730697632], [3.0833332538604736, 0.2083333283662796]],
        [1.0833333730697632, 2.0833332538604736],
    ),
    "krum, keep 3": (
        [[0.6805555820465088, -1.0694444179534912], [2.694444417953491, 0.2361111044883728]],
        [1.3611111640930176, 2.3611111640930176],
    ),
}
RULES = {
    "mean": aggregate.mean,
    "median": aggregate.median,
    "trimmed": lambda models: aggregate.trimmed_mean(models, 0.2),
    "krum": lambda models: aggregate.krum(models, malicious=1),
    "krum, keep 2": lambda models: aggregate.krum(models, malicious=1, keep=2),
    "krum, keep 3": lambda models: aggregate.krum(models, malicious=1, keep=3),
}
WEIGHT = st.integers(-(2**31) + 1, 2**31 - 1)
ROWS = st.integers(1, 6).flatmap(
    lambda size: st.lists(st.lists(WEIGHT, min_size=size, max_size=size), min_size=1, max_size=9)
)


def models_of(rows: list[list[int]]) -> list[tuple[list[np.ndarray], int]]:
    return [([np.array(row)], 1 + at) for at, row in enumerate(rows)]


def half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


@pytest.mark.parametrize("rule", RULES)
def test_floats_are_combined_as_flower_does(rule):
    models = [([np.float32(one), np.float32(two)], count) for one, two, count in MODELS]
    found = RULES[rule](models)
    assert tuple(array.tolist() for array in found) == FLOWER[rule]


@given(ROWS)
def test_whole_numbers_are_combined_exactly(rows):
    models, columns = models_of(rows), list(zip(*rows, strict=True))
    total = sum(range(1, len(rows) + 1))
    (mean,) = aggregate.mean(models)
    assert mean.tolist() == [
        half_up(Fraction(sum(at * value for at, value in enumerate(column, 1)), total))
        for column in columns
    ]
    (middle,) = aggregate.median(models)
    assert middle.tolist() == [half_up(Fraction(median(map(Fraction, one)))) for one in columns]
    cut = len(rows) // 4
    (trimmed,) = aggregate.trimmed_mean(models, 0.25)
    assert trimmed.tolist() == [
        half_up(Fraction(sum(kept), len(kept)))
        for kept in (sorted(column)[cut : len(rows) - cut] for column in columns)
    ]


@given(st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), min_size=3, max_size=8))
def test_krum_is_its_definition(rows):
    models = models_of(rows)
    nearest = max(1, len(rows) - 1 - 2)
    scores = [
        sum(
            sorted(
                sum((a - b) ** 2 for a, b in zip(one, two, strict=True))
                for at, two in enumerate(rows)
                if at != place
            )[:nearest]
        )
        for place, one in enumerate(rows)
    ]
    (chosen,) = aggregate.krum(models, malicious=1)
    assert chosen.tolist() == rows[scores.index(min(scores))]


def test_krum_survives_huge_weights():
    honest = [([np.full(61_706, value)], 1) for value in (1, 2, 3, 4)]
    huge = ([np.full(61_706, -(2**31))], 1)
    (chosen,) = aggregate.krum([huge, *honest], malicious=1)
    assert chosen[0] in (2, 3)
    assert aggregate.distances([*honest, huge]).max() <= 2**62


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12))
def test_groups_are_identical_models(names):
    arrays = {name: [np.array([[at, 1]]), np.array([at])] for at, name in enumerate("abcd")}
    found = aggregate.groups([(arrays[name], 1) for name in names])
    members = [{names[at] for at in each} for each in found.values()]
    assert all(len(each) == 1 for each in members)
    assert sorted(at for each in found.values() for at in each) == list(range(len(names)))
    sizes = [(-len(each), each[0]) for each in found.values()]
    assert sizes == sorted(sizes)


def test_digests_tell_shapes_and_numbers_apart():
    arrays = [
        [np.array([1, 2])],
        [np.array([[1, 2]])],
        [np.array([[1], [2]])],
        [np.array([1]), np.array([2])],
        [np.array([2, 1])],
        [np.array([1.0, 2.0])],
    ]
    assert len({aggregate.digest(one) for one in arrays}) == len(arrays)
    swapped = [np.array([1, 2], dtype=">i8")]
    assert aggregate.digest(swapped) == aggregate.digest(arrays[0])


@pytest.mark.parametrize("rule", [one for one in RULES if one != "krum"])
def test_the_order_of_whole_results_changes_nothing(rule):
    rows = [[1, 50], [2, -7], [4, 9], [1000, -1000], [3, 8]]
    outcomes = {
        tuple(RULES[rule]([([np.array(row)], 2) for row in order])[0].tolist())
        for order in permutations(rows)
    }
    assert len(outcomes) == 1


def test_results_that_do_not_belong_together():
    one, other = ([np.zeros(3)], 1), ([np.zeros(4)], 1)
    with pytest.raises(UsageError, match="2 different shapes"):
        aggregate.mean([one, other])
    with pytest.raises(UsageError, match="different shapes"):
        aggregate.krum([one, ([np.zeros(3, dtype=np.int64)], 1)], malicious=0)
    with pytest.raises(UsageError, match="give 1 to"):
        aggregate.mean([([np.zeros(3)], 0)])
    with pytest.raises(UsageError, match=r"below 0\.5"):
        aggregate.trimmed_mean([one], 0.5)
    with pytest.raises(UsageError, match="keep no more"):
        aggregate.krum([one], malicious=0, keep=2)
