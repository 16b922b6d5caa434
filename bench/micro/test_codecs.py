"""What encoding weights costs, for every encoding and model size, and against eth-abi."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eth_abi.abi import encode
from numpy.typing import NDArray

from system.weights import codec
from system.weights.abi import bytes_argument, int256_array
from system.weights.fixed import INT256, to_integers

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

# digits-softmax, mnist-softmax, mnist-784-32-10, lenet5
SIZES = (650, 7_850, 25_450, 61_706)
every_codec = pytest.mark.parametrize("name", codec.names())
every_size = pytest.mark.parametrize("count", SIZES)


def trained_scale(count: int) -> NDArray[np.float64]:
    """Weights with the spread of a trained layer."""
    return np.random.default_rng(count).normal(0.0, 0.05, count)


@every_size
@every_codec
def test_encode(benchmark: BenchmarkFixture, name: str, count: int) -> None:
    array = trained_scale(count)
    benchmark.group = f"encode {count}"
    payload = benchmark(codec(name).encode, array)
    benchmark.extra_info.update(
        payload_bytes=len(payload),
        bytes_per_weight=len(payload) / count,
        decode_error_max=codec(name).error(array),
    )
    assert len(codec(name).decode(payload)) == count


@every_size
@every_codec
def test_decode(benchmark: BenchmarkFixture, name: str, count: int) -> None:
    payload = codec(name).encode(trained_scale(count))
    benchmark.group = f"decode {count}"
    assert len(benchmark(codec(name).decode, payload)) == count


@every_size
def test_int256_array_ours(benchmark: BenchmarkFixture, count: int) -> None:
    benchmark.group = f"int256[] {count}"
    body = benchmark(int256_array, trained_scale(count))
    assert len(body) == 64 + 32 * count


@every_size
def test_int256_array_eth_abi(benchmark: BenchmarkFixture, count: int) -> None:
    array = trained_scale(count)
    integers = to_integers(array, INT256).tolist()
    benchmark.group = f"int256[] {count}"
    assert benchmark(encode, ["int256[]"], [integers]) == int256_array(array)


@every_size
def test_bytes_ours(benchmark: BenchmarkFixture, count: int) -> None:
    payload = codec("float32").encode(trained_scale(count))
    benchmark.group = f"bytes {count}"
    assert len(benchmark(bytes_argument, payload)) % 32 == 0


@every_size
def test_bytes_eth_abi(benchmark: BenchmarkFixture, count: int) -> None:
    payload = codec("float32").encode(trained_scale(count))
    benchmark.group = f"bytes {count}"
    assert benchmark(encode, ["bytes"], [payload]) == bytes_argument(payload)
