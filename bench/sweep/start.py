"""Where a search for saturation begins: below what its chain should sustain."""

from __future__ import annotations

from dataclasses import dataclass

from bench.limits.prediction import predict
from bench.sweep.point import Point
from system.jobs.stores import ChunkImpossible
from system.learning.models import parse_weights

# Four validators on two cores commit 2 to 3 MB and 900 transactions a second; better machines are
# found in a few steps.
_BYTES_PER_S, _TRANSACTIONS_PER_S = 1.2e6, 300.0
# The part of the gas that is left when blocks come late.
_GAS_SHARE = 0.5
# A counter's transaction carries no weights.
_COUNTER_BYTES, _COUNTER_GAS = 110, 30_000


@dataclass(frozen=True, slots=True)
class _Limits:
    """A topology's limits as predictions want them."""

    gas_limit: int
    transaction_size_limit_bytes: int
    code_size_limit_bytes: int
    chain_id: int


@dataclass(frozen=True, slots=True)
class _Cost:
    """What one submission puts on the chain."""

    wire_bytes: int
    gas: int
    transactions: int


def starting_rate(point: Point) -> float:
    """A modest rate for a point's first trial, in submissions a second, to three digits.

    One a second where the chain's limits leave no room for such weights: the trial will say so.
    """
    try:
        cost, network = _cost(point), point.network()
    except ChunkImpossible:
        return 1.0
    gas_per_s = network.gas_limit / network.period_s
    rates = (
        _BYTES_PER_S / cost.wire_bytes,
        _TRANSACTIONS_PER_S / cost.transactions,
        _GAS_SHARE * gas_per_s / cost.gas,
    )
    return float(f"{min(rates):.3g}")


def _cost(point: Point) -> _Cost:
    [spec] = parse_weights(point.weights)
    if not spec.count:
        return _Cost(_COUNTER_BYTES, _COUNTER_GAS, 1)
    network = point.network()
    limits = _Limits(
        gas_limit=network.gas_limit,
        transaction_size_limit_bytes=1024 * network.transaction_size_limit_kb,
        code_size_limit_bytes=1024 * network.code_size_limit_kb,
        chain_id=network.chain_id,
    )
    found = predict(point.encoding, point.store, spec.count, limits)
    return _Cost(found.wire_bytes, found.gas, found.transactions)
