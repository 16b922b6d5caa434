"""The committed gas table is what a node charges, and what the docs print."""

from __future__ import annotations

import pytest

from bench.limits.gas_table import committed, measure_rows, to_csv
from bench.limits.table import changes, open_bench

pytestmark = pytest.mark.chain


def test_a_node_charges_what_the_table_says(instant):
    """Weights and keys are seeded, so nothing may differ, not by one gas."""
    rows = measure_rows(open_bench(instant.endpoints[0]), salt="gas table")
    assert changes(committed(), rows) == []
    assert to_csv(rows) == to_csv(committed())
