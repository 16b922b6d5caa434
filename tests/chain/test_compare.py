"""The drivers of the comparison commit what they say, each on a network of its own."""

from __future__ import annotations

import pytest

from bench.compare.runs import run_flood, run_swarm

pytestmark = pytest.mark.chain


def test_flood_and_swarm_commit_every_submission(geth):
    flood = run_flood("650", submissions=400, topology="raft-1")
    assert flood.committed.submissions == 400
    assert flood.committed.per_s > 0
    swarm = run_swarm("650", rate_per_s=50, seconds=6, topology="qbft-1")
    assert swarm.committed.submissions == 300
    assert 40 < swarm.committed.per_s < 60
    assert swarm.cpu_ms > 0
