"""Whose ether the jobs are paid with: the account of a network of ours, or one the user names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bench.network import state
from bench.network.topology import load_topology
from system.chain.keyfile import read_key
from system.chain.keys import address_of, derive_key
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call, Sender, send
from system.errors import UsageError

_TRANSFER_GAS = 21_000
# Swarms that start on one chain at one moment share this account and nothing else.
_TAKEN = ("replacement transaction underpriced", "nonce too low")
_TRIES, _PAUSE_S = 20, 0.1


def fund(
    rpc: Rpc,
    address: str,
    wei: int,
    *,
    chain_id: int,
    topology: str,
    funder: Path | None,
    option: str = "--job-size",
) -> None:
    """Give an account that many wei, which `option` needs.

    Paid by the key in the file `funder` (64 hexadecimal digits), else by the test key that owns the
    ether of the topology, or of a network that was left running. Raises UsageError where no such
    account holds enough.
    """
    keys = [read_key(funder)] if funder is not None else list(_test_keys(topology))
    for key in keys:
        held = int(rpc.call("eth_getBalance", address_of(key), "latest"), 16)
        if held >= wei:
            _pay(Sender(rpc, key, chain_id), Call(address, b"", _TRANSFER_GAS, value=wei))
            return
    raise UsageError(
        f"{option} needs an account with {wei:,} wei for payments and deposits: give --funder, "
        "a file with the key of one that has them"
    )


def _pay(treasury: Sender, transfer: Call) -> None:
    """Send the transfer, with the next nonce where another swarm took this one first."""
    for _ in range(_TRIES):
        try:
            send(treasury, transfer)
            return
        except RpcError as error:
            if not any(words in error.message for words in _TAKEN):
                raise
            time.sleep(_PAUSE_S)
    send(treasury, transfer)


def _test_keys(topology: str) -> Iterator[bytes]:
    seeds = [load_topology(topology or "qbft-4").seed]
    seeds += [one.topology.seed for one in state.states()]
    return (derive_key(seed, "treasury", 0) for seed in dict.fromkeys(seeds))
