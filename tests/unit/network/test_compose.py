"""The compose file repeats what qbft-4 is; it must not drift from it."""

from __future__ import annotations

import json
import re
import textwrap

from bench.network.genesis import genesis
from bench.network.topology import load_topology
from bench.network.validators import treasury_key, validators
from system.chain.keys import address_of
from system.paths import NETWORK_DIR

_TOPOLOGY = load_topology("qbft-4")
_VALIDATORS = validators(_TOPOLOGY)
_TEXT = (NETWORK_DIR / "compose.yaml").read_text()


def _inline(name: str) -> object:
    """The JSON of one inline config."""
    found = re.search(rf"^  {name}:\n    content: \|\n((?:      .*\n)+)", _TEXT, re.MULTILINE)
    assert found, name
    return json.loads(textwrap.dedent(found[1]))


def test_the_genesis_is_that_of_the_topology() -> None:
    addresses = [each.address for each in _VALIDATORS]
    treasury = address_of(treasury_key(_TOPOLOGY))

    assert _inline("genesis") == genesis(_TOPOLOGY, addresses, treasury)


def test_every_validator_has_its_key_and_is_known_to_its_peers() -> None:
    peers = _inline("static-nodes")

    assert isinstance(peers, list)
    assert [peer[8:136] for peer in peers] == [each.node_id for each in _VALIDATORS]
    for each, peer in zip(_VALIDATORS, peers, strict=True):
        assert f'test-nodekey-{each.index}:\n    content: "{each.key.hex()}"' in _TEXT
        assert f"ipv4_address: {peer.split('@')[1].split(':')[0]}}}" in _TEXT


def test_the_flags_hold_the_limits_of_the_topology() -> None:
    pool = _TOPOLOGY.pool
    for flag, value in [
        ("--networkid", _TOPOLOGY.chain_id),
        ("--miner.gaslimit", _TOPOLOGY.gas_limit),
        ("--miner.gastarget", _TOPOLOGY.gas_limit),
        ("--txpool.accountslots", pool.account_slots),
        ("--txpool.globalslots", pool.global_slots),
        ("--txpool.accountqueue", pool.account_queue),
        ("--txpool.globalqueue", pool.global_queue),
    ]:
        assert f"{flag} {value} " in _TEXT.replace("\n", " "), flag


def test_ports_are_published_on_loopback_only() -> None:
    published = re.findall(r'ports: \["(.*?)"\]', _TEXT)

    assert len(published) == len(_VALIDATORS)
    assert all(each.startswith("127.0.0.1:") for each in published)
