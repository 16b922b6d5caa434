"""Quorum's private transactions: call data that only the managers named in `privateFor` get.

The sender's private transaction manager (Tessera) keeps the call data; the chain holds the 64-byte
hash it is kept under. Written after GoQuorum 22.7.4's source (internal/ethapi, private/engine) and
tested against a double of the manager's HTTP interface: it has met no live manager yet.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import coincurve
import orjson
import rlp
import urllib3

from system.chain.keys import keccak256
from system.chain.rpc import Rpc, RpcError, masked
from system.chain.transaction import SignedTransaction
from system.errors import NetworkError, UsageError

HASH_BYTES = 64
SEND = "eth_sendRawPrivateTransaction"
# GoQuorum: 37 + recovery id instead of EIP-155's number marks a transaction as private.
_PRIVATE_V = 37


class NoManager(UsageError):
    """Private transactions were asked for where there is nothing to keep them."""


class ManagerFailed(NetworkError):
    """The private transaction manager did not take a payload."""


@dataclass(frozen=True, slots=True)
class Route:
    """How private transactions travel: `manager_url` is the HTTP address of the sender's manager,
    `private_for` the base64 public keys of the receiving ones (none: the sender's own only)."""

    manager_url: str
    private_for: tuple[str, ...] = ()

    @property
    def arguments(self) -> dict[str, Any]:
        """The second parameter of `eth_sendRawPrivateTransaction`."""
        return {"privateFor": list(self.private_for)}


def require_manager(rpc: Rpc) -> None:
    """Raise NoManager unless the node at the endpoint has a private transaction manager.

    A node without one refuses to look up a payload at all, even one that nobody ever stored.
    """
    try:
        rpc.call("eth_getQuorumPayload", "0x" + "00" * HASH_BYTES)
    except RpcError as error:
        absent = "not enabled" in error.message or "not in use" in error.message
        if absent or error.code == -32601:
            raise NoManager(
                f"{masked(rpc.url)} has no private transaction manager ({error.message}): point "
                "--rpc-url at a node that was started with one, or choose another --privacy"
            ) from error


class Manager:
    """A connection to the sender's private transaction manager."""

    def __init__(self, route: Route, *, timeout_s: float = 30.0) -> None:
        self.route = route
        self._pool = urllib3.PoolManager(
            maxsize=64, retries=False, timeout=urllib3.Timeout(total=timeout_s)
        )

    def store(self, data: bytes) -> bytes:
        """The 64-byte hash under which the manager keeps these bytes; raises ManagerFailed."""
        body = orjson.dumps({"payload": base64.b64encode(data).decode()})
        where = f"the private transaction manager at {masked(self.route.manager_url)}"
        try:
            answer = self._pool.request(
                "POST",
                self.route.manager_url.rstrip("/") + "/storeraw",
                body=body,
                headers={"Content-Type": "application/json", "Accept": "application/json"},
            )
        except urllib3.exceptions.HTTPError as error:
            raise ManagerFailed(
                f"{where} does not answer ({type(error).__name__}): check --ptm-url"
            ) from error
        if answer.status not in (200, 201):
            raise ManagerFailed(f"{where} answered HTTP {answer.status}: {answer.data[:120]!r}")
        try:
            key = base64.b64decode(orjson.loads(answer.data)["key"], validate=True)
        except (orjson.JSONDecodeError, KeyError, TypeError, binascii.Error) as error:
            raise ManagerFailed(f"{where} answered with no key: {answer.data[:120]!r}") from error
        if len(key) != HASH_BYTES:
            raise ManagerFailed(f"{where} answered with a key of {len(key)} bytes, not 64")
        return key


def sign_private(
    *, key: bytes, nonce: int, gas: int, to: bytes | None, stored: bytes
) -> SignedTransaction:
    """The signed transaction that carries the hash of a stored payload; gas costs nothing here.

    Signed as before EIP-155, without a chain id: GoQuorum's QuorumPrivateTxSigner has it so.
    """
    fields: list[Any] = [nonce, 0, gas, to or b"", 0, stored]
    signing = keccak256(rlp.encode(fields))
    signature = coincurve.PrivateKey(key).sign_recoverable(signing, hasher=None)
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:64]))
    return SignedTransaction(rlp.encode([*fields, _PRIVATE_V + signature[64], r, s]))


def input_of(rpc: Rpc, transaction: dict[str, Any]) -> bytes:
    """The call data of a transaction as the node gives it, private or not.

    For a private one the node asks its manager; empty where that was not among the receivers.
    """
    found = str(transaction["input"])
    if int(transaction["v"], 16) in (_PRIVATE_V, _PRIVATE_V + 1):
        found = str(rpc.call("eth_getQuorumPayload", found))
    return bytes.fromhex(found[2:])
