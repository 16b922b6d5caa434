"""The encrypted swarm on a node: each update is counted once, and the chain's sums are theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.record.reader import read_run
from bench.sweep.locust_run import run_cell
from bench.sweep.plan import Plan
from bench.sweep.point import Cell, Point
from system.chain.rpc import Rpc
from system.encrypted import words
from system.encrypted.contracts import agreement, reader, rounds
from system.encrypted.contracts.aggregation import public_key_of
from system.encrypted.contracts.reader import Member
from system.encrypted.contracts.rounds import Phase, Place

pytestmark = pytest.mark.chain
PARTIES = 3


@pytest.mark.parametrize("scheme", ["masked", "paillier"])
def test_a_swarm_of_groups_is_counted_once_and_its_sums_are_on_chain(single, tmp_path, scheme):
    settings = (("scheme", scheme), ("key_bits", 1024), ("parties", PARTIES))
    point = Point(
        "650",
        system="encrypted",
        settings=settings,
        rate_per_s=3.0,
        users=5 * PARTIES + 1,  # five groups, and one account that belongs to none
        topology="qbft-1",
    )
    plan = Plan("encrypted", (point,), warmup_s=1, duration_s=4, drain_s=30)
    log = tmp_path / "log"
    said = run_cell(plan, Cell(point, 1), run_dir=tmp_path / "run", urls=single.endpoints, log=log)
    assert said == "", log.read_text()
    run = read_run(Path(tmp_path / "run"))
    [cell] = run.cells.values()
    assert cell.facts.settings == dict(settings)
    assert [row.outcome for row in run.submissions] == ["included"] * 15
    assert cell.end.valid, cell.end.invalid_reason
    assert cell.end.reconciled.submissions_on_chain == 15
    rpc = Rpc(single.endpoints[0])
    assert _first_round(rpc, cell.facts.contracts, scheme) is Phase.OPENED


def _first_round(rpc: Rpc, contracts: dict[str, str], scheme: str) -> Phase:
    """The phase of the first group's first round, whose sum is that of its updates.

    The very first group is the one that was formed before the clock.
    """
    place = Place(contracts["rounds"], 2, 1)
    members = agreement.members_of(rpc, contracts["agreement"], place.group)
    assert len(members) == PARTIES
    counted = [
        b"".join(reader.read_update(rpc, place, Member(at, address)))
        for at, address in enumerate(members)
        if rounds.is_counted(rpc, place, at)
    ]
    assert counted
    assert b"".join(reader.read_sums(rpc, place)) == _added(rpc, contracts, counted, scheme)
    return rounds.state_of(rpc, place).phase


def _added(rpc: Rpc, contracts: dict[str, str], updates: list[bytes], scheme: str) -> bytes:
    if scheme == "masked":
        return words.added(updates)
    n = public_key_of(rpc, contracts["aggregation"])
    size, total = n.bit_length() // 4, b""
    for at in range(0, len(updates[0]), size):
        product = 1
        for one in updates:
            product = product * int.from_bytes(one[at : at + size], "big") % (n * n)
        total += product.to_bytes(size, "big")
    return total
