"""How the twins of the contracts refuse: by the very name the contract reverts with."""

from __future__ import annotations

from system.errors import WeighbridgeError


class Refused(WeighbridgeError):
    """A rule forbids it; `name` is the contract's custom error, such as "TooEarly".

    Whoever raises it has changed nothing before.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)

    @property
    def name(self) -> str:
        """The custom error's name."""
        return str(self.args[0])
