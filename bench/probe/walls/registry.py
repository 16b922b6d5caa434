"""All walls, in the order in which a weight array meets them."""

from __future__ import annotations

from collections.abc import Sequence

from bench.probe.wall import Wall
from bench.probe.walls import (
    block_gas,
    body,
    code,
    gas_cap,
    message,
    pool,
    rounds,
    transaction_gas,
    transaction_size,
)
from system.errors import UsageError, suggestion

WALLS = (
    body.WALL,
    transaction_size.WALL,
    code.WALL,
    gas_cap.WALL,
    transaction_gas.WALL,
    block_gas.WALL,
    pool.WALL,
    rounds.WALL,
    message.WALL,
)


def chosen(names: Sequence[str]) -> tuple[Wall, ...]:
    """The walls of those names in the registry's order, all for none; raises UsageError."""
    known = {wall.name: wall for wall in WALLS}
    for name in names:
        if name not in known:
            raise UsageError(f"no wall is called {name!r}; {suggestion(name, known)}")
    return tuple(wall for wall in WALLS if not names or wall.name in names)
