"""What one submission of a cell came to before the clock, or why there can be none."""

from __future__ import annotations

from dataclasses import dataclass

from bench.load.session import CellPlan
from system.errors import WeighbridgeError


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A cell that can run: `gas_used` is the whole submission's, `wire_bytes` all transactions'."""

    cell: CellPlan
    transactions: int
    payload_bytes: int
    wire_bytes: int
    gas_used: int
    decode_error_max: float | None

    @classmethod
    def walled(cls, cell: CellPlan) -> Calibrated:
        """A cell that can't: nothing of it was measured."""
        return cls(cell, 0, payload_bytes=0, wire_bytes=0, gas_used=0, decode_error_max=None)


class Walled(WeighbridgeError):
    """Not one submission of the cell gets onto this chain; the message is the node's reason."""


class TooLong(WeighbridgeError):
    """A submission of the cell would outlast the run."""
