from __future__ import annotations

from pathlib import Path

import pytest

from bench.network.topology import Pool, load_topology, topology_names
from system.errors import UsageError


def test_the_default_is_four_qbft_validators_with_the_largest_transactions() -> None:
    topology = load_topology("qbft-4")

    assert (topology.consensus, topology.validators, topology.chain_id) == ("qbft", 4, 1337)
    assert (topology.period_s, topology.gas_limit) == (1.0, 160_000_000)
    assert (topology.transaction_size_limit_kb, topology.code_size_limit_kb) == (128, 24)
    assert topology.pool.global_slots > 4096, "no larger than the node's own default"


@pytest.mark.parametrize(
    ("name", "consensus", "validators", "period_s", "idles"),
    [
        ("qbft-4", "qbft", 4, 1.0, False),
        ("qbft-1", "qbft", 1, 1.0, False),
        ("ibft-4", "ibft", 4, 1.0, False),
        ("raft-3", "raft", 3, 0.05, True),
        ("raft-1", "raft", 1, 0.05, True),
    ],
)
def test_every_topology_is_what_its_name_says(
    name: str, consensus: str, validators: int, period_s: float, idles: bool
) -> None:
    topology = load_topology(name)

    assert topology.name == name
    assert (topology.consensus, topology.validators) == (consensus, validators)
    assert (topology.period_s, topology.idles) == (period_s, idles)


def test_no_topology_is_left_out_of_the_table_above() -> None:
    assert set(topology_names()) == {"qbft-4", "qbft-1", "ibft-4", "raft-3", "raft-1"}


def test_overrides_win_and_leave_the_rest_of_the_pool_alone() -> None:
    topology = load_topology("ibft-4", {"period_s": 5, "pool": {"account_slots": 16}})

    untouched = load_topology("qbft-4").pool
    assert topology.period_s == 5.0
    assert topology.pool == Pool(
        16, untouched.global_slots, untouched.account_queue, untouched.global_queue
    )


def test_a_file_of_ones_own_takes_what_it_leaves_out_from_qbft_4(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('validators = 7\nseed = "other"\n[pool]\nglobal_slots = 9\n')

    topology = load_topology(str(path))

    assert (topology.name, topology.validators, topology.seed) == ("mine", 7, "other")
    assert (topology.consensus, topology.pool.global_slots) == ("qbft", 9)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"gas_limt": 1}, "did you mean 'gas_limit'"),
        ({"pool": {"acount_slots": 1}}, "did you mean 'account_slots'"),
        ({"pool": 7}, "must be a table"),
        ({"pool": {"nolocals": 1}}, "give true or false"),
        ({"zzz": 1}, "choose one of consensus"),
        ({"consensus": "qbtf"}, "did you mean 'qbft'"),
        ({"consensus": 4}, "choose one of qbft"),
        ({"validators": 0}, "from 1 to 64"),
        ({"validators": True}, "whole number"),
        ({"validators": 4.0}, "whole number"),
        ({"transaction_size_limit_kb": 31}, "from 32 to 128"),
        ({"transaction_size_limit_kb": 129}, "from 32 to 128"),
        ({"code_size_limit_kb": 23}, "from 24 to 128"),
        ({"code_size_limit_kb": 129}, "from 24 to 128"),
        ({"gas_limit": "160M"}, "whole number"),
        ({"gas_limit": 21_000}, "from 5,000,000"),
        ({"chain_id": -1}, "from 1 to"),
        ({"period_s": 0}, "from 0.001"),
        ({"period_s": -1.0}, "from 0.001"),
        ({"period_s": float("nan")}, "from 0.001"),
        ({"period_s": 0.5}, "whole seconds"),
        ({"period_s": 10}, "longer than"),
        ({"request_timeout_s": 1.5}, "whole seconds"),
        ({"seed": ""}, "not empty"),
        ({"pool": {"account_slots": 0}}, "from 1 to"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(settings: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        load_topology("qbft-4", settings)

    assert "\n" not in str(caught.value)


def test_raft_has_periods_below_a_second() -> None:
    assert load_topology("raft-1", {"period_s": 0.2}).period_s == 0.2


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("qbft4", "did you mean 'qbft-4'"),
        ("xyz", "choose one of ibft-4"),
        ("nowhere/mine.toml", "no topology file"),
    ],
)
def test_an_unknown_name_is_refused_with_a_suggestion(name: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        load_topology(name)


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("validators = = 4")

    with pytest.raises(UsageError, match="not a TOML file"):
        load_topology(str(path))
