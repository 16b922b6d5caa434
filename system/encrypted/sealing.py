"""Two parts of secrets on their way to one party, on a chain where everybody reads along.

AES-256-GCM (NIST SP 800-38D) under a key that sender and receiver derive from their identity keys,
the round and the direction; the nonce is random, since a party may have to send twice.
"""

from __future__ import annotations

import os
from typing import Final

from Crypto.Cipher import AES

from system.encrypted.masks import KEY_BYTES, agreed, derived
from system.encrypted.shamir import SCALAR_BYTES, scalar_bytes

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
SEALED_BYTES: Final = _NONCE_BYTES + 2 * SCALAR_BYTES + _TAG_BYTES


def seal_parts(
    parts: tuple[int, int], *, private: bytes, public: bytes, direction: bytes, context: bytes
) -> bytes:
    """The parts in 92 bytes that only the owner of `public` opens; `private` is the sender's.

    `direction` is the sender's number and the receiver's, a byte each.
    """
    nonce = os.urandom(_NONCE_BYTES)
    cipher = AES.new(_key(private, public, direction, context), AES.MODE_GCM, nonce=nonce)
    hidden, tag = cipher.encrypt_and_digest(b"".join(map(scalar_bytes, parts)))
    return nonce + hidden + tag


def open_parts(
    sealed: bytes, *, private: bytes, public: bytes, direction: bytes, context: bytes
) -> tuple[int, int] | None:
    """What was sealed; nothing where it is from somebody else, for another round, or changed."""
    if len(sealed) != SEALED_BYTES:
        return None
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    cipher = AES.new(_key(private, public, direction, context), AES.MODE_GCM, nonce=nonce)
    try:
        plain = cipher.decrypt_and_verify(rest[:-_TAG_BYTES], rest[-_TAG_BYTES:])
    except ValueError:
        return None
    return int.from_bytes(plain[:SCALAR_BYTES], "big"), int.from_bytes(plain[SCALAR_BYTES:], "big")


def _key(private: bytes, public: bytes, direction: bytes, context: bytes) -> bytes:
    return derived("seal", context, agreed(private, public) + direction, KEY_BYTES)
