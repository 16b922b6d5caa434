"""Clients at an in-process market, block by block, with tasks that are numbers and not run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from system.bounties import credits, market
from system.bounties.behaviours import behaviour
from system.bounties.board import Board
from system.bounties.client import Client
from system.bounties.client_part import Desk, Trade
from system.bounties.evaluation import evaluation_digest
from system.bounties.events import Event
from system.bounties.fetching import Sources
from system.bounties.filters import Interest
from system.bounties.isolation import Limits
from system.bounties.task import Task, written
from system.bounties.task_files import archived
from system.bounties.terms import Terms
from system.bounties.workshop import NoAnswer, Solution
from system.chain.keys import derive_key
from system.chain.outbox import Settled
from system.jobs.results import Place
from tests.evm import CHAIN_ID, Refused
from tests.unit.bounties.house import House, terms

FILES = {"program.py": b"", "evaluation/x.npy": b"judged by this"}
SPONSORED = 100
CURIOUS = Interest(least_bounty=10, least_left_s=0, most_jobs=3, most_running_s=60)


class Here(Executor):
    """Does at once what it is given."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """The work's outcome."""
        future: Future[Any] = Future()
        try:
            future.set_result(work(*args, **named))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass
class Numbers:
    """A workshop whose models are numbers, which are their losses. `solved_for` are its seeds."""

    solved_for: list[int] = field(default_factory=list)

    def solved(self, task: Task, recipe: dict[str, Any], *, seed: int) -> Solution:
        """A model of the recipe's loss; one below 0 is a program that ends without."""
        self.solved_for.append(seed)
        loss = int(recipe["loss"])
        if loss < 0:
            raise NoAnswer("task 'numbers' left no model")
        return Solution(b"%060d" % loss, loss, 0.0)

    def judged(self, task: Task, model: bytes) -> int:
        """The number."""
        return int(model)


def task() -> Task:
    """A task of a minute at most."""
    found = evaluation_digest(FILES)
    limits = Limits(time_s=2)
    return written(FILES, name="numbers", entry="program.py", evaluation=found, limits=limits)


@dataclass
class Street:
    """A market, the clients in it and what happened; `refused` counts by step and error."""

    folder: Path
    house: House = field(default_factory=House.built)
    workshop: Numbers = field(default_factory=Numbers)
    clients: dict[str, Client] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        (self.folder / "numbers").write_bytes(archived(task().files))
        self.board = Board(self.house.chain, self.house.market, from_block=0)

    def joins(
        self, name: str, *losses: int, kind: str = "honest", own: int = 0, **trade: Any
    ) -> Client:
        """A new client with its models' losses; without credits of its own it is vouched for."""
        recipes = tuple({"loss": np.array(loss)} for loss in losses)
        options = {"interest": CURIOUS, "seed": len(self.clients), **trade}
        made = Client(
            derive_key("street", name, 0),
            Trade(name, behaviour(kind), recipes=recipes, **options),
            self._desk(),
        )
        self.clients[made.address] = made
        at = self.house.market
        sponsor = credits.NOBODY if own else self.house.member()
        self.house.send(made.address, credits.registering(at, sponsor=sponsor))
        if own:
            call = credits.allotting(at, made.address, amount=own)
            self.house.send(self.house.operator, call)
        else:
            self.house.send(sponsor, credits.vouching(at, made.address, amount=SPONSORED))
        return made

    def posts(self, owner: Client, *, reference: str = "numbers", **changes: Any) -> None:
        """A job of the client's own."""
        asked = {"task_digest": task().digest, "evaluation_digest": task().evaluation}
        made: Terms = terms(**{**asked, **changes})
        call = market.posting(self.house.market, made, reference)
        self.house.send(owner.address, call)

    def plays(self, blocks: int = 200) -> None:
        """Every client's doings until all are done."""
        for _ in range(blocks):
            self.events += self.board.update(self.house.chain.number)
            moves = [
                (client, move)
                for client in self.clients.values()
                for move in client.moves(self.board)
            ]
            self.house.mine(1)
            for client, move in moves:
                for call in move.calls:
                    self._send(client, call, move.label)
            if not moves and all(one.is_done(self.board) for one in self.clients.values()):
                return
        raise AssertionError(f"not done after {blocks} blocks")

    def happened(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        """Who did that, and its facts, in order."""
        return [
            (self.clients[one.account].trade.name, dict(one.facts))
            for one in self.events
            if one.name == name and one.account in self.clients
        ]

    def _send(self, client: Client, call: Any, label: str) -> None:
        reason = ""
        try:
            self.house.send(client.address, call)
        except Refused as error:
            reason = error.name
            self.refused[label, reason] += 1
        client.settled(Settled(client.address, label, 0, reason, self.house.chain.number, 0))

    def _desk(self) -> Desk:
        place = Place(CHAIN_ID, self.house.market, self.house.store, "calldata", "int32")
        return Desk(
            rpc=self.house.chain,
            place=place,
            chunk_bytes=24,
            from_block=0,
            period_s=1.0,
            workshop=self.workshop,
            sources=Sources(self.folder),
            threads=Here(),
        )
