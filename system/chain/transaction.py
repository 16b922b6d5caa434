"""Legacy transactions put together by hand: three times cheaper than the general signer.

GoQuorum knows no EIP-1559 transactions, and a swarm signs thousands of them a minute beside the
node it measures. What is signed and what is sent share all bytes up to the signature, so the
payload is encoded once. Sources: Yellow Paper appendix B (RLP), EIP-155 (replay protection).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import coincurve

from system.chain.keys import keccak256

EMPTY = b"\x80"


@dataclass(slots=True)
class SignedTransaction:
    """`raw` is what `eth_sendRawTransaction` takes.

    A node answers with the transaction's hash, so it is computed here only where that answer is
    lost: hashing 31,400 bytes costs 0.09 ms, half of signing them.
    """

    raw: bytes
    known_id: str | None = None  # the hash as the node gave it

    @property
    def id(self) -> str:
        """The transaction hash as JSON-RPC writes it: 0x and 64 hexadecimal digits."""
        if self.known_id is None:
            self.known_id = "0x" + keccak256(self.raw).hex()
        return self.known_id

    @property
    def hash(self) -> bytes:
        """The transaction hash, 32 bytes."""
        return bytes.fromhex(self.id[2:])


def sign_legacy(
    *,
    key: bytes,
    nonce: int,
    gas: int,
    to: bytes | None,
    data: bytes,
    chain_id: int,
    gas_price: int = 0,
    value: int = 0,
) -> SignedTransaction:
    """The signed transaction; `to` is a 20-byte address, or None to create a contract.

    Gas in units, gas price and value in wei. The signature is deterministic (RFC 6979).
    """
    body = b"".join(
        (
            _integer(nonce),
            _integer(gas_price),
            _integer(gas),
            EMPTY if to is None else b"\x94" + to,
            _integer(value),
            _string_head(data),
            data,
        )
    )
    signing = _list(body, _integer(chain_id) + EMPTY + EMPTY)
    signature = _private_key(key).sign_recoverable(keccak256(signing), hasher=None)
    tail = b"".join(
        (
            _integer(chain_id * 2 + 35 + signature[64]),
            _integer(int.from_bytes(signature[:32], "big")),
            _integer(int.from_bytes(signature[32:64], "big")),
        )
    )
    return SignedTransaction(_list(body, tail))


def envelope_bytes(data_bytes: int) -> int:
    """The most bytes a signed legacy transaction adds to `data_bytes` of call data.

    List head 4, nonce, gas price and gas at most 9 each, address 21, value 9, data head 4,
    v at most 9, r and s 33 each.
    """
    return 4 + 9 * 3 + 21 + 9 + (4 if data_bytes > 55 else 1) + 9 + 33 * 2


@lru_cache(maxsize=65_536)
def _private_key(key: bytes) -> coincurve.PrivateKey:
    # Parsing a key costs as much as signing with it.
    return coincurve.PrivateKey(key)


def _integer(value: int) -> bytes:
    if value == 0:
        return EMPTY
    if value < 0x80:
        return bytes((value,))
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes((0x80 + len(digits),)) + digits


def _string_head(data: bytes) -> bytes:
    if len(data) == 1 and data[0] < 0x80:
        return b""
    return _head(len(data), 0x80)


def _list(body: bytes, tail: bytes) -> bytes:
    return b"".join((_head(len(body) + len(tail), 0xC0), body, tail))


def _head(length: int, offset: int) -> bytes:
    if length <= 55:
        return bytes((offset + length,))
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((offset + 55 + len(digits),)) + digits
