"""What the contracts compute, in Python's integers; keys that no prime was looked for."""

from __future__ import annotations

import numpy as np

from system.chain.compiler import artifact
from tests.evm import Evm

# Odd, with the first bit set: all that the arithmetic asks of a modulus. The second of each size
# has a square whose higher half is nearly all ones, the third one of nearly all zeros.
KEY_BITS = (1024, 2048, 3072)
KEYS = {
    bits: (
        int.from_bytes(b"weighbridge: digits of no meaning"[:32] * (bits // 256), "big")
        | 1 << bits - 1
        | 1,
        (1 << bits) - 1,
        (1 << bits - 1) + 1,
    )
    for bits in KEY_BITS
}


def paillier(evm: Evm, key: int, *, for_tests: bool = True) -> str:
    """The address of the contract of a public key."""
    data = key.to_bytes(-(-key.bit_length() // 8), "big")
    return evm.deploy(artifact("PaillierAggregation"), data, for_tests, sender=evm.account())


def units(numbers: list[int], unit_bytes: int) -> bytes:
    """Numbers as a row of units."""
    return b"".join(number.to_bytes(unit_bytes, "big") for number in numbers)


def numbers(row: bytes, unit_bytes: int) -> list[int]:
    """The numbers in a row of units."""
    parts = range(0, len(row), unit_bytes)
    return [int.from_bytes(row[at : at + unit_bytes], "big") for at in parts]


def multiplied(modulus: int, unit_bytes: int, *rows: bytes) -> bytes:
    """The products of rows of units, unit by unit."""
    products = [1] * (len(rows[0]) // unit_bytes)
    for row in rows:
        factors = zip(products, numbers(row, unit_bytes), strict=True)
        products = [product * factor % modulus for product, factor in factors]
    return units(products, unit_bytes)


def lanes_added(*rows: bytes) -> bytes:
    """The sums of rows of 32-bit lanes modulo 2^32."""
    total = np.zeros(len(rows[0]) // 4, np.uint32)
    for row in rows:
        total = total + np.frombuffer(row, ">u4").astype(np.uint32)
    return bytes(total.astype(">u4").tobytes())
