"""Gas limits of the rounds' transactions: upper bounds, from what the bytes and units cost."""

from __future__ import annotations

# Calls that carry nothing: opening writes eight slots, which is dearest.
HEAD_GAS = 400_000
# Yellow Paper, appendix G: a non-zero byte of call data, a byte of an event.
_DATA_BYTE_GAS = 16
_LOG_BYTE_GAS = 8
# A digest's new slot, with its hash and the loop around it.
_CHUNK_GAS = 24_000
# Reading a member's digest, cold, and hashing what is compared with it.
_ROW_GAS = 12_000
_WORD_BYTES = 32


def carrying_gas(data_bytes: int, *, chunks: int) -> int:
    """For a transaction of so many bytes of call data that brings chunks of an update or shares."""
    return HEAD_GAS + _DATA_BYTE_GAS * data_bytes + _CHUNK_GAS * chunks + _copies(data_bytes, 2)


def seeds_gas(data_bytes: int) -> int:
    """For a transaction that brings shares of seeds."""
    return carrying_gas(data_bytes, chunks=1) + 64 * 4_000  # a group's members at most


def folding_gas(data_bytes: int, *, sum_bytes: int, unit_bytes: int, rows: int) -> int:
    """For a transaction that adds `rows` rows of `sum_bytes` to a sum of as many."""
    products = rows * (sum_bytes // unit_bytes) * product_gas(unit_bytes)
    events = _LOG_BYTE_GAS * sum_bytes + _ROW_GAS * rows
    carried = HEAD_GAS + _DATA_BYTE_GAS * data_bytes + _copies(data_bytes, 6)
    return carried + products + events


def product_gas(unit_bytes: int) -> int:
    """For adding one unit: two modular squares and four passes over its words, or one addition."""
    words = unit_bytes // _WORD_BYTES
    if words == 1:
        return 200
    return 2_500 + 520 * words + 11 * words * words


def _copies(data_bytes: int, copies: int) -> int:
    """Memory for `copies` copies of the data, and checking their words (Yellow Paper, H.1)."""
    words = copies * data_bytes // _WORD_BYTES
    return 20 * words + words * words // 512
