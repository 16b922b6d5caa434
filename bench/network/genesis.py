"""The first block: consensus, forks and limits of a topology, as `geth init` reads it."""

from __future__ import annotations

from collections.abc import Sequence

import rlp  # type: ignore[import-untyped, unused-ignore]
from eth_utils.address import to_canonical_address

from bench.network.topology import Topology

# keccak-256("Istanbul practical byzantine fault tolerance"): marks a block of the BFT engines
# (EIP-650).
_BFT_MIX_HASH = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
_ZERO_HASH = "0x" + "00" * 32
_VANITY = bytes(32)
# Enough that no workload runs dry, and far from overflowing anything: 10^9 ether in wei.
_TREASURY_WEI = 10**27
_FORKS = (
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "berlinBlock",
)


def genesis(topology: Topology, addresses: Sequence[str], treasury: str) -> dict[str, object]:
    """The genesis block of a network whose validators have these addresses.

    `treasury` is the address that owns 10^9 ether; gas costs nothing, but deposits do.
    """
    bft = topology.consensus != "raft"
    return {
        "config": _config(topology),
        "alloc": {treasury: {"balance": str(_TREASURY_WEI)}},
        "coinbase": "0x" + "00" * 20,
        "difficulty": "0x1" if bft else "0x0",
        "extraData": extra_data(topology.consensus, addresses),
        "gasLimit": hex(topology.gas_limit),
        "mixHash": _BFT_MIX_HASH if bft else _ZERO_HASH,
        "nonce": "0x0",
        "parentHash": _ZERO_HASH,
        "timestamp": "0x0",
    }


def extra_data(consensus: str, addresses: Sequence[str]) -> str:
    """The header's extra data in hex: it names the first validators, in ascending order.

    QBFT: RLP of vanity, validators, vote, round, seals. IBFT (EIP-650): the vanity, then RLP of
    validators, seal, committed seals. Raft has no validators in its blocks.
    """
    validators = sorted(to_canonical_address(address) for address in addresses)
    if consensus == "qbft":
        return _hex(rlp.encode([_VANITY, validators, [], b"", []]))
    if consensus == "ibft":
        return _hex(_VANITY + rlp.encode([validators, b"", []]))
    return _hex(_VANITY)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _config(topology: Topology) -> dict[str, object]:
    config: dict[str, object] = {
        "chainId": topology.chain_id,
        **dict.fromkeys(_FORKS, 0),
        "isQuorum": True,
        "txnSizeLimit": topology.transaction_size_limit_kb,
        "maxCodeSizeConfig": [{"block": 0, "size": topology.code_size_limit_kb}],
    }
    if topology.consensus != "raft":
        config[topology.consensus] = _bft(topology)
    return config


def _bft(topology: Topology) -> dict[str, object]:
    return {
        "epochLength": 30_000,  # the node's default; votes on validators are reset this often
        "blockPeriodSeconds": int(topology.period_s),
        "requestTimeoutSeconds": int(topology.request_timeout_s),
        "policy": 0,  # round robin
        "ceil2Nby3Block": 0,  # a quorum is ceil(2N/3) from the first block on
    }
