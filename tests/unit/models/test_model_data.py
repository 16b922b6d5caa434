"""Data sets for models on the chain: digits, made-up texts, and files of one's own."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from system.errors import UsageError
from system.models.corpus import LONGEST, SHORTEST, made_up_texts
from system.models.data import (
    Labelled,
    against_rest,
    digit_images,
    divided,
    encoded,
    regrouped,
)
from system.models.encoders.dense import Dense
from system.models.encoders.errors import NotFinite
from system.models.encoders.sparse import Above
from system.models.encoders.words import HashedWords
from system.models.files import BadDataFile, read_csv, read_npz, read_samples


def test_the_digits_encoded():
    data = encoded(digit_images(), Dense(64), seed=3)
    assert (len(data.train), len(data.test), data.width) == (1438, 359, 64)
    assert not data.sparse
    assert data.classes == tuple("0123456789")
    assert {one.label for one in data.test} == set(range(10))
    assert data == encoded(digit_images(), Dense(64), seed=3)
    assert data != encoded(digit_images(), Dense(64), seed=4)


def test_every_digit_has_features_above_a_threshold():
    data = encoded(digit_images(), Above(64, 0.5))
    assert data.sparse
    assert all(one.features for one in data.train)


def test_classes_regrouped():
    digits = digit_images()
    pair = regrouped(digits, {"3": ["3"], "8": ["8"]})
    assert pair.classes == ("3", "8")
    assert len(pair.labels) == len(pair.samples) == digits.labels.count(3) + digits.labels.count(8)
    odd = regrouped(digits, {"even": list("02468"), "odd": list("13579")})
    assert odd.labels == [label % 2 for label in digits.labels]
    rest = against_rest(digits, "7")
    assert rest.classes == ("rest", "7")
    assert sum(rest.labels) == digits.labels.count(7)


@pytest.mark.parametrize("groups", [{"a": ["x"]}, {"a": ["1"], "b": ["1"]}, {"a": ["1", "1"]}])
def test_groups_have_to_fit(groups):
    with pytest.raises(UsageError, match="once at most"):
        regrouped(digit_images(), groups)


def test_a_part_and_the_rest():
    one, other = divided(digit_images(), 800, seed=1)
    assert (len(one.labels), len(other.samples)) == (800, 997)
    assert sorted([*one.labels, *other.labels]) == sorted(digit_images().labels)


@pytest.mark.parametrize("labels", [[0] * 20, [0, 1] * 4])
def test_too_little_to_learn_from(labels):
    with pytest.raises(UsageError, match="ten samples and two classes"):
        encoded(Labelled([[1.0]] * len(labels), labels, ("a", "b")), Dense(1))


def test_a_sample_that_can_t_be_encoded_is_named():
    samples = [[1.0]] * 9 + [[float("nan")]]
    with pytest.raises(NotFinite, match=r"^sample 10: 1 of 1 values"):
        encoded(Labelled(samples, [0, 1] * 5, ("a", "b")), Dense(1))


def test_made_up_texts_can_be_told_by_their_words():
    texts = made_up_texts(200, topics=4, seed=5)
    assert texts == made_up_texts(200, topics=4, seed=5)
    assert texts != made_up_texts(200, topics=4, seed=6)
    assert [texts.labels.count(topic) for topic in range(4)] == [50] * 4
    lengths = {len(text.split()) for text in texts.samples}
    assert min(lengths) >= SHORTEST
    assert max(lengths) <= LONGEST
    data = encoded(texts, HashedWords(1_000))
    assert all(len(one.features) <= LONGEST for one in data.train)
    # The words of a class, counted, tell most of the others: there is something to learn.
    counts = np.zeros((4, 1_000))
    for one in data.train:
        counts[one.label, list(one.features)] += 1
    chosen = [int(counts[:, list(one.features)].sum(axis=1).argmax()) for one in data.test]
    assert np.mean([a == one.label for a, one in zip(chosen, data.test, strict=True)]) > 0.7


@pytest.mark.parametrize(("count", "topics"), [(10, 1), (1, 2), (0, 0)])
def test_texts_need_topics(count, topics):
    with pytest.raises(UsageError, match="2 topics"):
        made_up_texts(count, topics=topics)


def test_a_csv_file(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("height,width,kind\n1.5,2,cat\n\n-3,4e2,dog\n0,0, cat\n", encoding="utf-8-sig")
    data = read_samples(path)
    assert np.array_equal(data.samples, [[1.5, 2.0], [-3.0, 400.0], [0.0, 0.0]])
    assert (data.labels, data.classes) == ([0, 1, 0], ("cat", "dog"))


def test_number_classes_are_in_the_order_of_numbers(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("1,10\n1,9\n1,-1\n", encoding="utf-8")
    assert read_csv(path).classes == ("-1", "9", "10")


def test_a_csv_file_of_texts(tmp_path):
    path = tmp_path / "mail.CSV"
    path.write_text('"hello, world",good\nbuy now,bad\n', encoding="utf-8")
    data = read_samples(path, text=True)
    assert (data.samples, data.labels) == (["hello, world", "buy now"], [1, 0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no lines"),
        ("a,b\n", "0 classes"),
        ("1,2\n1,2,3\n", "line 2 has 3 columns"),
        ("1\n2\n", "line 1 has 1 columns: give 2"),
        ("1,a\nx,b\n", "line 2: could not convert"),
        ("1,a\nnan,b\n", "line 2: 1 of 1 values are NaN"),
        ("1,a\n2,a\n", "1 classes"),
        ("".join(f"1,{n}\n" for n in range(300)), "300 classes"),
        ("1,a\n\0,b\n", "line 2|CSV"),
        (f"1,{'x' * 200_000}\n", "CSV in UTF-8"),
    ],
)
def test_bad_csv_files_are_refused_in_one_line(tmp_path, text, said):
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadDataFile, match=said) as caught:
        read_csv(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_files_that_are_no_data(tmp_path):
    binary = tmp_path / "own.csv"
    binary.write_bytes(b"\xff\xfe1,2")
    for path in (binary, tmp_path / "none.csv", tmp_path / "none.npz", tmp_path / "own.xls"):
        with pytest.raises(BadDataFile, match=r"own|none"):
            read_samples(path)
    with pytest.raises(BadDataFile, match=r"\.csv file of"):
        read_samples(tmp_path / "own.npz", text=True)


def saved(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_an_npz_archive(tmp_path):
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    data = read_samples(saved(tmp_path / "a.npz", x=x, y=np.array([7, 5, 7])))
    assert np.array_equal(data.samples, x)
    assert (data.labels, data.classes) == ([1, 0, 1], ("5", "7"))
    named = read_npz(saved(tmp_path / "b.npz", x=x, y=np.array(["a", "b", "a"])))
    assert named.classes == ("a", "b")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": np.ones((2, 2))}, "archive of x and y"),
        ({"x": np.ones(2), "y": np.arange(2)}, "one row and one class each"),
        ({"x": np.ones((2, 2)), "y": np.arange(3)}, "one row and one class each"),
        ({"x": np.ones((2, 2)), "y": np.array([0.5, 1])}, "whole numbers or text"),
        ({"x": np.array([[1.0], [np.inf]]), "y": np.arange(2)}, "row 2: 1 of 1"),
        ({"x": np.ones((2, 2)), "y": np.array([1, 1])}, "1 classes"),
        ({"x": np.array([["a"], ["b"]]), "y": np.arange(2)}, "row 1"),
        ({"x": np.array([[{}], [1]], dtype=object), "y": np.arange(2)}, "archive of x and y"),
    ],
)
def test_bad_archives_are_refused_in_one_line(tmp_path, arrays, said):
    with pytest.raises(BadDataFile, match=said) as caught:
        read_npz(saved(tmp_path / "own.npz", **arrays))
    assert "\n" not in str(caught.value)


def test_a_header_may_not_promise_more_than_there_is(tmp_path):
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (10**12, 1)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as archive:
        archive.writestr("x.npy", header.getvalue() + bytes(8))
        archive.writestr("y.npy", header.getvalue() + bytes(8))
    with pytest.raises(BadDataFile, match="cut off"):
        read_npz(tmp_path / "own.npz")


@given(st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_torn_archives_are_refused(tmp_path, data):
    path = saved(tmp_path / "own.npz", x=np.ones((2, 2)), y=np.arange(2))
    torn = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        torn[data.draw(st.integers(0, len(torn) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(torn[: data.draw(st.integers(0, len(torn)))])
    try:
        assert len(read_npz(path).samples) == 2
    except BadDataFile as error:
        message = str(error)
        assert "\n" not in message
