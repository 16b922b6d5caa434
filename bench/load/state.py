"""The swarm of this process: Locust makes its users itself, so they find it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.load.swarm import Swarm

_swarms: list[Swarm] = []


def current() -> Swarm:
    """The swarm that this process's users belong to; LookupError before a test starts."""
    if not _swarms:
        raise LookupError("no test has started in this process")
    return _swarms[-1]


def replace(swarm: Swarm | None) -> None:
    """Make `swarm` the current one; None when the test ended."""
    _swarms.clear()
    if swarm is not None:
        _swarms.append(swarm)
