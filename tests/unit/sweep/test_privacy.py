"""Which privacy a sweep's points may have."""

from __future__ import annotations

import pytest

from bench.sweep.plan import PlanError, load_plan
from system.errors import UsageError


def test_the_modes_make_cells_of_their_own():
    axes = {"weights": ["10"], "privacy": ["plain", "commit", "sealed"], "rate_per_s": [1.0]}
    ids = {cell.id for cell in load_plan("quick", axes, repeats=1).cells()}
    assert len(ids) == 3
    assert sum("commit" in one for one in ids) == sum("sealed" in one for one in ids) == 1


def test_sealing_needs_a_store_that_keeps_something():
    with pytest.raises(UsageError, match="nothing to seal"):
        load_plan("quick", {"weights": ["10"], "privacy": ["sealed"], "store": ["hash"]})


def test_no_topology_has_private_transaction_managers():
    with pytest.raises(PlanError, match="--ptm-url"):
        load_plan("quick", {"weights": ["10"], "privacy": ["private"]})
