"""Nearest centroids of lists of indices: contract and twin agree on everything, and learn."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from system.chain.compiler import artifact
from system.models.classifiers.calls import resetting
from system.models.classifiers.centroid import SparseNearestCentroid
from system.models.classifiers.counts import MOST_COUNT, MOST_FEATURES, MOST_SAMPLES
from tests.evm import Refused
from tests.unit.models.beside import Beside, attempt
from tests.unit.models.counting import (
    BRING,
    FEATURES,
    HOSTILE,
    Counting,
    add_class,
    beginnings,
    bring,
    built,
    same,
)
from tests.unit.models.twins import Pair, paired
from tests.unit.models.words import samples


def centroids(features: int = FEATURES) -> Pair[SparseNearestCentroid]:
    return paired(SparseNearestCentroid.empty(features), features)


class Lives(Counting):
    """Random lives of the two."""

    sums = "squares"

    @initialize(begun=beginnings)
    def build(self, begun: list[tuple[int, dict[int, int]]]) -> None:
        self.begin(centroids(), begun)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)


@settings(deadline=None)
@given(
    learned=st.lists(
        st.tuples(st.sets(st.integers(0, 5), min_size=1), st.integers(0, 2)), max_size=30
    ),
    sample=st.sets(st.integers(0, 5), min_size=1),
)
def test_the_class_is_the_one_of_the_nearest_mean(learned, sample):
    """Against means of vectors in exact fractions; each class starts with one empty sample."""
    model = SparseNearestCentroid.empty(6)
    vectors: list[list[set[int]]] = [[set()], [set()], [set()]]
    for _ in vectors:
        model.add_class(1)
    model.finish()
    for features, cls in learned:
        model.update(sorted(features), cls)
        vectors[cls].append(features)
    distances = [
        sum(
            (int(place in sample) - Fraction(sum(place in one for one in seen), len(seen))) ** 2
            for place in range(6)
        )
        for seen in vectors
    ]
    assert model.predict(sorted(sample)) == distances.index(min(distances))


def test_a_class_is_the_mean_of_as_many_samples_as_a_feature_occurred_in():
    pair = centroids()
    assert add_class(pair, 0) == "TooFewSamples"
    bring(pair, [(3, 7)])
    assert pair.finish() == "NotReady"
    assert add_class(pair, 6) == "TooFewSamples"
    assert add_class(pair, 7) == ""
    same(pair, "squares")


def test_a_tie_goes_to_the_lower_class():
    """The same mean of other numbers of samples, in words of four classes and beyond."""
    pair = built(centroids(3), [(4, {1: 4})] + [(n, {0: n}) for n in (2, 1, 3, 2, 5)])
    assert pair.predict([0]) == 1
    assert pair.predict([2]) == 0


def test_the_widest_counts_are_held_and_refused_beyond():
    pair = built(
        centroids(3), [(MOST_SAMPLES - 1, dict.fromkeys(range(3), MOST_COUNT - 1)), (1, {})]
    )
    assert pair.update([0, 1, 2], 0) == ""
    assert pair.update([0, 1, 2], 0) == "TooManySamples"
    assert pair.twin.counts.now[0].squares == 3 * MOST_COUNT**2
    same(pair, "squares")
    assert pair.predict([0, 1, 2]) == 0
    assert pair.predict([0]) == 1
    assert add_class(pair, MOST_SAMPLES + 1) == "TooManySamples"


@pytest.mark.parametrize(
    ("features", "name"), [(0, "NoFeatures"), (MOST_FEATURES + 1, "TooManyFeatures")]
)
def test_what_no_model_is_made_with(features, name):
    assert attempt(lambda: SparseNearestCentroid.empty(features))[0] == name
    with pytest.raises(Refused, match=f"^{name}"):
        Beside.made(artifact("SparseNearestCentroid"), features)


def test_each_step_is_somebodys():
    pair = built(centroids(), [(1, {0: 1})])
    admins = (
        ("bring(uint32[],uint32[])", [0], [1]),
        ("addClass(string,uint32)", "c", 1),
        ("addFeatures(uint256)", 1),
        ("finish()",),
        ("appoint(address)", pair.account),
    )
    assert pair.strangers(*admins) == ["NotAdmin"] * 5
    trainers = (("update(int64[],uint64)", [0], 0), ("reset()",))
    assert pair.strangers(*trainers) == ["NotTrainer"] * 2


def test_resetting_costs_the_same_whatever_was_learned():
    pair = built(centroids(200), [(1, {0: 1}), (1, {1: 1})])
    pair.reset()
    pair.update([0], 0)
    little = pair.send(resetting(pair.model))[0].gas_used
    pair.reset()
    for cls in (0, 1):
        for _ in range(20):
            pair.update(list(range(200)), cls)
    assert pair.send(resetting(pair.model))[0].gas_used == little


def test_sentences_are_told_apart():
    sentences, words = samples()
    model = SparseNearestCentroid.empty(words)
    model.add_class(1)
    model.add_class(1)
    model.finish()
    for sample, subject in sentences[:16]:
        model.update(sample, subject)
    assert [model.predict(sample) for sample, _ in sentences[16:]] == [0, 1] * 4


@pytest.mark.parametrize("word", [2**63, -(2**63) - 1, 2**64, 2**255 - 1, -(2**255)])
def test_what_is_no_int64_is_refused_by_name(word):
    assert built(centroids(), [(1, {0: 1})]).refused_word(word) == ["FeatureOutOfRange"] * 2


@pytest.mark.parametrize(("features", "name"), HOSTILE)
def test_samples_that_are_none(features, name):
    pair = built(centroids(), [(1, {0: 1})])
    assert pair.predict(features) == name
    assert pair.update(features, 0) == name
    assert pair.update([0], 1) == "UnknownClass"
    assert pair.update([0], 2**64 - 1) == "UnknownClass"


def test_before_it_is_ready_nothing_is_predicted_or_learned():
    pair = centroids()
    assert pair.predict([0]) == "NotReady"
    assert pair.update([0], 0) == "NotReady"
    assert pair.reset() == "NotReady"
    assert pair.finish() == "NotReady"


@pytest.mark.parametrize(
    ("chunk", "name"),
    [
        ([], "NoFeatures"),
        ([(FEATURES, 1)], "FeatureOutOfRange"),
        ([(0, MOST_COUNT + 1)], "FeatureOutOfRange"),
        ([(4, 1), (4, 1)], "NotAscending"),
    ],
)
def test_counts_that_are_not_taken(chunk, name):
    pair = centroids()
    assert bring(pair, chunk) == name
    assert bring(pair, [(2, 1)]) == ""
    assert bring(pair, [(2, 1)]) == "NotAscending"
    assert pair.evm.refusal(pair.account, pair.call(BRING, [3, 4], [1])) == "WrongLength"
