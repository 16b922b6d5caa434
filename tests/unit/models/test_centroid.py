"""Nearest centroids of dense samples: contract and twin agree on everything, and learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from system.chain.compiler import artifact
from system.learning.data import digits
from system.models.classifiers.calls import resetting
from system.models.classifiers.centroid import MOST_FEATURES, MOST_SAMPLES, NearestCentroid
from tests.evm import Refused
from tests.unit.models.beside import Beside, attempt, unit
from tests.unit.models.twins import Pair, paired

ONE = 10**9
ENDS = (-(2**31), 2**31 - 1)
values = st.integers(-ONE, ONE) | st.sampled_from(ENDS)
few = st.integers(1, 3)


def centroids(features: int) -> Pair[NearestCentroid]:
    return paired(NearestCentroid(features), features)


def bring(pair: Pair[NearestCentroid], first: int, part: list[int]) -> str:
    signature = "bring(uint256,int64[])"
    return pair.done(lambda: pair.twin.bring(first, part), signature, first, part)


def add_class(pair: Pair[NearestCentroid], count: int = 1) -> str:
    signature = "addClass(string,uint32)"
    return pair.done(lambda: pair.twin.add_class(count), signature, "c", count)


def add_features(pair: Pair[NearestCentroid], rows: list[list[int]]) -> str:
    return pair.done(lambda: pair.twin.add_features(rows), "addFeatures(int64[][])", rows)


def built(rows: list[list[int]], count: int = 1) -> Pair[NearestCentroid]:
    """A pair whose classes begin with these values, ready."""
    pair = centroids(len(rows[0]))
    for row in rows:
        assert bring(pair, 0, row) == ""
        assert add_class(pair, count) == ""
    assert pair.finish() == ""
    return pair


def aimed(direction: list[int]) -> list[int]:
    """The direction at length one; along the first axis where it has none."""
    return unit(direction if any(direction) else [1] + [0] * (len(direction) - 1))


def same(pair: Pair[NearestCentroid]) -> None:
    """Every stored number is the twin's."""
    count = pair.twin.feature_count
    assert pair.asked("featureCount()", returns=["uint256"]) == (count,)
    assert pair.asked("classCount()", returns=["uint64"]) == (len(pair.twin.now),)
    for cls, mean in enumerate(pair.twin.now):
        signature = "centroidOf(uint64,uint256,uint256)"
        kept = pair.asked(signature, cls, 0, count, returns=["int64[]"])[0]
        assert tuple(kept) == mean.values
        assert pair.asked("samplesOf(uint64)", cls, returns=["uint256"]) == (mean.samples,)


