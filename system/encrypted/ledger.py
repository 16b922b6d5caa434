"""Every step that somebody takes on the chain, as it was mined: what it cost, what was refused."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from system.chain.deploy import Deployment
from system.chain.outbox import Outbox, Settled
from system.chain.private import input_of
from system.chain.rpc import Rpc
from system.chain.sender import Call
from system.errors import WeighbridgeError


class StepFailed(WeighbridgeError):
    """Transactions of a step were refused that should not have been, or the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One step by one or more accounts; `round` 0: it belongs to none.

    `refused` counts transactions by the name of the error. Blocks are its first and its last.
    """

    step: str
    round: int
    accounts: int
    transactions: int
    gas_used: int
    wire_bytes: int
    seconds: float
    first_block: int
    last_block: int
    refused: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that is to be taken: each account's calls in order, by its key.

    With a `refusal` all of them have to fail with the error of that name, else none may fail, but
    those that are too `late` with that one.
    """

    step: str
    calls: Mapping[bytes, Sequence[Call]] = field(repr=False)
    refusal: str = ""
    late: str = ""

    def allows(self, reason: str) -> bool:
        """Whether one of its transactions may end like that; "" is success."""
        name = _name(reason)
        return name == self.refusal or bool(self.late and name == self.late)


class Ledger:
    """Sends steps, waits until they are mined, and hands each entry to `keep`."""

    def __init__(self, rpc: Rpc, chain_id: int, keep: Callable[[Entry], None]) -> None:
        self.rpc, self.chain_id, self._keep = rpc, chain_id, keep

    def take(self, step: str, calls: Mapping[bytes, Sequence[Call]], *, number: int = 0) -> Entry:
        """One step, none of which may fail; raises as `take_together`."""
        return self.take_together([Planned(step, calls)], number=number)[0]

    def take_together(self, steps: Sequence[Planned], *, number: int = 0) -> list[Entry]:
        """Steps of different names handed over in order without waiting in between.

        `number` is the round's. Raises StepFailed where one does not end as planned, and what
        `Outbox.drained` raises.
        """
        started_s = time.monotonic()
        # A fresh one each time: in between accounts deploy contracts beside it.
        outbox = Outbox(self.rpc, self.chain_id)
        for planned in steps:
            for key, own in planned.calls.items():
                outbox.send(key, own, planned.step)
        settled, seconds = outbox.drained(), time.monotonic() - started_s
        entries = []
        for planned in steps:
            mine = [one for one in settled if one.label == planned.step]
            if not all(planned.allows(one.reason) for one in mine):
                reasons = sorted({one.reason or "it passed" for one in mine})
                raise StepFailed(f"{planned.step} of round {number}: {'; '.join(reasons)}")
            entries.append(_entry(planned.step, number, mine, seconds))
            self._keep(entries[-1])
        return entries

    def deployed(self, step: str, deployment: Deployment) -> str:
        """The address of a contract that was just put up, which is a step as well."""
        transaction = self.rpc.call("eth_getTransactionByHash", deployment.transaction_hash)
        self._keep(
            Entry(
                step=step,
                round=0,
                accounts=1,
                transactions=1,
                gas_used=deployment.gas_used,
                wire_bytes=len(input_of(self.rpc, transaction)),
                seconds=0.0,
                first_block=deployment.block,
                last_block=deployment.block,
            )
        )
        return deployment.address


def _entry(step: str, number: int, settled: Sequence[Settled], seconds: float) -> Entry:
    blocks = [one.block for one in settled if one.block is not None]
    return Entry(
        step=step,
        round=number,
        accounts=len({one.sender for one in settled}),
        transactions=len(settled),
        gas_used=sum(one.gas_used for one in settled),
        wire_bytes=sum(one.wire_bytes for one in settled),
        seconds=seconds,
        first_block=min(blocks, default=0),
        last_block=max(blocks, default=0),
        refused=dict(Counter(_name(one.reason) for one in settled if one.reason)),
    )


def _name(reason: str) -> str:
    return reason.partition("(")[0]
