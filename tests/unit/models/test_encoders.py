"""Encoders give what the contracts take, or refuse by name: no sample passes them otherwise."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from system.chain.keys import keccak256
from system.errors import UsageError
from system.models.classifiers.centroid import MOST_FEATURES as MOST_VALUES
from system.models.classifiers.classifier import SQUARE_TOLERANCE
from system.models.classifiers.counts import MOST_FEATURES as MOST_INDICES
from system.models.classifiers.rules import squared_length
from system.models.encoders.dense import Dense, normalised, quantised
from system.models.encoders.errors import (
    BadIndex,
    FeatureOverflow,
    NoFeatures,
    NotFinite,
    NotNumbers,
    TooManyFeatures,
    WrongWidth,
    ZeroVector,
)
from system.models.encoders.sparse import Above, indices
from system.models.encoders.words import HashedWords, words

# Keccak-256 of each word, worked out once.
FOX = (99_504, 930_069, 996_494, 997_823)

any_float = st.floats(width=64)
rows = arrays.arrays(np.float64, st.integers(0, 40), elements=any_float)
finite = arrays.arrays(
    np.float64, st.integers(1, 40), elements=st.floats(allow_nan=False, allow_infinity=False)
)


@given(rows)
@settings(max_examples=200)
def test_any_row_is_one_long_or_refused_by_name(row):
    try:
        features = normalised(row)
    except (NoFeatures, NotFinite, ZeroVector):
        assert not row.size or not np.isfinite(row).all() or not row.any()
        return
    assert len(features) == row.size
    assert abs(squared_length(features) - 10**18) < SQUARE_TOLERANCE
    assert all(type(value) is int for value in features)


@given(finite)
def test_any_row_is_rounded_to_nine_decimals_or_refused(row):
    try:
        features = quantised(row)
    except FeatureOverflow:
        assert np.abs(row).max() > 9.2e9
        return
    assert all(-(2**63) <= value < 2**63 for value in features)
    assert np.allclose(np.array(features) / 1e9, row, rtol=1e-15, atol=5.1e-10)


@pytest.mark.parametrize("width", [1, 64, 1_000, MOST_VALUES])
def test_rounding_stays_within_the_contracts_tolerance(width):
    # Equal values round all the same way, so errors add up: the worst there is.
    for value in (1.0, -3e200, 5e-324):
        features = normalised(np.full(width, value))
        assert abs(squared_length(features) - 10**18) <= 10**9 * width**0.5 + width / 4 + 10**4
        assert abs(squared_length(features) - 10**18) < SQUARE_TOLERANCE


@pytest.mark.parametrize(
    ("sample", "refusal"),
    [
        ([], NoFeatures),
        ([0.0, -0.0], ZeroVector),
        ([1.0, float("nan")], NotFinite),
        ([float("-inf"), 1.0], NotFinite),
        ([[1.0], [2.0]], NotNumbers),
        ([[1.0], [2.0, 3.0]], NotNumbers),
        (["1", "2"], NotNumbers),
        ([1j], NotNumbers),
        ([object()], NotNumbers),
        (None, NotNumbers),
        ([10**400], NotNumbers),
        (3.0, NotNumbers),
        (np.ones(MOST_VALUES + 1), TooManyFeatures),
        (np.ones(2, dtype=np.longdouble), NotNumbers),
    ],
)
def test_what_is_no_sample_is_refused_by_name(sample, refusal):
    with pytest.raises(refusal) as caught:
        normalised(sample)
    assert isinstance(caught.value, UsageError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, 10**9), (-1.0, -(10**9)), (4e-10, 0), (5e-10, 1), (9.2e9, 92 * 10**17)],
)
def test_quantisation(value, expected):
    assert quantised([value]) == (expected,)


@pytest.mark.parametrize("value", [9.3e9, -9.3e9, 1e300])
def test_values_beyond_int64_are_refused(value):
    with pytest.raises(FeatureOverflow, match="scale the sample"):
        quantised([0.0, value])


def test_dense_encoders_know_their_width():
    assert Dense(2).encode([3.0, 4.0]) == (600_000_000, 800_000_000)
    assert Dense(2, unit=False).encode([3, True]) == (3 * 10**9, 10**9)
    with pytest.raises(WrongWidth, match="takes 2"):
        Dense(2).encode([1.0, 2.0, 3.0])


@given(st.lists(st.integers(-3, 30)))
def test_indices_ascend_without_repeats(chosen):
    try:
        features = indices(chosen, 25)
    except NoFeatures:
        assert chosen == []
    except BadIndex:
        assert not all(0 <= one < 25 for one in chosen)
    else:
        assert set(features) == set(chosen)
        assert all(one < other for one, other in pairwise(features))


@pytest.mark.parametrize("one", [True, 1.0, "1", None, np.float64(2), -1, 25, 2**70])
def test_what_is_no_index_is_refused(one):
    with pytest.raises(BadIndex, match="whole numbers from 0 to 24"):
        indices([one], 25)


def test_features_above_a_threshold():
    assert Above(4, 0.5).encode([0.4, 0.6, 0.5, 1.0]) == (1, 3)
    with pytest.raises(NoFeatures):
        Above(2).encode([0.0, -1.0])
    with pytest.raises(WrongWidth):
        Above(2).encode([1.0])
    with pytest.raises(NotFinite):
        Above(1).encode([float("nan")])


@given(st.text(alphabet=st.characters(exclude_categories=())), st.integers(1, MOST_INDICES))
@settings(max_examples=200)
def test_any_text_becomes_ascending_features_or_is_refused(text, width):
    try:
        features = HashedWords(width).encode(text)
    except NoFeatures:
        assert not list(words(text))
        return
    assert list(features) == sorted(set(features))
    assert 0 <= features[0] <= features[-1] < width


def test_a_word_s_feature_is_its_keccak():
    bag = HashedWords(1_000)
    assert bag.feature_of("chain") == int.from_bytes(keccak256(b"chain")[:8], "big") % 1_000
    assert bag.encode("chain") == (bag.feature_of("chain"),)
    # A vector to agree on with other implementations.
    assert HashedWords(2**20).encode("The quick brown fox") == FOX


def test_words_are_told_whatever_their_case_form_and_punctuation():
    bag = HashedWords(2**20)
    assert bag.encode("Straße, CHAIN!") == bag.encode("chain\n(strasse)")
    assert bag.encode("\ufb01ne") == bag.encode("fine fine")


@pytest.mark.parametrize("width", [0, -1, MOST_INDICES + 1])
def test_a_bag_has_a_size(width):
    with pytest.raises(TooManyFeatures):
        HashedWords(width)


@pytest.mark.parametrize("sample", [b"bytes", None, 3, ["a"]])
def test_a_bag_takes_text(sample):
    with pytest.raises(NotNumbers):
        HashedWords(10).encode(sample)
