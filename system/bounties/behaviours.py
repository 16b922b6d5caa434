"""How clients of the bounty market behave, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from system.errors import UsageError, suggestion


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a client does with the loss of its model, and whether it ever shows the model.

    It announces its loss divided by `boast`, rounded down.
    """

    name: str
    boast: int = 1
    publishes: bool = True

    def announced(self, loss: int) -> int:
        """The loss that it claims, where its model's is `loss`."""
        return loss // self.boast


HONEST: Final = "honest"
LIAR: Final = "liar"
SILENT: Final = "silent"
# No training here beats another by so much, so both win for a while where they take part: the liar
# first, whose model is then looked at.
BEHAVIOURS: Final[dict[str, Behaviour]] = {
    HONEST: Behaviour(HONEST),
    LIAR: Behaviour(LIAR, boast=100),
    SILENT: Behaviour(SILENT, boast=20, publishes=False),
}


def behaviour(name: str) -> Behaviour:
    """The behaviour of that name. Raises UsageError for any other."""
    try:
        return BEHAVIOURS[name]
    except KeyError:
        raise UsageError(f"no behaviour {name!r}: {suggestion(name, BEHAVIOURS)}") from None
