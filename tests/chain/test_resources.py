"""Validators sampled while they run."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from bench.network.resources import sampled
from bench.network.running import Network
from bench.record.rows import RowReader
from bench.record.schema import ResourceRow
from tests.chain.commands import wait_until

pytestmark = pytest.mark.chain


def test_each_validator_tells_what_it_uses(four: Network, tmp_path: Path) -> None:
    def rows() -> list[ResourceRow]:
        return RowReader().resources(tmp_path, cell="idle")

    with sampled(four, tmp_path, "idle"):
        wait_until(lambda: len(rows()) >= 4 * 7)  # until the node has counted its traffic anew
    by_validator: dict[int, list[ResourceRow]] = defaultdict(list)
    for row in rows():
        by_validator[row.validator].append(row)
    assert sorted(by_validator) == [0, 1, 2, 3]
    for own in by_validator.values():
        first, last = own[0], own[-1]
        assert last.at_s - first.at_s > 4
        assert last.cpu_s > first.cpu_s > 0
        assert last.memory_bytes > 10**7
        assert last.disk_bytes >= first.disk_bytes > 10**4
        assert (last.network_in_bytes or 0) > 1000  # votes of three peers on each block
        assert (last.network_out_bytes or 0) > 1000
        assert last.pending == last.queued == 0
    assert all(0 <= row.machine_busy <= 1 for row in rows())
