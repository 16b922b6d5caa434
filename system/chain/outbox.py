"""Many accounts' transactions: handed over in batches, and told apart by what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from system.chain.batches import raw_batches
from system.chain.keys import address_of
from system.chain.receipts import NotMined, revert_reason
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call
from system.chain.transaction import sign_legacy

_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction that the node took and no block holds yet."""

    sender: str
    label: str
    wire_bytes: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a transaction: `reason` is "" for success, else why it failed.

    A transaction that the node refused has neither block nor gas. `index` is its place in the
    block.
    """

    sender: str
    label: str
    wire_bytes: int
    reason: str
    block: int | None
    gas_used: int
    index: int = 0


class Outbox:
    """Transactions on their way, of accounts that nobody else uses meanwhile.

    Costs few requests an account to send, and one for all receipts. `explain` gives the reason of
    a failed transaction by its hash; the node's tracer runs all of the block before it for that.
    """

    def __init__(
        self, rpc: Rpc, chain_id: int, *, explain: Callable[[Rpc, str], str] = revert_reason
    ) -> None:
        self._rpc = rpc
        self._explain = explain
        self._chain_id = chain_id
        self._nonces: dict[str, int] = {}
        self._waiting: dict[str, Sent] = {}
        self._refused: list[Settled] = []

    def waiting(self, label: str | None = None) -> int:
        """How many transactions are in no block yet; of that label, or all."""
        return sum(label in (None, sent.label) for sent in self._waiting.values())

    def send(self, key: bytes, calls: Sequence[Call], label: str) -> None:
        """Hand over an account's next transactions, in order; a refusal settles at once.

        After a refusal the account's next nonce is asked for again.
        """
        sender = address_of(key)
        first = self._nonce(sender)
        raws = [self._signed(key, call, first + index) for index, call in enumerate(calls)]
        answers = [one for batch in raw_batches(raws) for one in self._rpc.batch(batch)]
        self._nonces[sender] = first + len(raws)
        for raw, answer in zip(raws, answers, strict=True):
            if isinstance(answer, RpcError):
                self._nonces.pop(sender, None)
                self._refused.append(Settled(sender, label, len(raw), str(answer), None, 0))
            else:
                self._waiting[str(answer)] = Sent(sender, label, len(raw))

    def settled(self) -> list[Settled]:
        """What has been decided since this was asked last."""
        found, self._refused = self._refused, []
        hashes = list(self._waiting)
        receipts = self._rpc.batch([("eth_getTransactionReceipt", [one]) for one in hashes])
        for one, receipt in zip(hashes, receipts, strict=True):
            if isinstance(receipt, dict):
                found.append(self._from_receipt(self._waiting.pop(one), receipt))
        return found

    def drained(self, *, timeout_s: float = 60.0) -> list[Settled]:
        """What has been decided once nothing waits any more; raises NotMined after `timeout_s`."""
        found, deadline_s = self.settled(), time.monotonic() + timeout_s
        while self._waiting:
            if time.monotonic() > deadline_s:
                raise NotMined(
                    f"{len(self._waiting)} transactions are in no block after {timeout_s:g} s; "
                    "see whether the chain still makes blocks (`weighbridge network status`)"
                )
            time.sleep(_POLL_S)
            found += self.settled()
        return found

    def _nonce(self, sender: str) -> int:
        if sender not in self._nonces:
            answer = self._rpc.call("eth_getTransactionCount", sender, "pending")
            self._nonces[sender] = int(answer, 16)
        return self._nonces[sender]

    def _signed(self, key: bytes, call: Call, nonce: int) -> bytes:
        return sign_legacy(
            key=key,
            nonce=nonce,
            gas=call.gas,
            to=None if call.to is None else bytes.fromhex(call.to[2:]),
            data=call.data,
            chain_id=self._chain_id,
            value=call.value,
        ).raw

    def _from_receipt(self, sent: Sent, receipt: dict[str, Any]) -> Settled:
        succeeded = int(receipt["status"], 16) == 1
        return Settled(
            sender=sent.sender,
            label=sent.label,
            wire_bytes=sent.wire_bytes,
            reason="" if succeeded else self._explain(self._rpc, receipt["transactionHash"]),
            block=int(receipt["blockNumber"], 16),
            gas_used=int(receipt["gasUsed"], 16),
            index=int(receipt["transactionIndex"], 16),
        )
