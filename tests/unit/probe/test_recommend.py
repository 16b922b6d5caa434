"""The recommended settings follow from the gas limit that is safe, and are settings that exist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.limits.safety import safe_gas_limit
from bench.limits.walls import MESSAGE_BYTES
from bench.network.topology import Pool, load_topology
from bench.probe.recommend import (
    code_kb,
    flags,
    pool_sizes,
    recommend,
    recommended_topology,
    safe_gas_limits,
    zero_shares,
)
from bench.probe.walls.pool import small
from bench.probe.walls.rounds import losses_survived
from tests.unit.probe.synthetic import subject


def test_safe_gas_limits_fall_with_the_zeros():
    shares = zero_shares()
    limits = safe_gas_limits(shares)
    assert list(shares) == list(limits) == ["float32", "int256", "zeros", "refunds"]
    assert shares["float32"] < 0.01 < 0.4 < shares["int256"] < 0.5
    assert sorted(limits.values(), reverse=True) == list(limits.values())
    assert limits["zeros"] == safe_gas_limit(zero_share=1.0, transaction_bytes=131_072)
    # 4 gas a zero byte, and half of that where gas is given back.
    assert limits["zeros"] // 4 < MESSAGE_BYTES * 1.05
    assert limits["refunds"] == limits["zeros"] // 2


@pytest.mark.parametrize("name", ["qbft-4", "ibft-4", "raft-3", "qbft-1"])
def test_the_recommended_genesis_holds_against_everything(name):
    found = recommend(subject(load_topology(name)))
    worst = min(found.safe_gas_limit.values())
    assert int(found.genesis["gasLimit"], 16) == worst
    assert found.genesis["config"]["txnSizeLimit"] == 128
    assert f"--miner.gaslimit {worst}" in found.flags
    assert f"--miner.gastarget {worst}" in found.flags
    assert ("--raftblocktime 50" in found.flags) == (name == "raft-3")


def test_a_chain_of_somebody_else_gets_what_to_change_only():
    found = recommend(subject(None))
    assert set(found.genesis) == {"config", "gasLimit"}
    assert set(found.genesis["config"]) == {"txnSizeLimit", "maxCodeSizeConfig"}


@given(gas_limit=st.integers(5_000_000, 10**10), period_s=st.sampled_from([0.05, 1.0, 5.0, 60.0]))
def test_pools_hold_a_minute_s_blocks(gas_limit, period_s):
    pool = pool_sizes(gas_limit, period_s)
    block_slots = gas_limit / 16 / 2**15
    assert pool.account_slots >= block_slots
    assert pool.global_slots >= block_slots * max(1, round(60 / max(period_s, 1)))
    assert pool.account_queue <= pool.global_queue <= pool.global_slots
    for size in (pool.account_slots, pool.global_slots, pool.account_queue, pool.global_queue):
        assert size & (size - 1) == 0


@given(gas_limit=st.integers(5_000_000, 10**10))
def test_code_is_what_a_block_can_create(gas_limit):
    kb = code_kb(gas_limit)
    assert 24 <= kb <= 128
    assert kb == 24 or kb * 2**10 * 216 < gas_limit


def test_recommended_topologies_can_be_loaded_again():
    base = load_topology("qbft-4", {"period_s": 5.0})
    made = recommended_topology(base, 21_721_029)
    assert (made.period_s, made.validators, made.gas_limit) == (5.0, 4, 21_721_029)
    assert load_topology("qbft-4", {"gas_limit": made.gas_limit}).gas_limit == made.gas_limit
    assert all(" " in flag and flag.startswith("--") for flag in flags(made))


sizes = st.integers(1, 2**24)


@given(pool=st.builds(Pool, sizes, sizes, sizes, sizes))
def test_pools_to_measure_have_room_for_each_limit(pool):
    quick = small(pool)
    assert quick.account_slots <= 16
    assert quick.account_queue <= 64
    assert quick.global_slots <= 256
    assert quick.global_queue <= 256
    assert quick.global_queue >= 2 * quick.account_slots + quick.account_queue


def test_pools_that_are_small_are_measured_as_they_are():
    own = Pool(account_slots=5, global_slots=20, account_queue=7, global_queue=30)
    assert small(own) == own


@pytest.mark.parametrize(
    ("name", "validators", "survived"),
    [("qbft-4", 4, 1), ("qbft-4", 7, 2), ("qbft-4", 1, 0), ("qbft-4", 2, 0), ("raft-3", 3, 1)],
)
def test_losses_that_a_chain_survives(name, validators, survived):
    assert losses_survived(load_topology(name, {"validators": validators})) == survived
