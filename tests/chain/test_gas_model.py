"""The gas that is predicted for a result is the gas that a node's receipts say."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from bench.limits.measure import Bench, Sample, measured
from bench.limits.prediction import predict_payload
from system.chain.keys import derive_key
from system.chain.probe import Chain, probe
from system.chain.rpc import Rpc
from system.chain.sender import Sender
from system.jobs.depot import deploy_depot
from system.jobs.stores import STORES
from system.weights import codec

pytestmark = pytest.mark.chain

# One weight; a handful that ends within a word; the digits model. At 650 weights all encodings but
# the smallest take several chunks of the narrow chain.
COUNTS = (1, 13, 650, 651)
# Real chunks: two of 128 KB, and contract code cut at 24 KB.
LARGE = (("calldata", "int256"), ("event", "int256"), ("event", "float32+zstd"), ("code", "int32"))
LARGE_COUNT = 7_850


@dataclass(frozen=True)
class Case:
    """What was returned: the store, the results, the gas of each one's transactions."""

    limits: Chain
    store: str
    samples: list[Sample]
    gas: list[tuple[int, ...]]

    def largest_error(self, encoding: str) -> float:
        """The largest relative error of one result; no result of several chunks came first."""
        several, errors = False, []
        for sequence, (sample, gas) in enumerate(zip(self.samples, self.gas, strict=True)):
            predicted = predict_payload(
                sample.encoding,
                self.store,
                sample.payload,
                self.limits,
                sequence=sequence,
                first=not several,
            )
            several |= len(gas) > 1
            assert predicted.transactions == len(gas)
            if sample.encoding == encoding:
                errors.append(abs(predicted.gas - sum(gas)) / sum(gas))
        return max(errors)


@pytest.fixture(scope="module")
def bench(instant) -> Bench:
    """All stores on a fast chain."""
    rpc = Rpc(instant.endpoints[0])
    chain = probe(rpc)
    depot = deploy_depot(Sender(rpc, derive_key("gas model", "server", 0), chain.chain_id))
    return Bench(rpc, depot, chain)


@pytest.fixture(scope="module")
def narrow(bench) -> dict[str, Case]:
    """Every encoding in every store, cut into chunks of 2 KB."""
    limits = replace(bench.limits, transaction_size_limit_bytes=2_400, code_size_limit_bytes=1_900)
    samples = [sample(name, count) for count in COUNTS for name in codec.names()]
    work = [(store, samples) for store in STORES]
    gas = measured(replace(bench, limits=limits), work, salt="narrow")
    return {
        store: Case(limits, store, samples, one) for store, one in zip(STORES, gas, strict=True)
    }


def sample(encoding: str, count: int) -> Sample:
    """Seeded weights with the spread of a trained layer, a few zeros among them."""
    weights = np.random.default_rng(count).normal(0.0, 0.05, count)
    weights[5::10] = 0.0
    return Sample(encoding, codec(encoding).encode(weights))


@pytest.mark.parametrize("encoding", codec.names())
@pytest.mark.parametrize("store", STORES)
def test_the_gas_is_the_receipts(narrow, store, encoding):
    assert narrow[store].largest_error(encoding) == 0.0


@pytest.mark.parametrize(("store", "encoding"), LARGE)
def test_the_gas_of_the_largest_chunks_is_the_receipts(bench, store, encoding):
    samples = [sample(encoding, LARGE_COUNT), sample(encoding, LARGE_COUNT + 1)]
    [gas] = measured(bench, [(store, samples)], salt=f"{store} {encoding}")
    case = Case(bench.limits, store, samples, gas)
    assert case.largest_error(encoding) == 0.0
    assert len(gas[0]) == (1 if "zstd" in encoding else 2)
