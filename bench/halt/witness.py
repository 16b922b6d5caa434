"""Small transactions that show whether a chain commits, and what it must not lose."""

from __future__ import annotations

from collections.abc import Sequence

from bench.halt.calldata import signed_of_size
from bench.halt.view import ask
from bench.halt.watch import best, until
from system.chain.keys import derive_key
from system.chain.rpc import Rpc

_BYTES = 300


def send_small(rpcs: Sequence[Rpc], *, chain_id: int, salt: str) -> list[str]:
    """The hashes of one new transaction through each validator, "None" where it was refused.

    Another `salt` makes them another set of accounts.
    """
    sent = []
    for index, rpc in enumerate(rpcs):
        key = derive_key("halt", f"witness {salt}", index)
        raw = signed_of_size(_BYTES, bytes, key=key, nonce=0, chain_id=chain_id)
        sent.append(str(ask(rpc, "eth_sendRawTransaction", "0x" + raw.hex())))
    return sent


def committed_all(rpcs: Sequence[Rpc], hashes: Sequence[str], *, limit_s: float) -> bool:
    """Whether all of them were in blocks within `limit_s`."""
    rpc = best(rpcs)
    return until(
        lambda: all(ask(rpc, "eth_getTransactionReceipt", each) is not None for each in hashes),
        limit_s=limit_s,
    )
