"""One account that sends a few transactions and waits for them: deploying, publishing, tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from system.chain.keys import address_of
from system.chain.private import SEND, Manager, sign_private
from system.chain.receipts import wait_for_receipt
from system.chain.rpc import Rpc
from system.chain.transaction import sign_legacy


@dataclass(frozen=True, slots=True)
class Sender:
    """An account at one node. `key` has 32 bytes, `gas_price` is in wei.

    With a `manager` everything it sends is private.
    """

    rpc: Rpc
    key: bytes = field(repr=False)
    chain_id: int
    gas_price: int = 0
    manager: Manager | None = None

    @property
    def address(self) -> str:
        """The account's checksummed address."""
        return address_of(self.key)


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction before it is signed: `to` is an address in hex, None creates a contract.

    `value` goes with it, in wei; a private transaction carries none.
    """

    to: str | None
    data: bytes
    gas: int
    value: int = 0


def send(sender: Sender, call: Call, *, timeout_s: float = 60.0) -> dict[str, Any]:
    """The receipt of one transaction; raises Reverted, NotMined, or RpcError when it is refused."""
    return send_all(sender, [call], timeout_s=timeout_s)[0]


def send_all(
    sender: Sender, calls: Sequence[Call], *, timeout_s: float = 60.0
) -> list[dict[str, Any]]:
    """The receipts of transactions handed over in order without waiting in between.

    They often share a block. Raises as `send`; those behind a failed one are mined all the same.
    """
    hashes = hand_over(sender, calls)
    return [wait_for_receipt(sender.rpc, one, timeout_s=timeout_s) for one in hashes]


def hand_over(sender: Sender, calls: Sequence[Call]) -> list[str]:
    """The hashes of transactions that the node took, unmined yet; raises RpcError for a refusal.

    Nonces follow on what the node knows, so an account must not be used by two at a time.
    """
    rpc = sender.rpc
    nonce = int(rpc.call("eth_getTransactionCount", sender.address, "pending"), 16)
    return [_sent(sender, call, nonce + index) for index, call in enumerate(calls)]


def _sent(sender: Sender, call: Call, nonce: int) -> str:
    to = None if call.to is None else bytes.fromhex(call.to[2:])
    if sender.manager is not None:
        stored = sender.manager.store(call.data)
        private = sign_private(key=sender.key, nonce=nonce, gas=call.gas, to=to, stored=stored)
        arguments = sender.manager.route.arguments
        return str(sender.rpc.call(SEND, "0x" + private.raw.hex(), arguments))
    signed = sign_legacy(
        key=sender.key,
        nonce=nonce,
        gas=call.gas,
        to=to,
        data=call.data,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
        value=call.value,
    )
    return str(sender.rpc.call("eth_sendRawTransaction", "0x" + signed.raw.hex()))
