"""What the chains' own settings allow: the largest models and the safe gas limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.record.schema import ChainLimits

# Whose validators take a block in one message; Raft sends blocks through etcd's streams.
_SENT_WHOLE = "istanbul"


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestModel:
    """The most weights of one encoding in one transaction and in one block of a chain.

    `block_wall` is what keeps a larger one out of a block: its gas, or the 10 MiB message.
    """

    chain: str
    encoding: str
    one_transaction_weights: int
    one_block_weights: int
    block_wall: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeGasLimit:
    """Up to which gas limit no block outgrows the message between validators, and the chain's own.

    `anything` is for whatever is sent, `all_zeros` for call data alone, be it zeros, `by_encoding`
    for honest weights alone. `safe` says whether the chain's is at most `anything`; None where
    blocks do not travel in one message. `settings` names the chain.
    """

    settings: str
    consensus: str
    anything: int | None
    all_zeros: int | None
    by_encoding: dict[str, int | None]
    chain: int
    safe: bool | None


def distinct(runs: Iterable[dict[str, ChainLimits]]) -> list[ChainLimits]:
    """The chains of all runs, each once."""
    return list({key: limits for chains in runs for key, limits in chains.items()}.values())


def largest_models(chains: Sequence[ChainLimits]) -> list[LargestModel]:
    """One entry for each encoding on each chain."""
    return [
        LargestModel(
            chain=chain.key,
            encoding=one.encoding,
            one_transaction_weights=one.one_transaction_weights,
            one_block_weights=one.one_block_weights,
            block_wall=one.block_wall,
        )
        for chain in chains
        for one in chain.encodings
    ]


def safe_gas_limits(chains: Sequence[ChainLimits]) -> list[SafeGasLimit]:
    """One entry for each chain, the one furthest beyond what is safe first."""
    found = [
        SafeGasLimit(
            settings=chain.key,
            consensus=chain.consensus,
            anything=chain.safe_gas_limit_refunds,
            all_zeros=chain.safe_gas_limit,
            by_encoding={one.encoding: one.safe_gas_limit for one in chain.encodings},
            chain=chain.gas_limit,
            safe=_safe(chain),
        )
        for chain in chains
    ]
    return sorted(found, key=lambda one: (one.safe is not False, -one.chain))


def _safe(chain: ChainLimits) -> bool | None:
    if chain.consensus != _SENT_WHOLE:
        return None
    return chain.gas_limit <= (chain.safe_gas_limit_refunds or 0)
