"""The jobs system's traffic: workers join, take a job and return full weights, or only count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.load.account import Account
from bench.load.session import CellPlan, Session
from bench.load.workloads import Call, Draft
from system.chain.abi import topic
from system.jobs.board import JOIN_GAS, assignment_request, join_calldata, read_assignment
from system.jobs.counter import INCREMENT_GAS, INCREMENTED, increment_calldata
from system.jobs.store import CHUNK_ACCEPTED, SUBMITTED
from system.jobs.stores import STORES
from system.learning.models import parse_weights
from system.learning.stream import WeightStream, stream
from system.weights import codec

JOINED = topic("WorkerJoined(address)")
TOPICS = (CHUNK_ACCEPTED, INCREMENTED, JOINED)
COMPLETED_TOPICS = (SUBMITTED, INCREMENTED)


@dataclass(slots=True)
class JobsWorkload:
    """Submissions of all cells of a session; account k belongs to cell k modulo their number."""

    session: Session
    _batch_index: dict[int, int] = field(default_factory=dict)
    _streams: dict[str, WeightStream] = field(default_factory=dict)

    def cell(self, account: Account) -> CellPlan:
        """The cell an account submits for."""
        return self.session.cells[account.index % len(self.session.cells)]

    def enrolment(self, account: Account) -> Sequence[Call]:
        """Joining the board; the counter's workers join by counting."""
        if self.cell(account).weights == 0:
            return ()
        return (Call(self._address("board"), join_calldata(), JOIN_GAS),)

    def draft(self, account: Account) -> Draft:
        """The account's next result: trained or drawn, encoded, cut into chunks."""
        cell = self.cell(account)
        if cell.weights == 0:
            call = Call(self._address("counter"), increment_calldata(), INCREMENT_GAS)
            return Draft(cell.id, (call,), 0)
        batch_index = self._batch_index.get(account.index, account.sequence)
        payload = codec(cell.encoding).encode(self._stream(cell).next(batch_index))
        data = STORES[cell.store].call_data(
            payload,
            sequence=account.sequence,
            chunk_bytes=cell.chunk_bytes,
            words=cell.encoding == "int256",
        )
        to = self._address("store")
        calls = [
            Call(to, one, gas) for one, gas in zip(data, self._gas(cell, len(data)), strict=True)
        ]
        return Draft(cell.id, calls, len(payload))

    def assignment(self, account: Account) -> Sequence[tuple[str, list[Any]]]:
        """The board's view of what the worker holds."""
        if self.cell(account).weights == 0:
            return ()
        return (assignment_request(self.session.contracts["board"], account.address),)

    def take(self, account: Account, answers: Sequence[Any]) -> bool:
        """Note the mini-batch and the number of the next result; False while there is no job."""
        if not answers:
            return True
        held = read_assignment(answers[0])
        account.sequence = held.sequence
        self._batch_index[account.index] = held.batch_index
        return held.job > 0

    def _stream(self, cell: CellPlan) -> WeightStream:
        if cell.id not in self._streams:
            [spec] = parse_weights(cell.weights_name)
            self._streams[cell.id] = stream(spec, self.session.seed)
        return self._streams[cell.id]

    def _gas(self, cell: CellPlan, chunks: int) -> Sequence[int]:
        # A compressed payload may need a chunk more or less than the calibrating one did.
        if len(cell.gas) == chunks:
            return cell.gas
        return [STORES[cell.store].gas(cell.chunk_bytes)] * chunks

    def _address(self, contract: str) -> bytes:
        return bytes.fromhex(self.session.contracts[contract][2:])
