from __future__ import annotations

import rlp  # type: ignore[import-untyped, unused-ignore]
from eth_account import Account

from bench.network.genesis import extra_data, genesis
from bench.network.topology import load_topology
from bench.network.validators import validators
from system.chain.keys import address_of

# Not in ascending order, to see that the extra data is.
_ADDRESSES = ("0x" + "33" * 20, "0x" + "11" * 20, "0x" + "22" * 20)
_SORTED = [bytes([byte]) * 20 for byte in (0x11, 0x22, 0x33)]
_TREASURY = "0x" + "44" * 20


def test_qbft_names_its_validators_in_ascending_order() -> None:
    decoded = rlp.decode(bytes.fromhex(extra_data("qbft", _ADDRESSES)[2:]))

    assert decoded == [bytes(32), _SORTED, [], b"", []]


def test_qbft_extra_data_of_one_validator_byte_by_byte() -> None:
    # f8 3a: a list of 58 bytes; a0: 32 bytes; d5 94: a list of one address; c0 80 c0: no vote,
    # round 0, no seals.
    expected = "0xf83aa0" + "00" * 32 + "d594" + "11" * 20 + "c080c0"

    assert extra_data("qbft", ["0x" + "11" * 20]) == expected


def test_ibft_puts_the_vanity_before_the_list() -> None:
    data = bytes.fromhex(extra_data("ibft", _ADDRESSES)[2:])

    assert data[:32] == bytes(32)
    assert rlp.decode(data[32:]) == [_SORTED, b"", []]


def test_raft_names_nobody() -> None:
    assert extra_data("raft", _ADDRESSES) == "0x" + "00" * 32


def test_the_limits_of_the_topology_are_in_the_block() -> None:
    topology = load_topology(
        "qbft-4",
        {
            "period_s": 3,
            "gas_limit": 42_000_000,
            "transaction_size_limit_kb": 64,
            "code_size_limit_kb": 48,
            "chain_id": 7,
        },
    )

    block = genesis(topology, _ADDRESSES, _TREASURY)

    config = block["config"]
    assert isinstance(config, dict)
    assert block["gasLimit"] == "0x280de80"
    assert (config["chainId"], config["txnSizeLimit"], config["isQuorum"]) == (7, 64, True)
    assert config["maxCodeSizeConfig"] == [{"block": 0, "size": 48}]
    assert config["qbft"]["blockPeriodSeconds"] == 3
    assert config["berlinBlock"] == 0
    assert "londonBlock" not in config


def test_only_the_treasury_owns_ether() -> None:
    block = genesis(load_topology("ibft-4"), _ADDRESSES, _TREASURY)

    assert block["alloc"] == {_TREASURY: {"balance": str(10**27)}}


def test_raft_is_marked_by_its_difficulty_and_has_no_bft_settings() -> None:
    block = genesis(load_topology("raft-3"), _ADDRESSES, _TREASURY)

    config = block["config"]
    assert isinstance(config, dict)
    assert block["difficulty"] == "0x0"
    assert block["mixHash"] == "0x" + "00" * 32
    assert not {"qbft", "ibft", "istanbul"} & set(config)


def test_validators_depend_on_the_seed_alone() -> None:
    first = validators(load_topology("qbft-4"))
    again = validators(load_topology("ibft-4"))
    other = validators(load_topology("qbft-4", {"seed": "other"}))

    assert first == again
    assert not {each.address for each in first} & {each.address for each in other}
    assert len({each.address for each in first}) == 4


def test_a_validators_key_address_and_node_id_belong_together() -> None:
    validator = validators(load_topology("qbft-1"))[0]

    account = Account.from_key(validator.key)
    assert validator.address == account.address == address_of(validator.key)
    assert len(bytes.fromhex(validator.node_id)) == 64
    assert validator.key.hex() not in repr(validator)
