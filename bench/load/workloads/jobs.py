"""The jobs system's traffic: workers join, take a job and return full weights, or only count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.load.account import Account
from bench.load.session import CellPlan, Session
from bench.load.workloads import Call, Draft
from bench.load.workloads.gated import gated_draft, hide
from system.chain.abi import topic
from system.jobs.board import JOIN_GAS, assignment_request, join_calldata, read_assignment
from system.jobs.counter import INCREMENT_GAS, INCREMENTED, increment_calldata
from system.jobs.gates import COMMITTED, COMPLETE_GAS, GATES, OPENED
from system.jobs.packing import goes_as_words
from system.jobs.store import CHUNK_ACCEPTED, SUBMITTED
from system.jobs.stores import STORES
from system.learning.models import parse_weights
from system.learning.stream import WeightStream, stream
from system.weights import codec

_SEEDS = 1_000  # more than a stream uses
JOINED = topic("WorkerJoined(address)")
TOPICS = (CHUNK_ACCEPTED, INCREMENTED, JOINED, COMMITTED, OPENED)


def completed_topics(privacy: str) -> tuple[str, ...]:
    """The events of which a submission leaves exactly one, when all of it is on chain."""
    return (OPENED if privacy == "sealed" else SUBMITTED, INCREMENTED)


@dataclass(slots=True)
class JobsWorkload:
    """Submissions of all cells of a session; account k belongs to cell k modulo their number."""

    session: Session
    process: int = 0
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
        if cell.privacy not in GATES:
            return Draft(cell.id, self._chunks(cell, account, payload), len(payload))
        carried, secret = hide(self.session, cell, account, payload)
        return gated_draft(
            self.session,
            cell,
            account,
            carried=carried,
            secret=secret,
            chunks=self._chunks(cell, account, carried),
            payload_bytes=len(payload),
        )

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
            # No two processes draw the same weights.
            self._streams[cell.id] = stream(spec, self.session.seed + _SEEDS * self.process)
        return self._streams[cell.id]

    def _chunks(self, cell: CellPlan, account: Account, payload: bytes) -> list[Call]:
        data = STORES[cell.store].call_data(
            payload,
            sequence=account.sequence,
            chunk_bytes=cell.chunk_bytes,
            words=goes_as_words(cell.encoding),
        )
        to, gas = self._address("store"), self._gas(cell, len(data))
        return [Call(to, one, limit) for one, limit in zip(data, gas, strict=True)]

    def _gas(self, cell: CellPlan, chunks: int) -> Sequence[int]:
        # A compressed payload may need a chunk more or less than the calibrating one did.
        known = len(cell.gas) == chunks
        gas = cell.gas if known else (STORES[cell.store].gas(cell.chunk_bytes),) * chunks
        if cell.privacy not in GATES:
            return gas
        last = min(self.session.chain.gas_limit, gas[-1] + COMPLETE_GAS)
        return (*gas[:-1], last)

    def _address(self, contract: str) -> bytes:
        return bytes.fromhex(self.session.contracts[contract][2:])
