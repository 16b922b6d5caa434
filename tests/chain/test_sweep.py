"""`weighbridge sweep` as a person types it, on networks of its own and on a running one."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import psutil
import pytest

from bench.network.running import Network
from bench.record.reader import read_run
from bench.report.frame import cells_of
from bench.report.points import points
from bench.report.saturation import curves
from bench.sweep.plan import load_plan
from tests.chain.commands import WEIGHBRIDGE, Running, run, running, wait_until
from tests.chain.recount import recount, rows
from tests.chain.side_by_side import Scenario, side_by_side

pytestmark = pytest.mark.chain

_PLAN = """\
title = "two cells"
warmup_s = 1.0
duration_s = 3.0
drain_s = 10.0

[[cells]]
weights = ["counter", "650"]
rate_per_s = 20
users = 10
topology = "qbft-1"
"""


def _plan(place: Path) -> str:
    """A plan of two small cells on a network of one validator each."""
    path = place / "two-cells.toml"
    path.write_text(_PLAN)
    return str(path)


def _sweep(*options: str) -> tuple[str, ...]:
    return (*WEIGHBRIDGE, "sweep", *options)


def _children(sweep: Running) -> list[psutil.Process]:
    """What the sweep has started: guards, validators and generators."""
    return psutil.Process(sweep.process.pid).children(recursive=True)


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [each for each in processes if _is_alive(each)]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _has_sent(run_dir: Path, cells: int) -> bool:
    """Whether that many cells have rows of submissions that ended."""
    return len({row["cell"] for row in rows(run_dir)}) >= cells


def a_sweep_stopped_by_sigterm_leaves_nothing_behind(url: str, place: Path) -> None:
    _stopped_by(signal.SIGTERM, place)


def a_sweep_stopped_by_ctrl_c_leaves_nothing_behind(url: str, place: Path) -> None:
    _stopped_by(signal.SIGINT, place)


def _stopped_by(number: signal.Signals, place: Path) -> None:
    run_dir = place / "run"
    with running(_sweep("--plan", _plan(place), "--out", str(run_dir)), place) as sweep:
        wait_until(lambda: _has_sent(run_dir, cells=1))
        started = _children(sweep)
        assert any("geth" in each.name() for each in started)
        sweep.process.send_signal(number)
        said = sweep.said()
    assert said.code == 128 + number
    assert said.err.splitlines()[-1] == "weighbridge: stopped; rows already written are kept"
    assert "Traceback" not in said.err
    wait_until(lambda: not _alive(started), limit_s=20)


def a_killed_sweep_is_resumed_and_leaves_nothing_behind(url: str, place: Path) -> None:
    run_dir = place / "run"
    with running(_sweep("--plan", _plan(place), "--out", str(run_dir)), place, "killed") as sweep:
        wait_until(lambda: _has_sent(run_dir, cells=2))
        started = _children(sweep)
        sweep.process.send_signal(signal.SIGKILL)
        sweep.process.wait()
        # Its validators and its generator have no parent any more: their guards end them.
        wait_until(lambda: not _alive(started), limit_s=20)
    (done,) = run_dir.glob("end-*.json")
    first = done.read_bytes()

    said = run(_sweep("--resume", str(run_dir), "--json"), place, "resumed")

    assert said.code == 0, said.err
    assert done.read_bytes() == first  # the cell that had ended was not run again
    summary = json.loads(said.out)
    assert sorted(cell["weights"] for cell in summary["cells"]) == [0, 650]
    for cell in summary["cells"]:
        assert (cell["outcome"], cell["valid"]) == ("ok", True), cell
        assert cell["submitted"] == cell["included"] == 80  # four seconds at twenty
        assert 0 < cell["validator_cpu_share"] < 1
        assert cell["validator_memory_bytes"] > 10**7
        assert cell["pool_pending_max"] is not None
    assert summary["cells"][1]["disk_bytes_per_payload_byte"] > 1  # it is on a disk, after all
    assert summary["cells"][1]["network_bytes_per_payload_byte"] == 0  # one validator has no peer


def a_search_brackets_what_a_block_s_gas_allows(url: str, place: Path) -> None:
    # 650 float32 weights take 113,000 gas: blocks of 8 M carry 70 of them a second.
    plan = place / "search.toml"
    plan.write_text(
        'title = "search"\nwarmup_s = 1.0\nduration_s = 4.0\ndrain_s = 15.0\n'
        '[[cells]]\nweights = "650"\nrate_per_s = [62, 76, "saturation"]\nusers = 60\n'
        'topology = "qbft-1"\ngas_limit = 8_000_000\n'
    )
    run_dir = place / "run"
    said = run(_sweep("--plan", str(plan), "--out", str(run_dir)), place)
    assert "limit: chain" in said.err, said.err
    [curve] = curves(points(cells_of(read_run(run_dir), "")))
    low, high = curve.bracket
    assert low is not None
    assert high is not None
    assert 62 <= low < high <= 76
    assert high - low <= 0.1 * high
    assert curve.gave_out == "block gas", curve.why
    # Blocks are seen a little early or late and hold what arrived in between, so that four of them
    # may have carried more than was offered: the interval is one of what they carried.
    assert curve.ci95 is not None
    assert curve.sustained_per_s is not None
    assert curve.ci95[0] <= curve.sustained_per_s <= curve.ci95[1]
    assert 0.8 * low <= curve.sustained_per_s <= 1.25 * high


def a_sweep_on_a_running_chain_counts_what_it_holds(url: str, place: Path) -> None:
    run_dir = place / "run"
    options = ("--weights", "counter,100", "--rate", "15", "--users", "8", "--duration", "2")
    where = ("--rpc-url", url, "--chain-id", "1337", "--out", str(run_dir))
    said = run(_sweep(*options, "--warmup", "1", "--drain", "10", *where), place)
    assert said.code == 0, said.err
    verdict, page, last = said.out.splitlines()
    assert verdict.startswith(("Yes.", "Partly.", "No."))
    assert page == f"report: {run_dir / 'index.html'}"
    assert last == str(run_dir)
    cells = json.loads((run_dir / "summary.json").read_bytes())["cells"]
    assert [cell["included"] for cell in cells] == [45, 45]
    assert recount(url, run_dir).completed == 90


def a_size_that_cannot_work_is_walled_and_the_others_go_on(url: str, place: Path) -> None:
    # 61,706 weights in array storage fill 16 blocks of 160 M gas; this run ends after 12 s.
    plan = place / "walled.toml"
    plan.write_text(
        'title = "walled"\nwarmup_s = 1.0\nduration_s = 2.0\ndrain_s = 10.0\n'
        '[[cells]]\nweights = ["lenet5"]\nstore = "array"\nencoding = "int256"\nusers = 2\n'
        '[[cells]]\nweights = ["counter"]\nusers = 4\n'
    )
    where = ("--rpc-url", url, "--out", str(place / "run"))
    said = run(_sweep("--plan", str(plan), "--json", *where), place)
    assert said.code == 1, said.err
    cells = {cell["weights"]: cell for cell in json.loads(said.out)["cells"]}
    assert cells[0]["outcome"] == "ok"
    assert cells[61_706]["outcome"] == "walled"
    assert "lenet5 as int256 in array: one submission takes 16" in cells[61_706]["wall"]
    assert cells[61_706]["included"] == 0


SCENARIOS: tuple[Scenario, ...] = (
    a_search_brackets_what_a_block_s_gas_allows,
    a_sweep_stopped_by_sigterm_leaves_nothing_behind,
    a_sweep_stopped_by_ctrl_c_leaves_nothing_behind,
    a_killed_sweep_is_resumed_and_leaves_nothing_behind,
    a_sweep_on_a_running_chain_counts_what_it_holds,
    a_size_that_cannot_work_is_walled_and_the_others_go_on,
)


@pytest.fixture(scope="module")
def started(
    request: pytest.FixtureRequest, single: Network, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Scenario, Future[None]]]:
    """The scenarios that were selected."""
    url = single.endpoints[0]
    with side_by_side(test_scenario, url, request=request, places=tmp_path_factory) as futures:
        yield futures


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_scenario(started: dict[Scenario, Future[None]], scenario: Scenario) -> None:
    started[scenario].result()


def test_the_order_of_cells_is_random_and_seeded() -> None:
    axes = {"weights": [str(count) for count in range(100, 112)]}

    def order(seed: int) -> list[str]:
        return [cell.id for cell in load_plan("quick", axes, seed=seed).cells()]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert sorted(order(1)) == sorted(order(2))
    assert order(1) != sorted(order(1))
