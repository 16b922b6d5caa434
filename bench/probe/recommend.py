"""The settings to start a chain with that carries weights and can't be halted by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench.limits.content import content, sample
from bench.limits.gas import NONZERO_BYTE_GAS
from bench.limits.safety import safe_gas_limit
from bench.limits.sizes import SLOT_BYTES
from bench.network.genesis import genesis
from bench.network.topology import DEFAULT, Pool, Topology, load_topology
from bench.network.validators import treasury_key, validators
from bench.probe.subject import Subject
from system.chain.keys import address_of

# GoQuorum's largest: the fewest transactions a model.
_TRANSACTION_KB = 128
_SMALLEST_CODE_KB, _LARGEST_CODE_KB = 24, 128
# 200 a byte that stays, 16 a byte of call data, and what memory takes (Yellow Paper, appendix G).
_CODE_BYTE_GAS = 220
# What is waiting when a minute of blocks is full; beyond that waiting helps nobody.
_BACKLOG_S = 60.0
_SAMPLE_WEIGHTS = 2**18
# Zeros in transactions that also get half their gas back by clearing storage.
_WORST = "refunds"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`genesis`: as `geth init` reads it, or what to change in a chain's that is not the probe's;
    `flags`: of each node; `safe_gas_limit` by what call data is made of, with its `zero_share`."""

    genesis: dict[str, Any]
    flags: tuple[str, ...]
    safe_gas_limit: dict[str, int]
    zero_share: dict[str, float]


def recommend(subject: Subject) -> Recommendation:
    """What to start such a chain with: the gas limit holds against whatever is sent."""
    shares = zero_shares()
    limits = safe_gas_limits(shares)
    base = subject.topology or load_topology(DEFAULT, _period(subject))
    topology = recommended_topology(base, limits[_WORST])
    whole = _genesis(topology)
    own = whole if subject.is_own else _changes(whole)
    return Recommendation(own, flags(topology), limits, shares)


def safe_gas_limits(shares: Mapping[str, float]) -> dict[str, int]:
    """The largest gas limit at which no block of such call data outgrows a message."""
    size_bytes = _TRANSACTION_KB * 2**10
    return {
        name: safe_gas_limit(zero_share=share, transaction_bytes=size_bytes, refunds=name == _WORST)
        for name, share in shares.items()
    }


def zero_shares() -> dict[str, float]:
    """The share of zero bytes in call data, by what it is made of."""
    counted = {name: content(sample(name, _SAMPLE_WEIGHTS)) for name in ("float32", "int256")}
    shares = {name: 1 - of.nonzero_bytes / of.size_bytes for name, of in counted.items()}
    return {name: round(share, 4) for name, share in shares.items()} | {"zeros": 1.0, _WORST: 1.0}


def recommended_topology(base: Topology, gas_limit: int) -> Topology:
    """The same validators and period with other limits."""
    return replace(
        base,
        gas_limit=gas_limit,
        transaction_size_limit_kb=_TRANSACTION_KB,
        code_size_limit_kb=code_kb(gas_limit),
        pool=pool_sizes(gas_limit, base.period_s),
    )


def code_kb(gas_limit: int) -> int:
    """The largest contract code that a block has the gas to create, within GoQuorum's bounds."""
    affordable = gas_limit // (_CODE_BYTE_GAS * 2**10)
    return min(max(affordable, _SMALLEST_CODE_KB), _LARGEST_CODE_KB)


def pool_sizes(gas_limit: int, period_s: float) -> Pool:
    """Pool sizes, powers of 2: an account may have a block waiting, all of them a minute's."""
    block_slots = -(-gas_limit // NONZERO_BYTE_GAS // SLOT_BYTES)
    account = _power_of_2(block_slots)
    everyone = _power_of_2(max(1, round(_BACKLOG_S / max(period_s, 1.0))) * block_slots)
    return Pool(
        account_slots=account,
        global_slots=everyone,
        account_queue=account,
        global_queue=max(account, everyone // 4),
    )


def flags(topology: Topology) -> tuple[str, ...]:
    """What each node is started with, one flag and its value a text."""
    pool = topology.pool
    settings = {
        "miner.gaslimit": topology.gas_limit,
        "miner.gastarget": topology.gas_limit,
        "miner.gasprice": 0,
        # A whole block's worth can be estimated.
        "rpc.gascap": topology.gas_limit,
        "txpool.accountslots": pool.account_slots,
        "txpool.globalslots": pool.global_slots,
        "txpool.accountqueue": pool.account_queue,
        "txpool.globalqueue": pool.global_queue,
    }
    if topology.idles:
        settings["raftblocktime"] = round(topology.period_s * 1_000)
    return tuple(f"--{name} {value}" for name, value in settings.items())


def _genesis(topology: Topology) -> dict[str, Any]:
    addresses = [each.address for each in validators(topology)]
    return genesis(topology, addresses, address_of(treasury_key(topology)))


def _changes(whole: dict[str, Any]) -> dict[str, Any]:
    names = ("txnSizeLimit", "maxCodeSizeConfig")
    return {
        "config": {name: whole["config"][name] for name in names},
        "gasLimit": whole["gasLimit"],
    }


def _period(subject: Subject) -> dict[str, object]:
    period_s = subject.chain.period_s
    return {"period_s": float(round(period_s))} if period_s and 1 <= period_s < 10 else {}


def _power_of_2(number: int) -> int:
    return 1 << (number - 1).bit_length()
