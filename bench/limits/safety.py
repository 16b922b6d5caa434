"""The gas limit at which no block can outgrow the message that carries it to the validators."""

from __future__ import annotations

import math

from bench.limits.gas import NONZERO_BYTE_GAS, TRANSACTION_GAS, ZERO_BYTE_GAS
from bench.limits.walls import MESSAGE_BYTES
from system.chain.transaction import envelope_bytes
from system.errors import UsageError

# What a proposal has beside its transactions: a header of about 600 bytes with 21 a validator and
# 67 a seal, the message's signature, and after a failed round the proof that a quorum gave it up,
# some 280 a validator. The 64 validators that a topology may have at most make it 24 KB.
PROPOSAL_OVERHEAD_BYTES = 32 * 2**10
TRANSACTIONS_BYTES = MESSAGE_BYTES - PROPOSAL_OVERHEAD_BYTES
_SMALLEST_BYTES = envelope_bytes(0)


def safe_gas_limit(
    *, zero_share: float = 1.0, transaction_bytes: int, refunds: bool = False
) -> int:
    """The largest block gas limit that no mix of such transactions turns into a halt.

    `transaction_bytes`: the largest signed transaction that the chain takes; `zero_share`: the part
    of its call data that is zero at most, from 0 to 1; 1 is what anybody may send. A signed
    transaction of s bytes has at least s - e bytes of call data (e = `envelope_bytes`) and pays

        g(s) = 21,000 + (16 - 12 zero_share) (s - e)    gas (Yellow Paper appendix G, EIP-2028)

    before anything runs; nothing more is assumed. Since 21,000 > 16 e, bytes a gas, s / g(s), grow
    with s: a block of G gas holds at most G s / g(s) bytes in transactions of s bytes and smaller.
    They and a proposal's overhead must fit 10 MiB, so G = (10 MiB - overhead) g(s) / s.
    For 128 KB: 43.4 M with zeros alone, 168.7 M without any. With `refunds` a transaction may also
    get half its gas back by clearing storage, which Berlin allows at most (Yellow Paper, section
    6.2; London's EIP-3529 makes it a fifth): half of that, 21.7 M, holds for whatever is sent.
    Raises UsageError for a share outside 0 to 1 and a size that no transaction has.
    """
    if not 0 <= zero_share <= 1:
        raise UsageError(f"zero_share = {zero_share!r} can't be used; give a number from 0 to 1")
    _require_size(transaction_bytes)
    gas = least_gas(transaction_bytes, zero_share)
    return TRANSACTIONS_BYTES * gas // (transaction_bytes * (2 if refunds else 1))


def least_gas(transaction_bytes: int, zero_share: float) -> int:
    """The least gas of a signed transaction of that size with at most that share of zeros."""
    data_bytes = max(0, transaction_bytes - envelope_bytes(transaction_bytes))
    zeros = min(data_bytes, math.ceil(zero_share * data_bytes))
    return TRANSACTION_GAS + ZERO_BYTE_GAS * zeros + NONZERO_BYTE_GAS * (data_bytes - zeros)


def safe_pool_transactions(transaction_bytes: int) -> int:
    """The most transactions of that size, in signed bytes, of which any mix fits one proposal.

    A node proposes nothing that its pool does not hold. GoQuorum compares the *number* of a pool's
    transactions with `--txpool.globalslots` + `--txpool.globalqueue` (core/tx_pool.go, `add`), so a
    pool with `--txpool.nolocals` and that sum can't halt a chain, whatever gas a block has.
    79 transactions of 128 KB, 319 of 32 KB. Raises UsageError as `safe_gas_limit`.
    """
    _require_size(transaction_bytes)
    return TRANSACTIONS_BYTES // transaction_bytes


def _require_size(transaction_bytes: int) -> None:
    if not _SMALLEST_BYTES <= transaction_bytes <= TRANSACTIONS_BYTES:
        raise UsageError(
            f"transaction_bytes = {transaction_bytes!r} can't be used; give the bytes of a signed "
            f"transaction, from {_SMALLEST_BYTES} to {TRANSACTIONS_BYTES:,}"
        )