class Lives(RuleBasedStateMachine):
    """Random lives of contract and twin, step by step the same."""

    @initialize(data=st.data(), features=st.integers(1, 19), classes=st.integers(0, 3))
    def build(self, data: Any, features: int, classes: int) -> None:
        """A model with so many classes, ready; without any it is left to the rules to fill it."""
        row = st.lists(values, min_size=features, max_size=features)
        rows = data.draw(st.lists(row, min_size=classes, max_size=classes))
        count = data.draw(st.integers(1, 20))
        self.pair = built(rows, count) if rows else centroids(features)

    @property
    def twin(self) -> NearestCentroid:
        return self.pair.twin

    @precondition(lambda self: len(self.twin.now) < 4)
    @rule(data=st.data(), size=st.integers(0, 12), off=st.sampled_from([0, 0, 0, 0, 1]))
    def bring(self, data: Any, size: int, off: int) -> None:
        first = len(self.twin.draft) + off
        bring(self.pair, first, data.draw(st.lists(values, min_size=size, max_size=size)))

    @precondition(lambda self: len(self.twin.now) < 4)
    @rule(data=st.data(), count=st.integers(0, 3) | st.just(MOST_SAMPLES - 1))
    def add_class(self, data: Any, count: int) -> None:
        missing = self.twin.feature_count - len(self.twin.draft)
        if missing and data.draw(st.booleans()):
            rest = data.draw(st.lists(values, min_size=missing, max_size=missing))
            bring(self.pair, len(self.twin.draft), rest)
        add_class(self.pair, count)

    @precondition(lambda self: self.twin.feature_count < 30)
    @rule(data=st.data(), size=st.integers(0, 5), off=st.sampled_from([0, 0, 0, 1]))
    def add_features(self, data: Any, size: int, off: int) -> None:
        row = st.lists(values, min_size=size, max_size=size)
        count = len(self.twin.now) + off
        add_features(self.pair, data.draw(st.lists(row, min_size=count, max_size=count)))

    @rule()
    def finish(self) -> None:
        self.pair.finish()

    @precondition(lambda self: self.twin.ready)
    @rule(data=st.data(), times=st.integers(1, 4))
    def learn(self, data: Any, times: int) -> None:
        size = self.twin.feature_count
        for _ in range(times):
            cls = data.draw(st.integers(0, len(self.twin.now) - 1))
            sample = aimed(data.draw(st.lists(values, min_size=size, max_size=size)))
            full = self.twin.now[cls].samples == MOST_SAMPLES
            assert self.pair.update(sample, cls) == ("TooManySamples" if full else "")
            assert isinstance(self.pair.predict(sample), int)

    @rule(data=st.data(), cls=st.integers(0, 4), off=st.sampled_from([0, 0, 0, 0, 1]))
    def update(self, data: Any, cls: int, off: int) -> None:
        size = self.twin.feature_count + off
        self.pair.update(aimed(data.draw(st.lists(values, min_size=size, max_size=size))), cls)

    @rule(data=st.data())
    def predict(self, data: Any) -> None:
        size = self.twin.feature_count
        any_value = values | st.sampled_from([-(2**63), 2**63 - 1])
        self.pair.predict(data.draw(st.lists(any_value, min_size=size, max_size=size)))

    @rule()
    def reset(self) -> None:
        self.pair.reset()

    @invariant()
    def same(self) -> None:
        same(self.pair)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)


