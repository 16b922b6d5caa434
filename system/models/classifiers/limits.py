"""How much a model that averages or counts takes, and when it is ready: Limits.sol and the like."""

from __future__ import annotations

from dataclasses import dataclass

from system.models.refused import Refused


def require_room(most: int, count: int, added: int) -> None:
    """Raise NoFeatures, TooManyFeatures unless a model of `count` features can have more."""
    if added == 0:
        raise Refused("NoFeatures")
    if count + added > most:
        raise Refused("TooManyFeatures")


@dataclass(slots=True)
class Readiness:
    """Whether all initial weights have come in."""

    ready: bool = False

    def finish(self, *, whole: bool) -> None:
        """They have. Raises AlreadyReady; NotReady unless the model is whole."""
        if self.ready:
            raise Refused("AlreadyReady")
        if not whole:
            raise Refused("NotReady")
        self.ready = True

    def require(self) -> None:
        """Raise NotReady unless they have."""
        if not self.ready:
            raise Refused("NotReady")
