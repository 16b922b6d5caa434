"""Test keys derived from a seed: anyone can compute them, so they must never hold value."""

from __future__ import annotations

from functools import lru_cache

import coincurve
from Crypto.Hash import keccak
from eth_utils.address import to_checksum_address

# The order of secp256k1 (SEC 2, section 2.4.1): private keys lie in [1, order).
_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


def keccak256(data: bytes | bytearray | memoryview) -> bytes:
    """The 32-byte keccak-256 digest of `data`, as the EVM computes it."""
    return keccak.new(data=data, digest_bits=256).digest()


def derive_key(seed: str, role: str, index: int) -> bytes:
    """A 32-byte private key that depends on nothing but its arguments. TEST KEYS ONLY."""
    digest = keccak256(f"weighbridge test key|{seed}|{role}|{index}".encode())
    return (int.from_bytes(digest, "big") % (_ORDER - 1) + 1).to_bytes(32, "big")


@lru_cache(maxsize=65_536)
def address_of(key: bytes) -> str:
    """The checksummed address (EIP-55) of a private key."""
    return str(to_checksum_address(keccak256(public_key_of(key))[-20:]))


def public_key_of(key: bytes) -> bytes:
    """The 64-byte uncompressed public key without its 0x04 prefix: the node id in an enode URL."""
    return coincurve.PrivateKey(key).public_key.format(compressed=False)[1:]