def test_a_class_comes_in_parts():
    """512 values in three, of which the second begins and ends within a word."""
    row = [(index * 7919) % ONE - ONE // 2 for index in range(512)]
    pair = centroids(512)
    for first, end in ((0, 203), (203, 290), (290, 512)):
        assert pair.finish() == "NotReady"
        assert add_class(pair) == "WrongLength"
        assert bring(pair, first, row[first:end]) == ""
        assert bring(pair, first, row[first:end]) == "OutOfOrder"
    assert bring(pair, 512, [1]) == "WrongLength"
    assert add_class(pair) == ""
    assert pair.finish() == ""
    assert pair.finish() == "AlreadyReady"
    same(pair)


def test_a_tie_goes_to_the_lower_class():
    assert built([[0, ONE], [ONE, 0], [0, ONE]]).predict([ONE, ONE]) == 0
    assert built([[0, 5], [ONE, 0], [ONE, 0]]).predict([ONE, 0]) == 1


def test_the_mean_is_rounded_towards_zero():
    pair = built([[1, -1, 0]], 2)
    assert pair.update([0, 0, ONE], 0) == ""
    assert pair.twin.now[0].values == (0, 0, ONE // 3)
    assert pair.update([0, 0, -ONE], 0) == ""
    same(pair)


def test_the_ends_of_a_value():
    pair = centroids(3)
    for beyond in (ENDS[0] - 1, ENDS[1] + 1, -(2**63), 2**63 - 1):
        assert bring(pair, 0, [0, beyond]) == "FeatureOutOfRange"
    assert bring(pair, 0, [*ENDS, ENDS[1]]) == ""
    assert add_class(pair, MOST_SAMPLES - 1) == ""
    assert pair.finish() == ""
    assert add_features(pair, [[2**31]]) == "FeatureOutOfRange"
    assert pair.update([-ONE, 0, 0], 0) == ""
    same(pair)
    assert pair.update([-ONE, 0, 0], 0) == "TooManySamples"
    same(pair)


@pytest.mark.parametrize("off", [-51, -50, 0, 49, 50])
def test_the_squared_length_is_one_within_a_tenth_of_a_millionth(off):
    pair = built([[0, 0]])
    squared = (ONE + off) ** 2
    expected = "" if abs(squared - ONE**2) < 10**11 else "NotNormalised"
    assert pair.update([ONE + off, 0], 0) == expected
    assert pair.update([0, -ONE - off], 0) == expected


def test_samples_that_are_none():
    pair = built([[0, 0], [1, 1]])
    assert pair.predict([]) == "NoFeatures"
    assert pair.predict([1]) == "WrongLength"
    assert pair.predict([2**63 - 1, 2**63 - 1]) == 1
    assert pair.predict([-(2**63), -(2**63)]) == 0
    assert pair.update([], 0) == "NoFeatures"
    assert pair.update([ONE, 0, 0], 0) == "WrongLength"
    assert pair.update([ONE, 0], 2) == "UnknownClass"
    for hostile in ([2**63 - 1, 0], [-(2**63), -(2**63)], [0, 0], [ONE, ONE]):
        assert pair.update(hostile, 0) == "NotNormalised"


@pytest.mark.parametrize(
    ("features", "name"), [(0, "NoFeatures"), (MOST_FEATURES + 1, "TooManyFeatures")]
)
def test_what_no_model_is_made_with(features, name):
    assert attempt(lambda: NearestCentroid(features))[0] == name
    with pytest.raises(Refused, match=f"^{name}"):
        Beside.made(artifact("NearestCentroid"), features)


def test_before_it_is_ready_nothing_is_predicted_or_learned():
    pair = centroids(1)
    assert pair.predict([ONE]) == "NotReady"
    assert pair.update([ONE], 0) == "NotReady"
    assert pair.reset() == "NotReady"
    assert pair.finish() == "NotReady"


def test_each_step_is_somebodys():
    pair = built([[0]])
    admins = (
        ("bring(uint256,int64[])", 0, [1]),
        ("addClass(string,uint32)", "c", 1),
        ("addFeatures(int64[][])", [[1]]),
        ("finish()",),
        ("appoint(address)", pair.account),
    )
    assert pair.strangers(*admins) == ["NotAdmin"] * 5
    trainers = (("update(int64[],uint64)", [ONE], 0), ("reset()",))
    assert pair.strangers(*trainers) == ["NotTrainer"] * 2


def test_resetting_costs_the_same_whatever_was_learned():
    pair = built([[0] * 40, [1] * 40])
    pair.reset()
    idle = pair.send(resetting(pair.model))[0].gas_used
    pair.reset()
    for cls in (0, 1):
        pair.update(unit([1_000_000] * 40), cls)
    assert pair.send(resetting(pair.model))[0].gas_used == idle


def test_digits_are_told_apart():
    """From one example a class to all of the training part; a float mean reaches the same."""
    data = digits()
    rows = [unit([int(pixel * 16) * 10**6 for pixel in image]) for image in data.train_x]
    held = [unit([int(pixel * 16) * 10**6 for pixel in image]) for image in data.test_x]
    model = NearestCentroid(64)
    for cls in range(10):
        model.bring(0, rows[int(np.argmax(data.train_y == cls))])
        model.add_class(1)
    model.finish()
    first = accuracy(model, held, data.test_y)
    for row, label in zip(rows, data.train_y.tolist(), strict=True):
        model.update(row, label)
    assert first < 0.8 < 0.88 < accuracy(model, held, data.test_y)
    model.reset()
    assert accuracy(model, held, data.test_y) == first


def accuracy(model: NearestCentroid, rows: list[list[int]], labels: Any) -> float:
    """The share of rows whose class the model gives."""
    return float(np.mean([model.predict(row) for row in rows] == labels))


@pytest.mark.parametrize("word", [2**63, -(2**63) - 1, 2**64, 2**255 - 1, -(2**255)])
def test_what_is_no_int64_is_refused_by_name(word):
    assert built([[0]]).refused_word(word) == ["FeatureOutOfRange"] * 2
