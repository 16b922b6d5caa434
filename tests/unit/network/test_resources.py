"""Sampling processes that do not answer, and one that dies meanwhile."""

from __future__ import annotations

import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil

from bench.network.node import Node
from bench.network.ports import free_ports
from bench.network.process import ProcessId
from bench.network.resources import sampled
from bench.network.topology import load_topology
from bench.network.validators import validators
from bench.record.rows import RowReader
from bench.record.schema import ResourceRow


@dataclass(frozen=True)
class _Network:
    """What the sampler asks of a network."""

    nodes: tuple[Node, ...]
    process_ids: tuple[ProcessId, ...]


def _node(place: Path, index: int) -> Node:
    p2p, http, metrics = free_ports(3)
    directory = place / f"node-{index}"
    (directory / "data").mkdir(parents=True)
    (directory / "data" / "chain").write_bytes(bytes(1_000 * (index + 1)))
    validator = validators(load_topology("qbft-4"))[index]
    return Node(validator, directory, p2p=p2p, http=http, metrics=metrics, raft=0)


def test_what_can_not_be_told_is_left_out(tmp_path: Path) -> None:
    sleepers = [subprocess.Popen(["sleep", "60"]) for _ in range(2)]
    ids = [ProcessId(one.pid, psutil.Process(one.pid).create_time()) for one in sleepers]
    nodes = [_node(tmp_path, index) for index in range(2)]
    network = cast(Any, _Network(tuple(nodes), tuple(ids)))
    with sampled(network, tmp_path, "deaf"):
        deadline_s = time.monotonic() + 30
        while not RowReader().resources(tmp_path):
            assert time.monotonic() < deadline_s
            time.sleep(0.01)
        sleepers[1].kill()
        sleepers[1].wait()
    sleepers[0].kill()
    sleepers[0].wait()
    by_validator: dict[int, list[ResourceRow]] = defaultdict(list)
    for row in RowReader().resources(tmp_path):
        by_validator[row.validator].append(row)
    assert len(by_validator[0]) == 2  # at once and at the end
    assert len(by_validator[1]) <= 1  # dead by the end
    first = by_validator[0][0]
    assert (first.pending, first.queued, first.network_in_bytes) == (None, None, None)
    assert first.disk_bytes == 1_000
    assert first.memory_bytes > 0
