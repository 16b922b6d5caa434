"""The digest of weights that travel in chunks, as the contracts compute it."""

from __future__ import annotations

from collections.abc import Iterable

from Crypto.Hash import keccak

_START = bytes(32)


def chained_digest(chunks: Iterable[bytes | memoryview]) -> bytes:
    """The 32-byte digest of the chunks: d(0) = 0, d(i+1) = keccak256(d(i) ‖ keccak256(chunk i)).

    It fixes the bytes, their order and where they were cut; 32 zero bytes for no chunks. The same
    rule as `contracts/lib/ChunkDigest.sol`.
    """
    digest = _START
    for chunk in chunks:
        digest = _keccak256(digest + _keccak256(chunk))
    return digest


def _keccak256(data: bytes | memoryview) -> bytes:
    return keccak.new(data=data, digest_bits=256).digest()
