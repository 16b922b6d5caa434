"""Signed transactions of a given size that carry weights, or what an evil worker takes for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.halt.trial import Payload
from bench.limits.content import content, sample
from bench.limits.gas import intrinsic_gas
from system.chain.transaction import sign_legacy

# Nobody's account: a transfer of nothing, so that call data is all there is to pay for.
SINK = bytes.fromhex("dead" * 10)
_INT256_WEIGHTS = 5_000  # 160 KB as 32-byte words
_SEED = 5
# A signature is up to 2 bytes shorter once in 128 times, and changes with every byte of the data.
_TRIES = 8


def payload(kind: Payload, size_bytes: int, *, number: int) -> bytes:
    """That many bytes; `number` makes random ones differ from transaction to transaction."""
    if kind == "zero":
        return bytes(size_bytes)
    if kind == "int256":
        words = sample("int256", _INT256_WEIGHTS)
        return (words * -(-size_bytes // len(words)))[:size_bytes]
    return np.random.default_rng((_SEED, number)).bytes(size_bytes)


def signed_of_size(
    size_bytes: int,
    fill: Callable[[int], bytes],
    *,
    key: bytes,
    nonce: int,
    chain_id: int,
    to: bytes = SINK,
    more_gas: int = 0,
) -> bytes:
    """A signed transaction of `size_bytes`, almost always to the byte, and never above it.

    `fill` gives its call data for a length; its gas is that of the call data and `more_gas`.
    """

    def signed(length: int) -> bytes:
        data = fill(length)
        gas = intrinsic_gas(content(data)) + more_gas
        return sign_legacy(key=key, nonce=nonce, gas=gas, to=to, data=data, chain_id=chain_id).raw

    length = size_bytes - len(signed(0))
    for _ in range(_TRIES):
        raw = signed(length)
        if len(raw) == size_bytes:
            return raw
        length += size_bytes - len(raw)
    return signed(length - 2)
