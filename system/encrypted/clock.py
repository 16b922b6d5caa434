"""Waiting for a chain to reach a block, also where it makes none by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, hand_over
from system.errors import NetworkError

_POLL_S = 0.05
_PATIENCE_S = 60.0


class ChainStands(NetworkError):
    """No block came while a deadline was waited for."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A chain's blocks as time. `nudger`: an account that sends empty transactions.

    It is for chains that make blocks only where there are transactions, and is None for others.
    """

    rpc: Rpc
    nudger: Sender | None = field(default=None)

    def until(self, reached: Callable[[], bool]) -> None:
        """Return once `reached()` holds; raises ChainStands where no block comes."""
        seen, seen_s = self._block(), time.monotonic()
        while not reached():
            if (now := self._block()) > seen:
                seen, seen_s = now, time.monotonic()
            elif time.monotonic() - seen_s > _PATIENCE_S:
                raise ChainStands(
                    f"no block after {seen} within {_PATIENCE_S:g} s: "
                    "see `weighbridge network status` and the validators' logs"
                )
            self._nudge()
            time.sleep(_POLL_S)

    def _nudge(self) -> None:
        if self.nudger is not None and not self._waiting(self.nudger):
            hand_over(self.nudger, [Call(self.nudger.address, b"", 21_000)])

    def _waiting(self, account: Sender) -> bool:
        """Whether a nudge is in no block yet."""
        mined, known = (
            self.rpc.call("eth_getTransactionCount", account.address, tag)
            for tag in ("latest", "pending")
        )
        return int(known, 16) > int(mined, 16)

    def _block(self) -> int:
        return int(self.rpc.call("eth_blockNumber"), 16)
