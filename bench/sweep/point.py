"""A point of a sweep and one run of it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from bench.load.choices import Setting
from bench.network.topology import Topology, load_topology
from bench.record.planned import cell_name


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a sweep. `rate_per_s` None is the closed loop; `saturation`: the rate is
    searched for. What is None below the schedule is the topology's own or the plan's."""

    weights: str
    encoding: str = "float32"
    store: str = "calldata"
    privacy: str = "plain"
    system: str = "jobs"
    rate_per_s: float | None = None
    saturation: bool = False
    schedule: str = "constant"
    users: int | None = None
    topology: str = "qbft-4"
    period_s: float | None = None
    gas_limit: int | None = None
    transaction_size_limit_kb: int | None = None
    duration_s: float | None = None
    job_size: int | None = None  # seats of a paid job; None: the board
    evil: float = 0.0
    evil_behaviour: str = ""  # names with commas
    settings: tuple[tuple[str, Setting], ...] = ()  # the system's own, by name

    def accounts(self) -> int:
        """Workers that share the load: enough that each waits for one result at a time.

        A submission takes about two block periods: four times the period's worth leaves room.
        """
        if self.users is not None:
            return self.users
        if self.rate_per_s is None:
            return 20
        # A worker is free once its job is closed, a party once the next round has begun.
        busy_longer = self.job_size is not None or self.system == "encrypted"
        blocks = 16 if busy_longer else 4
        waiting_s = blocks * max(1.0, self.network().period_s)
        return min(400, max(20, math.ceil(self.rate_per_s * waiting_s)))

    def network(self) -> Topology:
        """The network that it runs on; raises UsageError where there can be none such."""
        wanted: dict[str, Any] = {
            "period_s": self.period_s,
            "gas_limit": self.gas_limit,
            "transaction_size_limit_kb": self.transaction_size_limit_kb,
        }
        given = {key: value for key, value in wanted.items() if value is not None}
        return load_topology(self.topology, given)

    def at(self, rate_per_s: float) -> Point:
        """The same point with that rate offered."""
        return replace(self, rate_per_s=rate_per_s, saturation=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """A point's `repeat`-th run."""

    point: Point
    repeat: int

    @property
    def id(self) -> str:
        """A name fit for files, the same in every run of the plan."""
        return cell_name(asdict(self.point), self.repeat)
