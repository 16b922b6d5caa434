"""Who tells a training's story: a function of its record for each system."""

from __future__ import annotations

from collections.abc import Callable

from bench.report.story import bounties, encrypted, models
from bench.report.story.story import Story, Told
from system.errors import UsageError

TELLERS: dict[str, Callable[[Told], Story]] = {
    "bounties": bounties.tell,
    "encrypted": encrypted.tell,
    "models": models.tell,
}


def tell(told: Told) -> Story:
    """The story of a training; raises UsageError for a system that has none."""
    system = told.settings.system
    if system not in TELLERS:
        raise UsageError(
            f"a training of the system {system!r} is none that this version can tell; "
            "use the version that made it"
        )
    return TELLERS[system](told)
