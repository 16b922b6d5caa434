"""Parties that train over a node and show nobody their updates, whatever hides them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.learn.encrypted.federation import learn_encrypted
from bench.learn.encrypted.money import PAY, PRICES
from bench.learn.encrypted.options import EncryptedOptions
from bench.learn.encrypted.sequel import IMAGES
from bench.learn.encrypted.setting import prepare
from bench.learn.place import Place, place
from bench.network.running import Network
from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from bench.record.learning import LearningFile, read_result, read_steps

pytestmark = pytest.mark.chain

QUICK = EncryptedOptions(parties=3, rounds=1, key_bits=1024, model="digits-softmax", seed=1)


@pytest.fixture(scope="module")
def where(instant: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The Raft node as a chain of the user's."""
    key = tmp_path_factory.mktemp("funder") / "key"
    key.write_text("0x" + treasury_key(load_topology("raft-1")).hex() + "\n", encoding="ascii")
    with place("", rpc_url=instant.endpoints[0], funder=key) as found:
        yield found


def learnt(options: EncryptedOptions, where: Place, out: Path) -> dict[str, Any]:
    """The result, which is what the record holds."""
    said: list[dict[str, Any]] = []
    result = learn_encrypted(
        prepare(options), where, begin=lambda made: LearningFile(out, made), say=said.append
    )
    assert read_steps(out) == tuple(json.loads(json.dumps(said)))
    assert read_result(out) == json.loads(json.dumps(result))
    return result


def rounds_of(out: Path) -> list[dict[str, Any]]:
    """The rows of rounds."""
    return [row for row in read_steps(out) if row["kind"] == "round"]


def test_the_whole_story(where, tmp_path):
    options = replace(QUICK, dropped={1: (2,)})
    before = where.balance(where.treasury.address)
    result = learnt(options, where, tmp_path)
    assert result["bit_identical"]
    assert result["falls"] == []
    assert result["accuracy"] == result["accuracy_plain"] > 0.8
    assert result["refused"] == {
        "stranger submits": {"NotMember": 1},
        "stranger shares": {"NotMember": 1},
        "submit no ciphertext by 2": {"UnitOutOfRange": 1},
    }
    assert [row["counted"] for row in rounds_of(tmp_path)] == [[0, 1], [0, 1, 2, 3]]
    assert result["newcomer"] == {"party": 3, "model_bit_identical": True}

    paid, enricher = result["enricher_paid_wei"], result["enricher"]
    points = round(10_000 * enricher["accuracy_measured"]) - int(
        10_000 * enricher["accuracy_before"]
    )
    assert enricher["outcome"] == "judged"
    assert paid == min(points * PAY.per_point, PAY.cap) > 0
    assert [one["outcome"] for one in result["predictions"]] == ["accepted"] * IMAGES
    assert result["conserved"]
    held = {one["account"]: one["held_wei"] - one["given_wei"] for one in result["accounts"]}
    assert held["customer"] == -IMAGES * PRICES.fee
    profit = IMAGES * (PRICES.fee - PRICES.cost)
    assert held["enricher"] == paid + profit * PAY.share // 10_000
    assert where.balance(where.treasury.address) == before


def test_masks_come_off_though_a_party_drops_out(where, tmp_path):
    result = learnt(replace(QUICK, scheme="masked", dropped={1: (0,)}), where, tmp_path)
    assert result["bit_identical"]
    assert [row["counted"] for row in rounds_of(tmp_path)] == [[1, 2]]


def test_a_void_round_changes_nothing_and_all_schemes_make_the_same_sums(where, tmp_path):
    options = replace(QUICK, scheme="plain", rounds=2, dropped={1: (1, 2)}, compare=True)
    result = learnt(options, where, tmp_path)
    found = rounds_of(tmp_path)
    assert [(row["outcome"], row["counted"]) for row in found] == [
        ("void", []),
        ("opened", [0, 1, 2]),
    ]
    assert result["rounds_opened"] == 1
    assert result["bit_identical"]
    assert result["newcomer"] is None

    plain, masked, paillier = result["schemes"]
    assert [one["scheme"] for one in result["schemes"]] == ["plain", "masked", "paillier"]
    assert plain["gas_per_update_all"] < masked["gas_per_update_all"]
    assert plain["bytes_per_update"] == masked["bytes_per_update"] < paillier["bytes_per_update"]
