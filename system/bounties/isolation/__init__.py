"""Isolation: strangers' tasks are run where they reach nothing but themselves."""

from __future__ import annotations

from system.bounties.isolation.cell import Isolation
from system.bounties.isolation.choice import NoIsolation, found
from system.bounties.isolation.entry import isolated
from system.bounties.isolation.finished import Finished, Outcome
from system.bounties.isolation.limits import Limits, granted
from system.bounties.isolation.unconfined import Unconfined

__all__ = [
    "Finished",
    "Isolation",
    "Limits",
    "NoIsolation",
    "Outcome",
    "Unconfined",
    "found",
    "granted",
    "isolated",
]
