"""Bytes and pool slots of transactions that carry weights."""

from __future__ import annotations

from functools import lru_cache

from bench.limits.content import Content
from system.chain.keys import derive_key
from system.chain.transaction import sign_legacy
from system.jobs.calldata import SUBMIT_HEAD_BYTES
from system.jobs.stores import WORD_BYTES

# go-ethereum counts a transaction in slots of its pool (core/tx_pool.go, txSlotSize).
SLOT_BYTES = 32 * 1024
# Selector and four words: what the hash store's transaction is.
DIGEST_DATA_BYTES = 4 + 4 * WORD_BYTES
_KEY = derive_key("sizes", "signer", 0)
_NONCE = 1_000  # two bytes: what an account reaches in a run


def submit_data_bytes(chunk: Content) -> int:
    """The call data of a transaction with that chunk."""
    return SUBMIT_HEAD_BYTES + WORD_BYTES * chunk.words


@lru_cache(maxsize=4_096)
def wire_bytes(data_bytes: int, *, gas: int, chain_id: int) -> int:
    """A signed transaction with that much call data and that gas limit.

    Each leading zero byte of a signature's r or s, one in 128, makes it a byte shorter; a nonce
    below 256 or above 65,535 a byte shorter or longer.
    """
    data = bytes(data_bytes)
    signed = sign_legacy(
        key=_KEY, nonce=_NONCE, gas=gas, to=bytes(20), data=data, chain_id=chain_id
    )
    return len(signed.raw)


def slots(transaction_bytes: int) -> int:
    """How many slots of the pool a transaction takes."""
    return -(-transaction_bytes // SLOT_BYTES)
