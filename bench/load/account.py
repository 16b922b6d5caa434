"""A worker's account: one owner, one nonce counter, one sequence of results."""

from __future__ import annotations

from dataclasses import dataclass

from system.chain.keys import address_of, derive_key

# Room for this many accounts in each process; process k owns [k * STRIDE, (k + 1) * STRIDE).
STRIDE = 1_000_000


@dataclass(slots=True, eq=False)
class Account:
    """`nonce` and `sequence` are the next ones to use; `in_flight` submissions wait for a block."""

    index: int
    key: bytes
    address: str
    nonce: int = 0
    sequence: int = 0
    in_flight: int = 0
    busy: bool = False  # its last submission holds it still: others come first
    broken: bool = False  # a transaction was lost: ask the chain before signing again


def account(seed: str, *, process: int, number: int) -> Account:
    """The account `number` of process `process`: no two processes ever share one."""
    if not 0 <= number < STRIDE:
        raise ValueError(f"account number {number} is outside [0, {STRIDE})")
    index = process * STRIDE + number
    key = derive_key(seed, "worker", index)
    return Account(index=index, key=key, address=address_of(key))
