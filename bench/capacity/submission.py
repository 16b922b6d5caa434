"""What one worker's submission takes of a chain, with the gate of its privacy mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.capacity.round import stages
from bench.limits.content import SAMPLE_WEIGHTS, sample
from bench.limits.gas import NONZERO_BYTE_GAS, ZERO_BYTE_GAS
from bench.limits.prediction import Chain, Prediction, predict, predict_payload
from bench.limits.sizes import wire_bytes
from system.jobs.gates import COMMIT_GAS, GATES, OPEN_GAS
from system.learning.models import WeightSpec, weights
from system.weights import codec

_COMMIT_BYTES, _OPEN_BYTES = 4 + 2 * 32, 4 + 3 * 32
# What a gate's own two transactions use, and what it adds to the last chunk's: the difference
# between a gated and a plain submission's receipts. A test on a node compares them again.
_GATE_GAS = {"commit": 112_100, "sealed": 135_900}
_SEED = 0


@dataclass(frozen=True, slots=True)
class Submission:
    """One worker's result on its way: all its transactions together, in `stages` waits."""

    weights: int
    payload_bytes: int
    transactions: int
    wire_bytes: int
    gas: int
    pool_slots: int
    stages: int


def submission(
    spec: WeightSpec, *, encoding: str, store: str, privacy: str, chain: Chain
) -> Submission:
    """What these weights come to; bare counts are drawn from N(0, 0.05²), see `predict`.

    Raises ChunkImpossible where the chain leaves no room for a chunk in that store, and what the
    codec raises for weights that it can't carry.
    """
    if spec.name.isdigit():
        found, zeros = predict(encoding, store, spec.count, chain), _zeros(encoding, spec.count)
    else:
        payload = codec(encoding).encode(weights(spec, _SEED))
        found = predict_payload(encoding, store, payload, chain)
        zeros = len(payload) - int(np.count_nonzero(np.frombuffer(payload, dtype=np.uint8)))
    return _gated(found, spec.count, privacy=privacy, zeros=zeros, chain=chain)


def _gated(
    found: Prediction, count: int, *, privacy: str, zeros: float, chain: Chain
) -> Submission:
    gate = privacy in GATES
    extra = [
        wire_bytes(size, gas=gas, chain_id=chain.chain_id)
        for size, gas in ((_COMMIT_BYTES, COMMIT_GAS), (_OPEN_BYTES, OPEN_GAS))
        if gate
    ]
    # Ciphertext has no zeros but by chance.
    sealing = (zeros - found.payload_bytes / 256) * (NONZERO_BYTE_GAS - ZERO_BYTE_GAS)
    return Submission(
        weights=count,
        payload_bytes=found.payload_bytes,
        transactions=found.transactions + len(extra),
        wire_bytes=found.wire_bytes + sum(extra),
        gas=found.gas + _GATE_GAS.get(privacy, 0) + round(sealing if privacy == "sealed" else 0),
        pool_slots=found.pool_slots + len(extra),
        stages=stages(privacy),
    )


def _zeros(encoding: str, count: int) -> float:
    """The zero bytes to expect of `count` drawn weights, scaled from a sample's."""
    sampled = min(count, SAMPLE_WEIGHTS)
    values = np.frombuffer(sample(encoding, sampled), dtype=np.uint8)
    return (values.size - int(np.count_nonzero(values))) * count / sampled
