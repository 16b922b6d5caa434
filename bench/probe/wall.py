"""A wall as the probe meets it: what it is called, what measuring it may do, and how it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bench.probe.finding import Finding
from bench.probe.subject import Subject

# "nothing": no transaction enters the pool. "the chain": it may be slowed down or stopped.
# "the network": validators are stopped, or sizes set, which only a network of one's own allows.
Risk = Literal["nothing", "the chain", "the network"]


@dataclass(frozen=True, slots=True)
class Wall:
    """`measure` gives one finding or several; raises WeighbridgeError for what it can't measure."""

    name: str
    setting: str
    risk: Risk
    measure: Callable[[Subject], list[Finding]]
