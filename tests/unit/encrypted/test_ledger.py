"""Which end of a transaction a planned step allows."""

from __future__ import annotations

import pytest

from system.encrypted.ledger import Planned


@pytest.mark.parametrize(
    ("planned", "reason", "allowed"),
    [
        (Planned("submit", {}), "", True),
        (Planned("submit", {}), "WrongPhase(2, 3)", False),
        (Planned("judge", {}, late="WrongPhase"), "", True),
        (Planned("judge", {}, late="WrongPhase"), "WrongPhase(3, 4)", True),
        (Planned("judge", {}, late="WrongPhase"), "NotMember(0x01)", False),
        (Planned("stranger", {}, "NotMember"), "NotMember(0x01)", True),
        (Planned("stranger", {}, "NotMember"), "", False),
    ],
)
def test_a_step_ends_as_planned_or_not(planned, reason, allowed):
    assert planned.allows(reason) is allowed
