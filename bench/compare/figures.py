"""The comparison's figures: medians of ratios, each taken within one repeat."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from bench.compare.runs import Measured

# What is sent, by the name it has in the figures: a weight count as float32 has 4 bytes each.
SIZES = {"counter": "counter", "31400": "7850", "120000": "30000"}


@dataclass(frozen=True, slots=True)
class Pair:
    """One repeat of one size: the flood, then the swarm at the rate that the flood reached."""

    size: str
    flood: Measured
    swarm: Measured

    @property
    def ratio(self) -> float:
        """Submissions a second of the swarm for each one of the flood."""
        return self.swarm.committed.per_s / self.flood.committed.per_s


@dataclass(frozen=True, slots=True)
class Naive:
    """One repeat at 7,850 weights; `same_encoding` is the swarm with int256[] as well."""

    naive: Measured
    swarm: Measured
    same_encoding: Measured


def figures(pairs: list[Pair], naives: list[Naive]) -> dict[str, float]:
    """The figures by name; CPU in milliseconds for each committed submission."""
    found: dict[str, float] = {}
    for size in dict.fromkeys(pair.size for pair in pairs):
        of_size = [pair for pair in pairs if pair.size == size]
        found[f"flood_ratio_{size}"] = median(pair.ratio for pair in of_size)
        found[f"flood_per_s_{size}"] = median(p.flood.committed.per_s for p in of_size)
        found[f"swarm_per_s_{size}"] = median(p.swarm.committed.per_s for p in of_size)
        found[f"generator_cpu_ms_{size}"] = median(pair.swarm.cpu_ms for pair in of_size)
    if naives:
        found["naive_ratio_7850"] = median(_rate(n.swarm) / _rate(n.naive) for n in naives)
        # At one size, CPU for each submission and CPU for each weight have the same ratio.
        found["naive_cpu_ratio_7850"] = median(n.swarm.cpu_ms / n.naive.cpu_ms for n in naives)
        found["naive_same_encoding_ratio_7850"] = median(
            _rate(n.same_encoding) / _rate(n.naive) for n in naives
        )
        found["naive_per_s_7850"] = median(_rate(n.naive) for n in naives)
    return found


def _rate(measured: Measured) -> float:
    return measured.committed.per_s
