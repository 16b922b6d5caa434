"""The fitted cost model: seconds from what a round takes, how sure, and how far out of its depth.

A target's seconds are a sum of terms, each a quantity of the round times a coefficient that is
never negative: what a round waits for (block periods) and what a node works through (transactions,
bytes, gas). So more of anything never makes a round faster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bench.capacity.round import TERMS, Round
from bench.record.schema import Machine


@dataclass(frozen=True, slots=True)
class Fit:
    """One target: seconds for a unit of each of the `TERMS`, and the model's own error.

    `spread` is a factor: of rounds that the model was not fitted to, nine of ten are measured
    between estimate / spread and estimate × spread.
    """

    coefficients: dict[str, float]
    spread: float


@dataclass(frozen=True, slots=True)
class Domain:
    """What the fitted rounds covered: [lowest, highest] by dimension, and kinds by name."""

    bounds: dict[str, list[float]]
    kinds: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the coefficients come from; `residuals` are fitted / measured - 1, by target."""

    runs: list[str]
    commit: str | None
    started_at: list[str]
    machine: Machine
    client_version: str | None
    cells: list[str]
    residuals: dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Model:
    """A cost model: a fit a target, the domain, and where it comes from.

    `empty_block_bytes` is the size of a block without transactions; `disk_per_wire_byte` how much
    a validator's disk grows for each byte of signed transactions, by store.
    """

    targets: dict[str, Fit]
    domain: Domain
    empty_block_bytes: float
    source: Source
    disk_per_wire_byte: dict[str, float] = field(default_factory=dict)
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds with a 90 % prediction interval, and the terms that they are the sum of."""

    seconds: float
    low: float
    high: float
    terms: dict[str, float] = field(default_factory=dict)


def estimate(model: Model, target: str, of: Round) -> Estimate:
    """What the model expects of that target, its interval widened outside its domain."""
    fit = model.targets[target]
    terms = _terms(fit, of)
    seconds = sum(terms.values())
    # As wide again, on a logarithmic scale, for each factor of two outside and each new kind.
    spread = fit.spread ** (1 + distance(model.domain, of))
    return Estimate(seconds, seconds / spread, seconds * spread, terms)


def dimensions(of: Round) -> dict[str, float]:
    """The numbers of a round that a domain bounds."""
    return {
        "workers": of.workers,
        "transactions": of.total_transactions,
        "bytes": of.total_bytes,
        "gas": of.total_gas,
        "blocks by gas": of.blocks,
        "validators": of.validators,
        "period_s": of.period_s,
        "gas_limit": of.gas_limit,
    }


def kinds(of: Round) -> dict[str, str]:
    """The names of a round that a domain lists."""
    return {
        "store": of.store,
        "consensus": of.consensus,
        "stages": str(of.stages),
    }


def outside(domain: Domain, of: Round) -> dict[str, float]:
    """How far the round lies outside, by dimension: 1 for each factor of two, 1 for a new kind."""
    found = {}
    for name, value in dimensions(of).items():
        low, high = domain.bounds[name]
        beyond = max(value / high, low / value)
        if beyond > 1.001:  # a chain's gas limit wavers by 1/1024 around what was set
            found[name] = math.log2(beyond)
    for name, kind in kinds(of).items():
        if kind not in domain.kinds[name]:
            found[f"{name} {kind}"] = 1.0
    return found


def distance(domain: Domain, of: Round) -> float:
    """How far the round lies outside in all; 0 inside.

    The farthest number counts, since transactions, bytes and gas grow together, and every kind
    that was never seen.
    """
    beyond = outside(domain, of)
    numbers = [value for name, value in beyond.items() if name in domain.bounds]
    return max(numbers, default=0.0) + len(beyond) - len(numbers)


def _terms(fit: Fit, of: Round) -> dict[str, float]:
    return {
        name: fit.coefficients.get(name, 0.0) * quantity
        for name, quantity in zip(TERMS, of.quantities(), strict=True)
    }
