"""How much a model that averages or counts takes: the twin of Limits.sol."""

from __future__ import annotations

from system.models.refused import Refused


def require_room(most: int, count: int, added: int) -> None:
    """Raise NoFeatures, TooManyFeatures unless a model of `count` features can have more."""
    if added == 0:
        raise Refused("NoFeatures")
    if count + added > most:
        raise Refused("TooManyFeatures")
