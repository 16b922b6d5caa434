"""Waits for a chain's blocks, and makes idle chains go on."""

from __future__ import annotations

import time
from collections.abc import Iterator

from system.chain.outbox import Outbox
from system.chain.sender import Call, Sender
from system.errors import NetworkError

# The label of transactions that are sent only so that there is a block.
NUDGE = "nudge"
_POLL_S = 0.02
_NUDGE_AFTER_S = 0.05
_PATIENCE_S = 60.0
_TRANSFER_GAS = 21_000


class NoBlocks(NetworkError):
    """No block came while one was waited for."""


class Blocks:
    """A chain's blocks as they come.

    `idles`: it makes blocks only when there are transactions, so deadlines would never pass; then
    `account` sends itself nothing, through `outbox`, whenever no block has come for 50 ms.
    """

    def __init__(self, account: Sender, outbox: Outbox, *, idles: bool) -> None:
        self._account = account
        self._outbox = outbox
        self._idles = idles

    def newest(self) -> int:
        """The newest block's number."""
        return int(self._account.rpc.call("eth_blockNumber"), 16)

    def __iter__(self) -> Iterator[int]:
        """Every new block's number, from the present one on, without end; raises `after`'s."""
        number = -1
        while True:
            number = self.after(number)
            yield number

    def after(self, number: int) -> int:
        """The newest block's number as soon as it is another; raises NoBlocks after a minute."""
        asked_s = nudged_s = time.monotonic()
        while (found := self.newest()) == number:
            now_s = time.monotonic()
            if now_s - asked_s > _PATIENCE_S:
                raise NoBlocks(
                    f"no block after {number} within {_PATIENCE_S:g} s: "
                    "see `weighbridge network status` and the validators' logs"
                )
            if self._idles and now_s - nudged_s > _NUDGE_AFTER_S:
                self._nudge()
                nudged_s = now_s
            time.sleep(_POLL_S)
        return found

    def _nudge(self) -> None:
        if not self._outbox.waiting(NUDGE):
            call = Call(self._account.address, b"", _TRANSFER_GAS)
            self._outbox.send(self._account.key, [call], NUDGE)
