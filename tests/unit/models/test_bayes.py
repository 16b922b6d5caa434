"""Naive Bayes: contract and twin agree on everything, refuse alike, and learn."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from system.chain.compiler import artifact
from system.models.classifiers.bayes import MOST_SMOOTHING, MOST_TOTAL, NaiveBayes
from system.models.classifiers.calls import resetting
from system.models.classifiers.counts import MOST_COUNT, MOST_FEATURES, MOST_SAMPLES
from tests.evm import Refused
from tests.unit.models.beside import Beside, attempt
from tests.unit.models.counting import (
    BRING,
    FEATURES,
    HOSTILE,
    Counting,
    add_class,
    add_features,
    beginnings,
    bring,
    built,
    same,
)
from tests.unit.models.twins import Pair, paired
from tests.unit.models.words import samples

ONE = 10**9


def bayes(features: int = FEATURES, smoothing: int = ONE) -> Pair[NaiveBayes]:
    return paired(NaiveBayes.empty(features, smoothing), features, smoothing)


class Lives(Counting):
    """Random lives of the two."""

    sums = "total"

    @initialize(smoothing=st.sampled_from([1, ONE // 2, ONE, MOST_SMOOTHING]), begun=beginnings)
    def build(self, smoothing: int, begun: list[tuple[int, dict[int, int]]]) -> None:
        self.begin(bayes(smoothing=smoothing), begun)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)


def test_two_hundred_indices_give_the_twins_class():
    pair = built(bayes(400), [(40, dict.fromkeys(range(200), 3))])
    bring(pair, [(index, 3) for index in range(200, 400)])
    add_class(pair, 40)
    assert pair.predict([*range(101), *range(200, 299)]) == 0
    assert pair.predict([*range(99), *range(200, 301)]) == 1


@pytest.mark.parametrize(
    ("features", "smoothing", "name"),
    [
        (0, ONE, "NoFeatures"),
        (MOST_FEATURES + 1, ONE, "TooManyFeatures"),
        (1, 0, "SmoothingOutOfRange"),
        (1, MOST_SMOOTHING + 1, "SmoothingOutOfRange"),
    ],
)
def test_what_no_model_is_made_with(features, smoothing, name):
    assert attempt(lambda: NaiveBayes.empty(features, smoothing))[0] == name
    with pytest.raises(Refused, match=f"^{name}"):
        Beside.made(artifact("NaiveBayes"), features, smoothing)


def test_a_class_takes_no_more_samples_than_its_width():
    pair = built(bayes(), [(MOST_SAMPLES - 1, {0: MOST_COUNT}), (0, {})])
    assert pair.update([0], 0) == ""
    assert pair.update([0], 0) == "TooManySamples"
    assert pair.update([0], 1) == ""
    same(pair, "total")
    assert pair.reset() == ""
    assert pair.update([0], 0) == ""
    assert add_class(pair, MOST_SAMPLES + 1) == "TooManySamples"


def test_a_classs_counts_sum_up_to_its_width_and_no_further():
    counts = dict.fromkeys(range(128), MOST_COUNT)  # 128 below 2^35
    pair = built(bayes(200), [(1, counts)])
    assert pair.update(list(range(127)), 0) == ""
    assert pair.update([0, 1], 0) == "TooManySamples"
    assert pair.update([0], 0) == ""
    assert pair.twin.counts.now[0].total == MOST_TOTAL
    assert pair.predict(list(range(200))) == 0
    same(pair, "total")
    bring(pair, [(index, MOST_COUNT) for index in range(129)])
    assert add_class(pair, 1) == "TooManySamples"


def test_a_class_without_samples_is_never_given():
    pair = built(bayes(), [(0, {0: 5}), (1, {1: 5}), (0, {0: 9})])
    assert pair.predict([0]) == 1
    assert built(bayes(), [(0, {}), (0, {})]).predict([0]) == 0


def test_added_features_make_every_word_rarer():
    # With two features class 0 is likelier by its samples; with many, by its words, class 1 is.
    pair = built(bayes(2), [(3, {0: 1, 1: 99}), (1, {0: 1, 1: 1})])
    assert pair.predict([0]) == 1
    assert add_features(pair, 1000) == ""
    assert pair.predict([0]) == 0
    assert add_features(pair, 0) == "NoFeatures"
    assert add_features(pair, MOST_FEATURES) == "TooManyFeatures"
    assert add_features(pair, 2**256 - 1) == "TooManyFeatures"


def test_each_step_is_somebodys():
    pair = built(bayes(), [(1, {0: 1})])
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
    pair = built(bayes(200), [(1, {0: 1}), (1, {1: 1})])
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
    model = NaiveBayes.empty(words, ONE)
    model.add_class(0)
    model.add_class(0)
    model.finish()
    for sample, subject in sentences[:16]:
        model.update(sample, subject)
    assert [model.predict(sample) for sample, _ in sentences[16:]] == [0, 1] * 4


@pytest.mark.parametrize("word", [2**63, -(2**63) - 1, 2**64, 2**255 - 1, -(2**255)])
def test_what_is_no_int64_is_refused_by_name(word):
    assert built(bayes(), [(1, {0: 1})]).refused_word(word) == ["FeatureOutOfRange"] * 2


@pytest.mark.parametrize(("features", "name"), HOSTILE)
def test_samples_that_are_none(features, name):
    pair = built(bayes(), [(1, {0: 1})])
    assert pair.predict(features) == name
    assert pair.update(features, 0) == name
    assert pair.update([0], 1) == "UnknownClass"
    assert pair.update([0], 2**64 - 1) == "UnknownClass"


def test_before_it_is_ready_nothing_is_predicted_or_learned():
    pair = bayes()
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
    pair = bayes()
    assert bring(pair, chunk) == name
    assert bring(pair, [(2, 1)]) == ""
    assert bring(pair, [(2, 1)]) == "NotAscending"
    assert pair.evm.refusal(pair.account, pair.call(BRING, [3, 4], [1])) == "WrongLength"
