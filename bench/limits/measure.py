"""What results really cost, from the receipts of a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.limits.prediction import Chain
from system.chain.keys import derive_key
from system.chain.receipts import wait_for_receipt
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, hand_over
from system.jobs.depot import Depot
from system.jobs.packing import goes_as_words
from system.jobs.stores import STORES


@dataclass(frozen=True, slots=True)
class Sample:
    """One result to return: its encoding and its bytes."""

    encoding: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Bench:
    """Where results are returned: a node, a depot on it and the limits that chunks keep to."""

    rpc: Rpc
    depot: Depot
    limits: Chain


def measured(
    bench: Bench, work: Sequence[tuple[str, Sequence[Sample]]], *, salt: str
) -> list[list[tuple[int, ...]]]:
    """The gas of each transaction of each result of each part of the work.

    A part is a store and results that one fresh worker returns there in order; all parts are handed
    over before the first is waited for. Workers' keys depend on `salt`, a new one at each call.
    Raises Reverted, NotMined, or RpcError for a refusal.
    """
    handed = [
        _hand_over(bench, store, samples, worker=f"{salt}|{part}")
        for part, (store, samples) in enumerate(work)
    ]
    return [[_gas(bench.rpc, hashes) for hashes in part] for part in handed]


def _hand_over(
    bench: Bench, store: str, samples: Sequence[Sample], *, worker: str
) -> list[list[str]]:
    sender = Sender(bench.rpc, derive_key(worker, "measured", 0), bench.limits.chain_id)
    results = [
        calls(bench, store, sample, sequence=number) for number, sample in enumerate(samples)
    ]
    together = [bench.depot.joining(), *(call for result in results for call in result)]
    hashes = iter(hand_over(sender, together)[1:])
    return [[next(hashes) for _ in result] for result in results]


def calls(bench: Bench, store: str, sample: Sample, *, sequence: int) -> list[Call]:
    """The transactions of one result, their gas limits enough for any bytes."""
    spec, words = STORES[store], goes_as_words(sample.encoding)
    chunk_bytes = spec.chunk_limit(bench.limits, words=words)
    data = spec.call_data(sample.payload, sequence=sequence, chunk_bytes=chunk_bytes, words=words)
    gas = spec.gas(min(chunk_bytes, len(sample.payload) + 64))
    return [Call(bench.depot.stores[store], one, gas) for one in data]


def _gas(rpc: Rpc, hashes: Sequence[str]) -> tuple[int, ...]:
    return tuple(int(wait_for_receipt(rpc, one)["gasUsed"], 16) for one in hashes)
