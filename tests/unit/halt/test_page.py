"""The page's tables are those of the reference, and the reference is the plan's."""

from __future__ import annotations

import pytest

from bench.halt.campaign import read_campaign
from bench.halt.page import PAGE, REFERENCE, with_tables
from bench.halt.plan import load_plan
from system.errors import UsageError


def test_the_reference_has_a_row_for_everything_in_the_plan() -> None:
    campaign, plan = read_campaign(REFERENCE), load_plan()
    rows = [row.trial for row in campaign.trials] + [found.search for found in campaign.searches]
    assert rows == list(plan.names)
    assert all(row.outcome != "not-started" for row in campaign.trials)
    assert REFERENCE.stat().st_size < 100_000


def test_the_page_shows_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page, read_campaign(REFERENCE)) == page


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(UsageError, match="lost the marks"):
        with_tables("# Halt", read_campaign(REFERENCE))
