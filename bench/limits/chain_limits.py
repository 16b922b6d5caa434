"""What a chain's settings come to for every encoding, as a run keeps it on disk."""

from __future__ import annotations

from typing import Protocol

from bench.limits import prediction
from bench.limits.content import sampled
from bench.limits.largest import largest_in_block, largest_in_transaction
from bench.limits.safety import TRANSACTIONS_BYTES, safe_gas_limit
from bench.record.schema import ChainLimits, EncodingLimits
from system.weights import codec

STORE = "calldata"  # the cheapest that keeps weights on chain: nothing larger fits another
_SHARE_WEIGHTS = 2**16  # bytes of more weights are alike


class Chain(prediction.Chain, Protocol):
    """A chain's limits with its consensus and period; `system.chain.probe.Chain` has them."""

    @property
    def consensus(self) -> str: ...
    @property
    def period_s(self) -> float | None: ...


def limits_key(chain: Chain) -> str:
    """A name for the settings that limits follow from, fit for a file's.

    The gas limit is read off a block and wavers a little, so it is rounded. The period is no part
    of it: nothing follows from it here, and a busy machine stretches it.
    """
    sizes = (chain.transaction_size_limit_bytes, chain.code_size_limit_bytes)
    transaction, code = (f"{size // 1024}KB" for size in sizes)
    return f"{chain.consensus}-{chain.gas_limit / 1e6:.3g}M-{transaction}-{code}"


def chain_limits(chain: Chain) -> ChainLimits:
    """The largest models and the safe gas limits on that chain, by encoding, in call data."""
    return ChainLimits(
        key=limits_key(chain),
        store=STORE,
        consensus=chain.consensus,
        gas_limit=chain.gas_limit,
        transaction_size_limit_bytes=chain.transaction_size_limit_bytes,
        code_size_limit_bytes=chain.code_size_limit_bytes,
        period_s=chain.period_s,
        safe_gas_limit=_safe(chain, 1.0),
        encodings=[encoding_limits(name, chain) for name in codec.names()],
        safe_gas_limit_refunds=_safe(chain, 1.0, refunds=True),
    )


def encoding_limits(encoding: str, chain: Chain) -> EncodingLimits:
    """The same of one encoding; the zeros are those of weights from N(0, 0.05²).

    A Raft chain's blocks travel in etcd's streams, where 75 MB passed: gas alone is in their way.
    """
    block = largest_in_block(encoding, STORE, chain)
    alone = chain.consensus == "raft"
    payload = sampled(encoding, _SHARE_WEIGHTS)
    zero_share = 1 - payload.nonzero_bytes / payload.size_bytes
    return EncodingLimits(
        encoding=encoding,
        zero_share=zero_share,
        one_transaction_weights=largest_in_transaction(encoding, STORE, chain),
        one_block_weights=block.by_gas if alone else block.weights,
        block_by_gas_weights=block.by_gas,
        block_by_message_weights=block.by_message,
        block_wall="block gas" if alone else block.wall,
        safe_gas_limit=_safe(chain, zero_share),
    )


def _safe(chain: Chain, zero_share: float, *, refunds: bool = False) -> int | None:
    size = chain.transaction_size_limit_bytes
    if size > TRANSACTIONS_BYTES:
        return None
    return safe_gas_limit(zero_share=zero_share, transaction_bytes=size, refunds=refunds)
