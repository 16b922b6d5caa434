"""What the trainer and its parts say in events: who gave which data, who took of its deposit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from eth_utils.address import to_checksum_address
from numpy.typing import NDArray

from system.chain.abi import decoded, topic

# Of the trainer.
DATA_LEARNED = topic("DataLearned(address,bytes32,uint64,uint256)")
REFUNDED = topic("Refunded(address,bytes32,uint256)")
REPORTED = topic("Reported(address,bytes32,address,uint256)")
# Of the data handler.
DATA_ADDED = topic("DataAdded(address,bytes32,uint64,uint64,uint256,int64[])")
CLAIMED = topic("Claimed(address,bytes32,uint256,uint256)")
# Of the incentive.
CREDITED = topic("Credited(address,uint256)")
WITHDRAWN = topic("Withdrawn(address,uint256)")


@dataclass(frozen=True, slots=True)
class Added:
    """Contributed data in full; `deposit` in wei, `added_at` its block's timestamp."""

    author: str
    key: bytes
    cls: int
    added_at: int
    deposit: int
    features: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Claim:
    """An account's claim of a contribution, and what it left to others; wei."""

    claimer: str
    key: bytes
    amount: int
    left: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Wei that an incentive credited to an account, or paid it."""

    account: str
    amount: int


def read_added(topics: Sequence[str], data: str) -> Added:
    """The contribution that a log of DATA_ADDED tells of; its topics and data in hex."""
    added_at, deposit, features = decoded(data, ["uint64", "uint256", "int64[]"])
    values = np.array(features, dtype=np.int64)
    return Added(
        _account(topics[1]), _key(topics[2]), int(topics[3], 16), added_at, deposit, values
    )


def read_claim(topics: Sequence[str], data: str) -> Claim:
    """The claim that a log of CLAIMED tells of; its topics and data in hex."""
    return Claim(_account(topics[1]), _key(topics[2]), *decoded(data, ["uint256", "uint256"]))


def read_payment(topics: Sequence[str], data: str) -> Payment:
    """The amount that a log of CREDITED or WITHDRAWN tells of; its topics and data in hex."""
    return Payment(_account(topics[1]), *decoded(data, ["uint256"]))


def _account(word: str) -> str:
    return to_checksum_address("0x" + word[-40:])


def _key(word: str) -> bytes:
    return bytes.fromhex(word[2:])
