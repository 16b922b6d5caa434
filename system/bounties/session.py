"""Clients at one market, each acting on what every new block shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from system.bounties.board import Board
from system.bounties.client import Client
from system.bounties.events import Event
from system.chain.blocks import NUDGE, Blocks
from system.chain.outbox import Outbox, Settled
from system.chain.sender import Call, Sender


@dataclass(frozen=True, slots=True)
class Turn:
    """One block: what happened in it and since the last one, what became of transactions."""

    block: int
    events: list[Event]
    settled: list[Settled]


class Session:
    """The clients of a market and their transactions.

    `idles`: the chain makes blocks only when there are transactions, so deadlines need some; then
    `account` sends them.
    """

    def __init__(
        self, account: Sender, board: Board, clients: Sequence[Client], *, idles: bool
    ) -> None:
        self.board = board
        self._clients = {one.address: one for one in clients}
        self._outbox = Outbox(account.rpc, account.chain_id)
        self._blocks = Blocks(account, self._outbox, idles=idles)

    @property
    def is_quiet(self) -> bool:
        """Whether every job is closed, nobody has anything to do, and nothing is on its way."""
        clients = self._clients.values()
        return not self._outbox.waiting() and all(one.is_done(self.board) for one in clients)

    def send(self, key: bytes, calls: Sequence[Call], label: str) -> None:
        """Hand over transactions of an account beside what its client does by itself."""
        self._outbox.send(key, calls, label)

    def play(self) -> Iterator[Turn]:
        """Every block without end, once the clients acted on it; raises NoBlocks."""
        for block in self._blocks:
            settled = self._heard()
            events = self.board.update(block)
            for client in self._clients.values():
                for move in client.moves(self.board):
                    self._outbox.send(client.key, move.calls, move.label)
            yield Turn(block, events, settled)

    def _heard(self) -> list[Settled]:
        done = self._outbox.settled()
        for one in done:
            if one.sender in self._clients:
                self._clients[one.sender].settled(one)
        return [one for one in done if one.label != NUDGE]
