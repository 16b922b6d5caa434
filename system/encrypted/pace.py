"""How long a round's phases last at most: blocks, from bytes, computing and transactions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from system.encrypted.sizes import Size

_FEWEST_BLOCKS: Final = 8
_SHORTEST_S: Final = 12.0
# The least that any of these chains carried: four QBFT validators on two cores took 2.4 MB/s.
_BYTES_PER_S: Final = 250_000
# What one core took for a ciphertext of 2048 bits, three times over for loaded machines: its
# decryption share 0.019 s, checking it in an update's proof 0.0002 s. Longer keys: cubically.
_SHARE_S: Final = 0.06
_CHECK_S: Final = 0.0006
_UNIT_BYTES: Final = 512
# Nobody waits for these deadlines: behind them a round is void.
_PATIENCE_S: Final = 60.0
# A chain that idles makes a block for each transaction at most, or for each nudge while somebody
# waits: it does not run away from members that are slow.
_NUDGED_PERIOD_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between blocks; None: a block comes when there are transactions.

    `shared`: opening takes computing for each unit.
    """

    period_s: float | None
    parties: int
    size: Size
    shared: bool

    def announcing(self, transactions: int) -> int:
        """Blocks in which everybody announces."""
        return self._blocks(_SHORTEST_S, transactions * self.parties)

    def submitting(self, transactions: int) -> int:
        """Blocks in which updates of so many transactions each come in."""
        carried_s = self.parties * self.size.update_bytes / _BYTES_PER_S
        return self._blocks(_SHORTEST_S + carried_s, transactions * self.parties)

    def judging(self) -> int:
        """Blocks in which every party checks every update."""
        checks = self.parties**2 * self.size.units if self.shared else 0
        return self._blocks(_SHORTEST_S + checks * _CHECK_S * self._longer, self.parties)

    def adding(self, transactions: int) -> int:
        """Blocks in which so many transactions add the updates."""
        return self._blocks(_PATIENCE_S, transactions)

    def opening(self, transactions: int) -> int:
        """Blocks in which parties compute and send their shares, of so many transactions each."""
        computing_s = self.parties * self.size.units * _SHARE_S * self._longer
        seconds = _PATIENCE_S + (computing_s if self.shared else 0)
        return self._blocks(seconds, transactions * self.parties)

    @property
    def _longer(self) -> float:
        return (self.size.unit_bytes / _UNIT_BYTES) ** 3

    def _blocks(self, seconds: float, transactions: int) -> int:
        if self.period_s is None:
            return max(_FEWEST_BLOCKS + transactions, math.ceil(seconds / _NUDGED_PERIOD_S))
        return max(_FEWEST_BLOCKS, math.ceil(seconds / self.period_s))
