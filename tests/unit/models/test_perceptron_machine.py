"""Whatever is done to a perceptron: contract and twin agree on every weight and every refusal."""

from __future__ import annotations

from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from system.chain.abi import call_data
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.models.classifiers import calls
from system.models.classifiers.classifier import ONE
from system.models.classifiers.perceptron import MOST_FEATURES, DensePerceptron, SparsePerceptron
from tests.unit.models.beside import Beside, unit
from tests.unit.models.perceptrons import NAMES

INT64 = st.integers(-(2**63), 2**63 - 1)
INT48 = st.integers(-(2**47), 2**47 - 1)
usual = st.integers(-3 * ONE, 3 * ONE)
rates = st.one_of(st.integers(0, 2 * ONE), st.integers(0, 2**64 - 1))
classes = st.sampled_from([0, 1, 0, 1, 0, 1, 2, 2**64 - 1])
chunks = st.lists(usual | INT64, max_size=9)
FEW = settings(max_examples=40, stateful_step_count=25, deadline=None)


class Dense(RuleBasedStateMachine):
    """Chunks, samples and resets, most of which fit."""

    @initialize(intercept=usual | INT64, rate=rates)
    def make(self, intercept: int, rate: int) -> None:
        self.pair = Beside.made(artifact("DensePerceptron"), NAMES, intercept, rate)
        self.twin = DensePerceptron(intercept, rate)

    @rule(weights=chunks, off=st.sampled_from([0, 0, 0, 1, 2]))
    def add(self, weights: list[int], off: int) -> None:
        first = len(self.twin.row.now) + off
        data = call_data("addFeatures(uint256,int64[])", first, weights)
        self.pair.both(self.call(data), lambda: self.twin.add_features(first, weights))

    @rule()
    def finish(self) -> None:
        self.pair.both(calls.finishing(self.pair.model), self.twin.finish)

    @rule(seed=st.randoms(use_true_random=False), cls=classes)
    def learn(self, seed: Random, cls: int) -> None:
        self.pair.updated(self.twin, self.sample(seed), cls)

    @rule(features=st.lists(INT64, max_size=20), cls=classes)
    def learn_anything(self, features: list[int], cls: int) -> None:
        self.pair.updated(self.twin, features, cls)

    @rule(seed=st.randoms(use_true_random=False))
    def learn_overflow_sized(self, seed: Random) -> None:
        ends = [seed.choice((-(2**63), 2**63 - 1)) for _ in self.twin.row.now]
        self.pair.updated(self.twin, ends, 0)
        self.pair.predicted(self.twin, ends)

    @rule()
    def reset(self) -> None:
        self.pair.both(calls.resetting(self.pair.model), self.twin.reset)

    @rule(seed=st.randoms(use_true_random=False))
    def predict(self, seed: Random) -> None:
        self.pair.predicted(self.twin, self.sample(seed))

    @invariant()
    def every_weight_is_equal(self) -> None:
        assert self.pair.read("weightsNow()", returns="int64[]") == tuple(self.twin.row.now)
        assert self.pair.read("intercept()", returns="int64") == self.twin.intercept

    def sample(self, seed: Random) -> list[int]:
        return unit([seed.randint(-9, 9) or 1 for _ in self.twin.row.now])

    def call(self, data: bytes) -> Call:
        return Call(self.pair.model, data, 0)


class Sparse(RuleBasedStateMachine):
    """Chunks, samples and resets, most of which fit."""

    @initialize(count=st.sampled_from([1, 7, 40, MOST_FEATURES]), intercept=usual, rate=rates)
    def make(self, count: int, intercept: int, rate: int) -> None:
        self.pair = Beside.made(artifact("SparsePerceptron"), NAMES, count, intercept, rate)
        self.twin = SparsePerceptron(count, intercept, rate)
        self.seen = {0, 1, count - 1}

    @rule(first=st.integers(0, 60), weights=st.lists(usual | INT48 | INT64, max_size=9))
    def bring(self, first: int, weights: list[int]) -> None:
        data = call_data("bring(uint256,int64[])", first, weights)
        self.pair.both(self.call(data), lambda: self.twin.bring(first, weights))
        self.seen |= set(range(first, first + len(weights)))

    @rule(
        indices=st.lists(st.integers(-1, 60), max_size=9, unique=True).map(sorted),
        weights=st.lists(usual | INT48, min_size=9, max_size=9),
        missing=st.sampled_from([0, 0, 0, 1]),
    )
    def bring_sparse(self, indices: list[int], weights: list[int], missing: int) -> None:
        given_ = weights[: max(0, len(indices) - missing)]
        data = call_data("bringSparse(int64[],int64[])", indices, given_)
        self.pair.both(self.call(data), lambda: self.twin.bring_sparse(indices, given_))
        self.seen |= set(indices) - {-1}

    @rule(weights=st.lists(usual | INT48, max_size=5), off=st.sampled_from([0, 0, 0, 1]))
    def add(self, weights: list[int], off: int) -> None:
        first = self.twin.feature_count + off
        data = call_data("addFeatures(uint256,int64[])", first, weights)
        self.pair.both(self.call(data), lambda: self.twin.add_features(first, weights))
        self.seen |= set(range(first, first + len(weights)))

    @rule()
    def finish(self) -> None:
        self.pair.both(calls.finishing(self.pair.model), self.twin.finish)

    @rule(seed=st.randoms(use_true_random=False), cls=classes)
    def learn(self, seed: Random, cls: int) -> None:
        sample = self.sample(seed)
        self.pair.updated(self.twin, sample, cls)
        self.pair.predicted(self.twin, sample)

    @rule(features=st.lists(INT64 | st.integers(-1, 50), max_size=6), cls=classes)
    def learn_anything(self, features: list[int], cls: int) -> None:
        self.pair.updated(self.twin, features, cls)
        self.pair.predicted(self.twin, features)

    @rule()
    def reset(self) -> None:
        self.pair.both(calls.resetting(self.pair.model), self.twin.reset)

    @invariant()
    def every_weight_is_equal(self) -> None:
        for feature in sorted(self.seen):
            weight = self.pair.read("weightOf(uint256)", feature, returns="int256")
            assert weight == self.twin.now.get(feature, 0)
        assert self.pair.read("intercept()", returns="int64") == self.twin.intercept

    def sample(self, seed: Random) -> list[int]:
        known = sorted(feature for feature in self.seen if feature < self.twin.feature_count)
        return sorted(seed.sample(known, seed.randint(1, len(known))))

    def call(self, data: bytes) -> Call:
        return Call(self.pair.model, data, 0)


TestDense = Dense.TestCase
TestDense.settings = FEW
TestSparse = Sparse.TestCase
TestSparse.settings = FEW
