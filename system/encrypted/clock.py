"""Waiting for what only time brings: the end of a phase that somebody did not use."""

from __future__ import annotations

from collections.abc import Callable

from system.chain.blocks import Blocks
from system.chain.outbox import Outbox
from system.chain.sender import Sender


class Clock:
    """A chain's blocks as time; where it `idles`, an account of nobody else's moves it on."""

    def __init__(self, account: Sender, *, idles: bool) -> None:
        self._nudges = Outbox(account.rpc, account.chain_id)
        self._blocks = Blocks(account, self._nudges, idles=idles)

    def until(self, reached: Callable[[], bool]) -> None:
        """Return in the first block in which `reached()` holds; raises NoBlocks as `Blocks`."""
        for _ in self._blocks:
            self._nudges.settled()
            if reached():
                return
