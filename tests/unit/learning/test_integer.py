"""Whole-number training: learns as well, and gives the same bits whatever the machine does."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from system.errors import UsageError
from system.learning import integer, softmax
from system.learning.data import digits
from system.weights import codec

# What seed 0 gives on the digits, on any machine: a change here means that workers with different
# versions of this project no longer agree.
DIGEST = "2d46d0d764cc94075174aaad4c9a077a8407bf890291e1d99217af5ab202214e"
SCRIPT = """
from system.learning import integer
from system.learning.data import digits
print(integer.digest(integer.train(digits(), seed=0), features=64, classes=10).hex())
"""


@pytest.fixture(scope="module")
def trained() -> np.ndarray:
    return integer.train(digits(), seed=0)


@given(st.integers(-(2**62), 2**62), st.integers(0, 40))
def test_shift_rounds_half_up(value, bits):
    expected = (Fraction(value, 2**bits) + Fraction(1, 2)).__floor__()
    assert integer.shift(np.array([value]), bits).tolist() == [expected]


def test_the_table_is_the_exponential():
    table = integer.exponentials()
    assert table.shape == (2049,)
    assert table[0] == 1 << 30
    assert np.abs(table / 2**30 - np.exp(-np.arange(2049) / 128)).max() < 2**-30


@given(st.integers(-(2**40), 0))
def test_exp_is_close_between_the_entries(q16):
    # Linear interpolation at steps of 1/128 is off by less than (1/128)^2 / 8.
    error = integer.exp(np.array([q16]))[0] / 2**30 - np.exp(q16 / 65536)
    assert abs(error) < 8e-6


def test_exp_is_monotone():
    assert (np.diff(integer.exp(np.arange(-1_100_000, 1))) >= 0).all()


def test_probabilities_add_up(trained):
    rows = integer.probabilities(trained, integer.to_q16(digits().test_x))
    assert np.abs(rows.sum(axis=1) - integer.ONE).max() <= 5
    assert (rows >= 0).all()


def test_accuracy_equals_the_floating_point_twins(trained):
    data = digits()
    accuracy = integer.accuracy(trained, integer.to_q16(data.test_x), data.test_y)
    twin = softmax.accuracy(softmax.train(data, seed=0), data.test_x, data.test_y)
    assert accuracy >= 0.9
    assert abs(accuracy - twin) < 0.02


def test_trained_weights_travel_as_int32_without_loss(trained):
    floats = trained / integer.ONE
    assert codec("int32").error(floats) == 0.0
    assert codec("int32").encode(floats) == trained.astype(">i4").tobytes()
    assert (integer.to_q16(floats) == trained).all()


def test_the_digest_covers_shape_and_weights(trained):
    expected = keccak.new(
        data=struct.pack(">II650i", 64, 10, *trained.tolist()), digest_bits=256
    ).digest()
    assert integer.digest(trained, features=64, classes=10) == expected
    other = trained.copy()
    other[-1] += 1
    assert integer.digest(other, features=64, classes=10) != expected
    with pytest.raises(UsageError, match="no model of 10 × 64"):
        integer.digest(trained, features=10, classes=64)


def test_the_digest_is_the_known_one(trained):
    assert integer.digest(trained, features=64, classes=10).hex() == DIGEST
    other = integer.train(digits(), seed=1)
    assert integer.digest(other, features=64, classes=10).hex() != DIGEST


def machines() -> dict[str, dict[str, str]]:
    """Environments that make numpy and OpenBLAS compute as on other processors."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    optional = " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name])
    return {
        "old core, 1 thread": {"OPENBLAS_CORETYPE": "NEHALEM", "OPENBLAS_NUM_THREADS": "1"},
        "newer core, 2 threads": {"OPENBLAS_CORETYPE": "HASWELL", "OPENBLAS_NUM_THREADS": "2"},
        "no SIMD": {"NPY_DISABLE_CPU_FEATURES": optional, "OMP_NUM_THREADS": "1"},
    }


@pytest.mark.parametrize("machine", machines())
def test_one_digest_on_every_machine(machine):
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, **machines()[machine]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == DIGEST


@pytest.mark.parametrize("size", [0, 3, 33])
def test_batches_that_are_no_power_of_two(size):
    x = np.zeros((size, 64), dtype=np.int64)
    with pytest.raises(UsageError, match="power of two"):
        integer.sgd_step(np.zeros(650, dtype=np.int64), x, np.zeros(size, dtype=np.int64))


def test_leaving_the_exact_range_is_refused():
    edge = np.full(650, -(2**31) + 1)
    x, y = np.full((1, 64), integer.ONE), np.array([0])
    with pytest.raises(integer.IntegerOverflow, match="learning rate"):
        integer.sgd_step(edge, -x, y, rate_shift=0)
    with pytest.raises(integer.IntegerOverflow, match="scale them"):
        integer.sgd_step(edge, x + 1, y)
    with pytest.raises(integer.IntegerOverflow):
        integer.digest(edge - 1, features=64, classes=10)


def test_weights_of_another_model_are_refused():
    with pytest.raises(UsageError, match="multiple of 65"):
        integer.probabilities(np.zeros(651, dtype=np.int64), np.zeros((1, 64), dtype=np.int64))
