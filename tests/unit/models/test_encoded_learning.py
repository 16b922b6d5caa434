"""Every encoder gives what a model of its kind learns from, and a user's file does too."""

from __future__ import annotations

from statistics import fmean

from system.models.classifiers.bayes import NaiveBayes
from system.models.classifiers.centroid import NearestCentroid, SparseNearestCentroid
from system.models.classifiers.classifier import ONE, Classifier
from system.models.classifiers.perceptron import SparsePerceptron
from system.models.corpus import made_up_texts
from system.models.data import Examples, against_rest, digit_images, encoded
from system.models.encoders.dense import Dense
from system.models.encoders.sparse import Above
from system.models.encoders.words import HashedWords
from system.models.files import read_samples


def right(model: Classifier, data: Examples) -> float:
    """The share of the test part that the model gets, once it learned the rest."""
    for one in data.train:
        model.update(one.features, one.label)
    return fmean(model.predict(one.features) == one.label for one in data.test)


def test_bayes_learns_topics_from_hashed_words():
    data = encoded(made_up_texts(400, topics=3), HashedWords(2_000))
    model = NaiveBayes.empty(data.width, ONE)
    for _ in data.classes:
        model.add_class(0)
    model.finish()
    assert right(model, data) > 0.9


def test_a_sparse_centroid_learns_topics_from_hashed_words():
    data = encoded(made_up_texts(400, topics=3), HashedWords(500))
    model = SparseNearestCentroid.empty(data.width)
    for _ in data.classes:
        model.add_class(1)
    model.finish()
    assert right(model, data) > 0.85


def test_a_sparse_perceptron_tells_a_digit_by_its_dark_pixels():
    data = encoded(against_rest(digit_images(), "0"), Above(64, 0.5))
    model = SparsePerceptron(64, 0, ONE)
    model.finish()
    assert right(model, data) > 0.97


def test_a_centroid_learns_from_a_user_s_file(tmp_path):
    digits = digit_images()
    lines = [
        ",".join([*(f"{value:g}" for value in row), f"digit {label}"])
        for row, label in zip(digits.samples[:600], digits.labels[:600], strict=True)
    ]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    data = encoded(read_samples(path), Dense(64))
    model = NearestCentroid(data.width)
    for _ in data.classes:
        model.bring(0, [0] * 64)
        model.add_class(1)
    model.finish()
    assert data.classes[3] == "digit 3"
    assert right(model, data) > 0.8
