"""A shared model trained on a node by the command, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.network.running import Network
from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from system.chain.keys import address_of
from system.chain.rpc import Rpc
from tests.chain.commands import WEIGHBRIDGE, run

pytestmark = pytest.mark.chain

# Six contributors, two of them bad, three steps; claims are due from two seconds on.
QUICK = (
    *("--contributors", "6", "--bad", "0.34", "--mistaken", "0", "--limited", "0"),
    *("--contributions", "18", "--refund-wait-s", "2", "--tested", "30", "--json"),
)


@pytest.fixture(scope="module")
def funder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the key of the account that has ether."""
    path = tmp_path_factory.mktemp("funder") / "key"
    path.write_text("0x" + treasury_key(load_topology("qbft-4")).hex() + "\n", encoding="ascii")
    return path


def test_a_model_learns_from_strangers(four: Network, funder: Path, tmp_path: Path) -> None:
    rpc, payer = Rpc(four.endpoints[0]), address_of(treasury_key(load_topology("qbft-4")))
    before = rpc.call("eth_getBalance", payer, "latest")
    chain = ("--rpc-url", four.endpoints[0], "--funder", str(funder))
    out = tmp_path / "run"
    said = run((*WEIGHBRIDGE, "learn", "models", *QUICK, *chain, "--out", str(out)), tmp_path)
    assert said.code == 0, said.err
    result = json.loads(said.out)
    assert result["contributions"] == 18
    assert result["twin_agrees"], result["twin_differs"]
    # Ten classes: chance alone gives a tenth.
    assert result["accuracy"] == result["accuracy_twin"] == result["accuracy_by_step"][-1] > 0.5
    net = result["balances_by_role"]
    assert net["bad"] < 0 <= net["good"]
    assert sum(net.values()) == 0
    assert result["conserved"]
    assert result["wei"]["held_by_incentive"] == 0
    assert {"addData", "refund", "report", "withdraw"} <= set(result["gas_by_call"])
    # What the bad tried was refused, by name.
    assert "NotNormalised" in result["refused_by_role"]["bad"]
    assert "contributing: 18 contributions" in said.err
    assert (out / "index.html").is_file()
    # All that was lent is back.
    assert rpc.call("eth_getBalance", payer, "latest") == before
