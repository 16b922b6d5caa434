"""One submission on a real node: its gas, and the time until it is in a block, by store and size.

The node was idle and makes a block as soon as there is a transaction, so the time is the sender's
and the node's own work: signing, HTTP, execution, sealing. What comes behind the first transaction
may wait for the next block, 50 ms. The gas is exact.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from bench.limits.content import sample
from bench.limits.measure import Bench, Sample, calls
from bench.limits.prediction import predict_payload
from system.chain.keys import derive_key
from system.chain.receipts import wait_for_receipt
from system.chain.sender import Call, Sender, hand_over, send
from system.jobs.counter import INCREMENT_GAS, deploy_counter, increment_calldata
from system.jobs.stores import STORES

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    Arguments = tuple[tuple[Any, ...], dict[str, Any]]

ROUNDS = 5
_POLL_S = 0.001
# Twice the node's block time: then it has made its last block and waits. A shorter block time would
# spare this, but with 1 ms the node forgot a pending transaction within seconds.
_IDLE_S = 0.1
ENCODING = "float32"
# digits-softmax, mnist-softmax, and lenet5, which takes two transactions of 128 KB.
every_size = pytest.mark.parametrize("count", [650, 7_850, 61_706])


@every_size
@pytest.mark.parametrize("store", STORES)
def test_one_submission(benchmark: BenchmarkFixture, node: Bench, store: str, count: int) -> None:
    worker = joined(node, f"{store} {count}")
    payload = sample(ENCODING, count)
    sequences = itertools.count()

    def result() -> Arguments:
        time.sleep(_IDLE_S)
        submission = calls(node, store, Sample(ENCODING, payload), sequence=next(sequences))
        return (worker, submission), {}

    benchmark.group = f"submission {count}"
    receipts = repeated(benchmark, included, setup=result)
    last = next(sequences) - 1
    predicted = predict_payload(ENCODING, store, payload, node.limits, sequence=last)
    gas = sum(int(receipt["gasUsed"], 16) for receipt in receipts)
    benchmark.extra_info.update(
        gas=gas,
        gas_per_weight=gas / count,
        transactions=len(receipts),
        payload_bytes=len(payload),
        wire_bytes=predicted.wire_bytes,
    )
    assert gas == predicted.gas


def test_one_increment(benchmark: BenchmarkFixture, node: Bench) -> None:
    worker = Sender(node.rpc, derive_key("micro", "counter", 0), node.limits.chain_id)
    counter = deploy_counter(worker).address
    benchmark.group = "submission 0"

    def increment() -> Arguments:
        time.sleep(_IDLE_S)
        return (worker, [Call(counter, increment_calldata(), INCREMENT_GAS)]), {}

    [receipt] = repeated(benchmark, included, setup=increment)
    benchmark.extra_info.update(gas=int(receipt["gasUsed"], 16), transactions=1)
    assert len(receipt["logs"]) == 1


def repeated(benchmark: BenchmarkFixture, function: Callable[..., Any], **how: Any) -> Any:
    """What the last of the rounds returned."""
    # pytest-benchmark annotates all but this method.
    return benchmark.pedantic(function, rounds=ROUNDS, **how)  # type: ignore[no-untyped-call]


def included(worker: Sender, submission: list[Call]) -> list[dict[str, Any]]:
    """The receipts of these transactions, sent without waiting in between."""
    hashes = hand_over(worker, submission)
    return [wait_for_receipt(worker.rpc, one, poll_s=_POLL_S) for one in hashes]


def joined(node: Bench, name: str) -> Sender:
    """A worker of that benchmark's own that has joined."""
    worker = Sender(node.rpc, derive_key("micro", name, 0), node.limits.chain_id)
    send(worker, node.depot.joining())
    return worker
