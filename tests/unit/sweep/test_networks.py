"""When a sweep keeps its network, and when it starts another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.network.health import Health, ValidatorHealth
from bench.network.topology import Topology, load_topology
from bench.sweep import networks

_QBFT = load_topology("qbft-1", {})
_SLOW = load_topology("qbft-1", {"period_s": 5})


@dataclass
class _Running:
    topology: Topology
    directory: Path = Path()
    endpoints: tuple[str, ...] = ("http://127.0.0.1:1",)
    process_ids: tuple[object, ...] = ()
    pending: int = 0
    problems: tuple[str, ...] = ()
    stopped: list[bool] = field(default_factory=list)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[_Running]:
    """Every network that was started, in place of real ones."""
    made: list[_Running] = []

    @contextmanager
    def network(topology: Topology) -> Iterator[_Running]:
        made.append(_Running(topology))
        yield made[-1]
        made[-1].stopped.append(True)

    def health(state: object) -> Health:
        last = made[-1]
        seen = ValidatorHealth(0, "", 1, True, 5, 0.5, 0, last.pending, 0, 0, "")
        return Health("qbft-1", 1337, "", (seen,), last.problems)

    monkeypatch.setattr(networks, "network", network)
    monkeypatch.setattr(networks, "health", health)
    return made


def test_it_is_kept_for_the_same_topology(started: list[_Running]) -> None:
    with networks.networks(fresh=False) as grounds:
        assert grounds.ready(_QBFT) is grounds.ready(_QBFT)
        assert not started[0].stopped
    assert started[0].stopped


def test_another_topology_gets_another(started: list[_Running]) -> None:
    with networks.networks(fresh=False) as grounds:
        grounds.ready(_QBFT)
        assert grounds.ready(_SLOW).topology == _SLOW
        assert started[0].stopped
        assert not started[1].stopped


@pytest.mark.parametrize("ill", [{"pending": 1}, {"problems": ("the chain has stopped",)}])
def test_one_that_is_not_well_is_replaced(started: list[_Running], ill: dict[str, object]) -> None:
    with networks.networks(fresh=False) as grounds:
        grounds.ready(_QBFT)
        for name, value in ill.items():
            setattr(started[0], name, value)
        grounds.ready(_QBFT)
    assert len(started) == 2


def test_one_on_which_a_cell_went_wrong_is_replaced(started: list[_Running]) -> None:
    with networks.networks(fresh=False) as grounds:
        grounds.ready(_QBFT)
        grounds.drop()
        assert started[0].stopped
        grounds.ready(_QBFT)
    assert len(started) == 2


def test_a_plan_may_ask_for_a_new_one_each_time(started: list[_Running]) -> None:
    with networks.networks(fresh=True) as grounds:
        grounds.ready(_QBFT)
        grounds.ready(_QBFT)
    assert [each.stopped for each in started] == [[True], [True]]
