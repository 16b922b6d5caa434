"""A payload as authenticated ciphertext: full weights that nobody reads before the key is known.

AES-256-GCM (NIST SP 800-38D) of PyCryptodome. A key is made here for every payload and used for
that one alone, so no pair of key and nonce can come twice. GCM does not commit to its key: whoever
publishes a sealed payload has to publish a hash that binds the key with it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from Crypto.Cipher import AES

from system.weights.checks import Payload, view_of
from system.weights.errors import Unsealable

KEY_BYTES = 32
_NONCE_BYTES = 12  # what GCM takes without hashing it first
_TAG_BYTES = 16
# Names the layout and fills the frame up to 32 bytes: `int256` payloads stay whole words.
_MAGIC = b"wbs1"
SEAL_BYTES = len(_MAGIC) + _NONCE_BYTES + _TAG_BYTES


@dataclass(frozen=True, slots=True)
class Sealed:
    """`payload`: magic (4 bytes), nonce (12), ciphertext (as long as what it hides), tag (16)."""

    payload: bytes
    key: bytes = field(repr=False)


def seal(payload: Payload, *, context: bytes) -> Sealed:
    """The payload under a fresh random key; opening it takes the same `context`.

    `context` says whose payload it is and where it lies: a copy put elsewhere does not open.
    Raises MalformedPayload for an empty payload.
    """
    view = view_of(payload)
    key, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE_BYTES)
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG_BYTES)
    cipher.update(context)
    hidden, tag = cipher.encrypt_and_digest(view)
    return Sealed(payload=b"".join((_MAGIC, nonce, hidden, tag)), key=key)


def unseal(payload: Payload, key: bytes, *, context: bytes) -> bytes:
    """What was sealed; raises Unsealable for another key, another context or changed bytes."""
    data = bytes(view_of(payload))
    if data[: len(_MAGIC)] != _MAGIC or len(data) <= SEAL_BYTES:
        raise Unsealable(f"{len(data)} bytes are no sealed payload")
    if len(key) != KEY_BYTES:
        raise Unsealable(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    start = len(_MAGIC) + _NONCE_BYTES
    cipher = AES.new(key, AES.MODE_GCM, nonce=data[len(_MAGIC) : start], mac_len=_TAG_BYTES)
    cipher.update(context)
    try:
        return bytes(cipher.decrypt_and_verify(data[start:-_TAG_BYTES], data[-_TAG_BYTES:]))
    except ValueError:
        raise Unsealable(
            "the sealed payload does not open: other key, other worker, or changed"
        ) from None
