"""Names, counts and files turn into weights, or are refused in one line."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest

from system.errors import UsageError
from system.learning import softmax
from system.learning.data import digits
from system.learning.models import (
    MODELS,
    BadWeightCount,
    BadWeightFile,
    UnknownModel,
    WeightSpec,
    parse_weights,
    weights,
)

COUNTS = {
    "counter": 0,
    "digits-softmax": 650,
    "digits-64-32-10": 2_410,
    "mnist-softmax": 7_850,
    "mnist-784-32-10": 25_450,
    "lenet5": 61_706,
}


def saved(path: Path, array: object) -> str:
    np.save(path, np.asarray(array))
    return str(path)


def refused(kind: type[UsageError], text: str) -> str:
    with pytest.raises(kind) as caught:
        parse_weights(text)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_every_name_has_its_count():
    specs = parse_weights(",".join(COUNTS))
    assert {spec.name: spec.count for spec in specs} == COUNTS
    assert set(MODELS) == set(COUNTS)
    assert {spec.name for spec in specs if spec.origin == "trained"} == {"digits-softmax"}


def test_order_is_kept_and_repeats_are_dropped():
    specs = parse_weights("7850, mnist-softmax,07850 ,1,7850")
    assert [(spec.name, spec.count) for spec in specs] == [
        ("7850", 7850),
        ("mnist-softmax", 7850),
        ("1", 1),
    ]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("lenet", "did you mean 'lenet5'?"),
        ("LeNet5", "did you mean 'lenet5'?"),
        ("mnist_softmax", "did you mean 'mnist-softmax'?"),
        ("650,digit-softmax", "did you mean 'digits-softmax'?"),
        ("xyz", f"choose one of {', '.join(COUNTS)} (or"),
        ("", "a whole number, or a .npy file"),
        ("650,,7850", "no model ''"),
        ("weights.txt", "no model 'weights.txt'"),
        ("nan", "no model 'nan'"),
    ],
)
def test_unknown_names(text, hint):
    assert hint in refused(UnknownModel, text)


@pytest.mark.parametrize(
    "text", ["0", "-1", "+5", "1.5", "1e6", "5_000", "1000000001", "9" * 30, "650,0", "-0"]
)
def test_counts_that_are_none(text):
    assert "whole number from 1 to 1000000000" in refused(BadWeightCount, text)


@pytest.mark.parametrize("name", [*COUNTS, "1", "650"])
def test_weights_are_finite_seeded_and_of_the_right_size(name):
    (spec,) = parse_weights(name)
    drawn = weights(spec, 7)
    assert drawn.dtype == np.float64
    assert drawn.shape == (spec.count,)
    assert np.isfinite(drawn).all()
    assert (drawn == weights(spec, 7)).all()
    assert not spec.count or (drawn != weights(spec, 8)).any()


@pytest.mark.parametrize("seed", [-1, 0, 2**64 + 3])
def test_any_whole_number_is_a_seed(seed):
    assert len(weights(parse_weights("650")[0], seed)) == 650


def test_the_scale_of_draws():
    assert weights(parse_weights("100000")[0], 1).std() == pytest.approx(0.05, rel=0.02)
    softmax_weights = weights(parse_weights("mnist-softmax")[0], 1)
    assert softmax_weights.std() == pytest.approx(784**-0.5, rel=0.05)
    lenet = weights(parse_weights("lenet5")[0], 1)
    assert lenet[:156].std() == pytest.approx(25**-0.5, rel=0.2)
    assert lenet[-850:].std() == pytest.approx(84**-0.5, rel=0.1)


def test_the_digits_model_is_really_trained():
    trained = weights(parse_weights("digits-softmax")[0], 3)
    assert softmax.accuracy(trained, digits().test_x, digits().test_y) >= 0.9


def test_weights_of_a_model_are_the_callers_own():
    (spec,) = parse_weights("digits-softmax")
    weights(spec, 3)[:] = 0.0
    assert weights(spec, 3).any()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i8", "u4", ">f4", ">i2"])
def test_files_are_flattened_to_float64(tmp_path, dtype):
    array = np.arange(6, dtype=dtype).reshape(2, 3)
    (spec,) = parse_weights(saved(tmp_path / "own.npy", array))
    assert (spec.count, spec.origin) == (6, "file")
    loaded = weights(spec, 1)
    assert loaded.dtype == np.float64
    assert loaded.tolist() == [0, 1, 2, 3, 4, 5]
    loaded += 1.0
    assert weights(spec, 1).tolist() == [0, 1, 2, 3, 4, 5]


def test_column_order_files_flatten_row_by_row(tmp_path):
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    (spec,) = parse_weights(saved(tmp_path / "own.npy", array))
    assert weights(spec, 1).tolist() == [0, 1, 2, 3, 4, 5]


def test_files_stand_beside_names(tmp_path):
    text = f"650,{saved(tmp_path / 'own.npy', np.ones(3))},counter"
    assert [spec.count for spec in parse_weights(text)] == [650, 3, 0]


def test_a_file_with_nan_is_named_with_the_count(tmp_path):
    path = saved(tmp_path / "own.npy", [np.nan, 1.0, np.inf, -np.inf, 2.0])
    message = refused(BadWeightFile, f"650,{path}")
    assert path in message
    assert "3 of 5 weights that are NaN or infinite" in message


@pytest.mark.parametrize(
    "array", [np.zeros(0), np.zeros((0, 3)), ["a"], [True], [1j], np.zeros(1, dtype="M8[s]")]
)
def test_files_without_weights(tmp_path, array):
    refused(BadWeightFile, saved(tmp_path / "own.npy", array))


def test_files_that_would_run_code_are_not_opened(tmp_path):
    path = tmp_path / "own.npy"
    np.save(path, np.array([None]), allow_pickle=True)
    assert "objects" in refused(BadWeightFile, str(path))


def test_missing_files_and_folders(tmp_path):
    assert "No such file" in refused(BadWeightFile, str(tmp_path / "none.npy"))
    (tmp_path / "folder.npy").mkdir()
    refused(BadWeightFile, str(tmp_path / "folder.npy"))


def test_damaged_files_are_refused_or_read_and_nothing_else(tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, np.arange(6.0))
    whole, path, source = buffer.getvalue(), tmp_path / "own.npy", random.Random(1)
    readable, messages = 0, []
    for _ in range(300):
        data = bytearray(whole[: source.choice([len(whole), source.randrange(len(whole))])])
        for _ in range(source.randint(0, 3)):
            if data:
                data[source.randrange(len(data))] = source.choice([0, 9, 40, 57, 128, 255])
        path.write_bytes(bytes(data))
        try:
            (spec,) = parse_weights(str(path))
        except BadWeightFile as error:
            messages.append(str(error))
        else:
            readable += 1
            assert spec == WeightSpec(str(path), weights(spec, 1).size, "file")
    assert 0 < readable < 300
    assert all(message.startswith(str(path)) and "\n" not in message for message in messages)


@pytest.mark.parametrize("shape", [b"(9223372036854775807,)", b"(-6,)", b"(1000000000000,)"])
def test_headers_that_claim_more_than_the_file_holds(tmp_path, shape):
    buffer = io.BytesIO()
    np.save(buffer, np.arange(6.0))
    padded = b"(6,), }" + b" " * (len(shape) - 4)
    path = tmp_path / "own.npy"
    path.write_bytes(buffer.getvalue().replace(padded, shape + b", }"))
    refused(BadWeightFile, str(path))
