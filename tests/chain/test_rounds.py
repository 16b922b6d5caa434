"""Rounds on a node: all workers at one moment, and submissions that cost what was computed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.capacity.observed import Observed, read_cells
from bench.capacity.place import place
from bench.capacity.question import Setting, sized
from bench.network.running import Network
from system.learning.models import parse_weights
from tests.chain.commands import WEIGHBRIDGE, run
from tests.chain.recount import rows

pytestmark = pytest.mark.chain

_WORKERS, _ROUNDS = 6, 2
# A new slot for the round's end (22,100) and another value in that of its number (5,000), less 100
# for each that was read before.
_OPENS_ROUND_GAS = 26_800


@pytest.fixture(scope="module")
def swept(single: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with two rounds behind each gate."""
    out = tmp_path_factory.mktemp("rounds") / "run"
    load = ("--weights", "700", "--privacy", "commit,sealed", "--users", str(_WORKERS))
    rounds = ("--schedule", "rounds", "--rate", str(_WORKERS / 4.5), "--duration", "5")
    where = ("--warmup", "0", "--rpc-url", single.endpoints[0], "--out", str(out))
    said = run((*WEIGHBRIDGE, "sweep", *load, *rounds, *where), out.parent)
    assert said.code == 0, said.err
    return out


def _observed(run_dir: Path) -> list[Observed]:
    cells = read_cells([run_dir])
    assert cells.left_out == ()
    return list(cells.observed)


def test_every_worker_submits_once_at_each_round_s_moment(swept: Path) -> None:
    for one in _observed(swept):
        moments = Counter(row["intended_s"] for row in rows(swept) if row["cell"] == one.cell)
        assert list(moments.values()) == [_WORKERS] * _ROUNDS
        first, second = sorted(moments)
        assert second - first == pytest.approx(4.5, abs=0.01)
        workers = Counter(row["worker"] for row in rows(swept) if row["cell"] == one.cell)
        assert list(workers.values()) == [_ROUNDS] * _WORKERS


def test_both_stages_of_a_round_wait_for_a_block(swept: Path) -> None:
    for one in _observed(swept):
        assert one.rounds == _ROUNDS
        # The first block after the round's start, and one after it was seen.
        assert one.seconds["round_p50"] > one.round.period_s


@pytest.mark.parametrize("privacy", ["commit", "sealed"])
def test_a_gated_submission_costs_what_was_computed(swept: Path, privacy: str) -> None:
    [measured] = [one.round for one in _observed(swept) if f"_{privacy}_" in one.cell]
    setting = Setting(
        encoding="float32",
        store="calldata",
        privacy=privacy,
        place=place("qbft-1"),
        deadline_s=30.0,
    )
    [spec] = parse_weights("700")
    computed = sized(setting, spec)
    assert computed.transactions == measured.transactions
    assert computed.stages == measured.stages == 2
    # The first commitment of a block opens a round of the gate. Whether the one that was measured
    # was the first depends on when its block was made.
    opened = measured.gas > 1.05 * computed.gas
    gas = computed.gas + _OPENS_ROUND_GAS * opened
    assert gas == pytest.approx(measured.gas, rel=0.01)
    assert computed.wire_bytes == pytest.approx(measured.wire_bytes, rel=0.02)
