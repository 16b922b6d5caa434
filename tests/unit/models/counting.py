"""Models that count indices: random lives of a contract and its twin, step by step the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from system.models.classifiers.counts import MOST_COUNT
from tests.unit.models.twins import Model, Pair

FEATURES = 9
BRING = "bring(uint32[],uint32[])"
indices = st.integers(0, FEATURES + 3)
counts = st.integers(0, 12)
# Out of order, doubled, negative, beyond the features or beyond sense; now and then good.
any_samples = st.lists(indices | st.sampled_from([-1, -(2**63), 2**63 - 1]), max_size=4)
chunks = st.lists(st.tuples(indices, counts), unique_by=lambda pair: pair[0], max_size=6).map(
    sorted
) | st.lists(st.tuples(indices, counts | st.just(MOST_COUNT + 1)), max_size=3)
# Classes that a model begins with, ready; without any it is left to the rules to fill it.
beginnings = st.lists(
    st.tuples(st.integers(12, 40), st.dictionaries(st.integers(0, FEATURES - 1), counts)),
    max_size=5,
)

HOSTILE = [
    ([], "NoFeatures"),
    ([-1], "FeatureOutOfRange"),
    ([0, FEATURES], "FeatureOutOfRange"),
    ([-(2**63)], "FeatureOutOfRange"),
    ([2**63 - 1], "FeatureOutOfRange"),
    ([3, 3], "NotAscending"),
    ([0, 4, 2], "NotAscending"),
]


def bring(pair: Pair[Any], chunk: Sequence[tuple[int, int]]) -> str:
    """Bring counts by index to the class that is added next."""
    places, values = [index for index, _ in chunk], [count for _, count in chunk]
    return pair.done(lambda: pair.twin.bring(places, values), BRING, places, values)


def add_class(pair: Pair[Any], sample_count: int) -> str:
    """Add the class whose counts were brought."""
    signature = "addClass(string,uint32)"
    return pair.done(lambda: pair.twin.add_class(sample_count), signature, "c", sample_count)


def add_features(pair: Pair[Any], count: int) -> str:
    """Add features that occurred in no class."""
    return pair.done(lambda: pair.twin.add_features(count), "addFeatures(uint256)", count)


def built(pair: Pair[Model], classes: Sequence[tuple[int, dict[int, int]]]) -> Pair[Model]:
    """The pair with classes of so many samples and these counts, ready."""
    for sample_count, brought in classes:
        if brought:
            assert bring(pair, sorted(brought.items())) == ""
        assert add_class(pair, sample_count) == ""
    assert pair.finish() == ""
    return pair


def same(pair: Pair[Any], sums: str) -> None:
    """Every stored number is the twin's; `sums` names what the contract keeps the sum of."""
    counts = pair.twin.counts
    assert pair.asked("featureCount()", returns=["uint256"]) == (counts.feature_count,)
    assert pair.asked("classCount()", returns=["uint64"]) == (len(counts.now),)
    for cls, tally in enumerate(counts.now):
        two = ["uint256", "uint256"]
        kept = pair.asked("tallyOf(uint64)", cls, returns=two)
        assert kept == (tally.samples, getattr(tally, sums))
        for feature in range(counts.feature_count):
            signature = "countOf(uint64,uint256)"
            kept = pair.asked(signature, cls, feature, returns=["uint256"])
            assert kept == (tally.count(feature),)


class Counting(RuleBasedStateMachine):
    """Both sides of a model; `pair` and `sums` come with a subclass."""

    pair: Pair[Any]
    sums: str

    def begin(self, pair: Pair[Any], classes: list[tuple[int, dict[int, int]]]) -> None:
        """Take a pair with these classes."""
        self.pair = built(pair, classes) if classes else pair

    @property
    def ready(self) -> bool:
        return bool(self.pair.twin.ready)

    def sample(self, data: Any) -> list[int]:
        """Some of the model's features, ascending."""
        features = st.integers(0, self.pair.twin.counts.feature_count - 1)
        return sorted(data.draw(st.sets(features, min_size=1, max_size=6)))

    @property
    def few_classes(self) -> bool:
        """Five fill a word of counts and begin another."""
        return len(self.pair.twin.counts.now) < 6

    @precondition(lambda self: self.few_classes)
    @rule(chunk=chunks)
    def bring(self, chunk: list[tuple[int, int]]) -> None:
        bring(self.pair, chunk)

    @precondition(lambda self: self.few_classes)
    @rule(count=st.integers(0, 30))
    def add_class(self, count: int) -> None:
        add_class(self.pair, count)

    @precondition(lambda self: self.pair.twin.counts.feature_count < FEATURES + 4)
    @rule(count=st.integers(0, 2))
    def add_features(self, count: int) -> None:
        add_features(self.pair, count)

    @precondition(lambda self: not self.ready or self.few_classes)
    @rule()
    def finish(self) -> None:
        self.pair.finish()

    @precondition(lambda self: self.ready)
    @rule(data=st.data(), times=st.integers(1, 4))
    def learn(self, data: Any, times: int) -> None:
        for _ in range(times):
            cls = data.draw(st.integers(0, len(self.pair.twin.counts.now) - 1))
            assert self.pair.update(self.sample(data), cls) == ""

    @precondition(lambda self: self.ready)
    @rule(data=st.data(), times=st.integers(1, 4))
    def judge(self, data: Any, times: int) -> None:
        for _ in range(times):
            assert isinstance(self.pair.predict(self.sample(data)), int)

    @rule(features=any_samples, cls=st.integers(0, 6))
    def update(self, features: list[int], cls: int) -> None:
        self.pair.update(features, cls)

    @rule(features=any_samples)
    def predict(self, features: list[int]) -> None:
        self.pair.predict(features)

    @rule()
    def reset(self) -> None:
        self.pair.reset()

    @invariant()
    def same(self) -> None:
        same(self.pair, self.sums)
