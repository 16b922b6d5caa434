"""The models' gas on a node is what the table says, and no figure is above the original's."""

from __future__ import annotations

import pytest

from bench.limits.models.measure import measure
from bench.limits.models.rows import above, changes, original, ours
from bench.network.topology import load_topology
from bench.network.validators import treasury_key

pytestmark = pytest.mark.chain


def test_a_node_charges_what_the_table_says_and_no_more_than_the_original_took(instant):
    """Timestamps differ from run to run, so figures may be off by a hundredth."""
    treasury = treasury_key(load_topology("raft-1"))
    rows = measure(instant.endpoints[0], treasury, salt="models' gas")
    assert [row.name for row in rows] == [row.name for row in ours()]
    assert changes(ours(), rows) == []
    assert above(original(), rows) == []
