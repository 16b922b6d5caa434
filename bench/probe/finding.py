"""What was found out about one wall: what was expected, what was measured, what is seen there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# "absent": there is no such wall on this chain. "skipped": measuring it may harm the chain, and
# nobody said that it may. "not measured": it was tried, and the note says what stood in the way.
Outcome = Literal["measured", "absent", "skipped", "not measured"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One wall's row. `predicted` and `measured` are in `unit`, None where there is no such number.

    `tolerance`: how far apart the two may lie; 0 for what is counted, more for what is timed.
    `symptom` is what a client meets at the wall, in the node's words where it has any; `setting`
    is what moves the wall.
    """

    name: str
    unit: str
    setting: str
    predicted: float | None = None
    measured: float | None = None
    symptom: str = ""
    note: str = ""
    outcome: Outcome = "measured"
    tolerance: float = 0.0

    @property
    def agrees(self) -> bool | None:
        """Whether prediction and measurement agree; None where one of them is missing."""
        if self.predicted is None or self.measured is None:
            return None
        return abs(self.predicted - self.measured) <= self.tolerance

    @property
    def fell_short(self) -> bool:
        """Whether the wall could not be measured, or lies elsewhere than predicted."""
        return self.outcome == "not measured" or self.agrees is False
