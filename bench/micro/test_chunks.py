"""What a payload costs on its way into transactions: cut, digested, turned into call data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.limits.content import content, sample
from system.jobs.packing import packed, unpacked
from system.jobs.stores import STORES
from system.weights.chunks import join, split
from system.weights.digest import chained_digest

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

# What 128 KB of transaction, and 24 KB of code, leave for a chunk.
CHUNK_BYTES, CODE_BYTES = 130_720, 24_575
# mnist-softmax, lenet5
every_size = pytest.mark.parametrize("count", [7_850, 61_706])


@every_size
def test_split_and_join(benchmark: BenchmarkFixture, count: int) -> None:
    payload = sample("float32", count)
    benchmark.group = f"chunks {count}"
    assert benchmark(lambda: join(split(payload, CODE_BYTES))) == payload


@every_size
def test_digest(benchmark: BenchmarkFixture, count: int) -> None:
    chunks = split(sample("float32", count), CODE_BYTES)
    benchmark.group = f"chunks {count}"
    assert len(benchmark(chained_digest, chunks)) == 32


@every_size
def test_pack_and_unpack(benchmark: BenchmarkFixture, count: int) -> None:
    payload = sample("float32", count)
    benchmark.group = f"chunks {count}"
    assert benchmark(lambda: unpacked(packed(payload))) == payload


@every_size
def test_count_bytes(benchmark: BenchmarkFixture, count: int) -> None:
    payload = sample("float32", count)
    benchmark.group = f"chunks {count}"
    counted = benchmark(content, payload)
    assert counted.nonzero_bytes == len(payload) - payload.count(0)


@every_size
@pytest.mark.parametrize("store", STORES)
def test_call_data(benchmark: BenchmarkFixture, store: str, count: int) -> None:
    payload = sample("float32", count)
    chunk_bytes = CODE_BYTES if STORES[store].code_bound else CHUNK_BYTES
    benchmark.group = f"call data {count}"
    made = benchmark(STORES[store].call_data, payload, sequence=1, chunk_bytes=chunk_bytes)
    benchmark.extra_info.update(transactions=len(made), data_bytes=sum(map(len, made)))
    assert len(made) >= 1
