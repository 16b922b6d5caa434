"""Parties that train over a node and show nobody their updates, whatever hides them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.learn.encrypted.federation import learn_encrypted, prepare
from bench.learn.encrypted.options import EncryptedOptions
from bench.learn.place import Place, place
from bench.network.running import Network
from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from bench.record.learning import LearningFile, read_result, read_steps

pytestmark = pytest.mark.chain

QUICK = EncryptedOptions(
    parties=3, rounds=2, key_bits=1024, model="digits-softmax", dropped={2: (2,)}, compare=True
)


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


def test_ciphertexts_words_and_masks_give_the_same_model(where, tmp_path):
    result = learnt(QUICK, where, tmp_path)
    assert result["bit_identical"]
    assert result["rounds_opened"] == 2
    assert result["falls"] == []
    assert result["accuracy"] == result["accuracy_plain"] > 0.5
    assert result["dropped"] == {"2": [2]}
    assert result["refused"] == {
        "stranger submits": {"NotMember": 1},
        "stranger shares": {"NotMember": 1},
        "submit no ciphertext by 2": {"UnitOutOfRange": 1},
    }
    rounds = [row for row in read_steps(tmp_path) if row["kind"] == "round"]
    assert [row["counted"] for row in rounds] == [[0, 1, 2], [0, 1]]
    paillier, plain, masked = result["schemes"]
    assert (paillier["scheme"], plain["scheme"], masked["scheme"]) == (
        "paillier",
        "plain",
        "masked",
    )
    assert plain["gas_per_update"] == pytest.approx(masked["gas_per_update"], rel=0.1)
    assert plain["gas_per_update_all"] < masked["gas_per_update_all"]
    assert masked["bytes_per_update"] < paillier["bytes_per_update"]


def test_masks_come_off_though_a_party_drops_out(where, tmp_path):
    options = EncryptedOptions(
        parties=3, rounds=1, scheme="masked", model="digits-softmax", dropped={1: (0,)}
    )
    result = learnt(options, where, tmp_path)
    assert result["bit_identical"]
    [row] = [row for row in read_steps(tmp_path) if row["kind"] == "round"]
    assert row["counted"] == [1, 2]


def test_a_round_with_too_few_is_void_and_the_next_goes_on(where, tmp_path):
    options = EncryptedOptions(
        parties=3, rounds=2, scheme="plain", model="digits-softmax", dropped={1: (1, 2)}
    )
    result = learnt(options, where, tmp_path)
    rounds = [row for row in read_steps(tmp_path) if row["kind"] == "round"]
    assert [row["outcome"] for row in rounds] == ["void", "opened"]
    assert rounds[0]["counted"] == []
    assert result["rounds_opened"] == 1
    assert result["bit_identical"]
