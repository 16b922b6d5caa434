"""Who paid and got what, and the calls beside the submissions: added up and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.record.accounts import Accounts, RoleAccount
from bench.record.calls import CallCounts
from bench.report.build import ReportPaths, build
from tests.unit.report.synthetic import Load, write_run


def _accounts(got: int, *, conserved: bool = True) -> Accounts:
    good = RoleAccount(
        accounts=8, submissions=40, paid="100", got=str(got), net=str(got - 100), at_stake="3"
    )
    return Accounts(unit="points", roles={"good": good}, held="7", owed="7", conserved=conserved)


def _calls(sent: int, reverted: dict[str, int], gas: float | None) -> dict[str, CallCounts]:
    succeeded = sent - sum(reverted.values())
    one = CallCounts(sent=sent, succeeded=succeeded, reverted=reverted, gas_mean=gas)
    return {"refund": one}


@pytest.fixture
def report(tmp_path: Path) -> ReportPaths:
    """Two repeats of a load whose accounts are known."""
    ends = [
        {"accounts": _accounts(90), "calls": _calls(3, {"ModelDisagrees": 1}, 100.0)},
        {
            "accounts": _accounts(130, conserved=False),
            "calls": _calls(6, {"ModelDisagrees": 1, "TooEarly": 1}, 400.0),
        },
    ]
    loads = [Load(cell=f"a_r{n}", repeat=n, end=end) for n, end in enumerate(ends, 1)]
    return build([write_run(tmp_path / "run", loads)])


def test_repeats_are_added_up(report: ReportPaths) -> None:
    [point] = report.content.cells
    assert point.accounts is not None
    good = point.accounts.roles["good"]
    assert (good.accounts, good.submissions) == (16, 80)
    assert (good.paid, good.got, good.net, good.at_stake) == ("200", "220", "20", "6")
    assert (point.accounts.held, point.accounts.conserved) == ("14", False)
    assert point.calls is not None
    refund = point.calls["refund"]
    assert (refund.sent, refund.succeeded) == (9, 6)
    assert refund.reverted == {"ModelDisagrees": 2, "TooEarly": 1}
    assert refund.gas_mean == pytest.approx((2 * 100 + 4 * 400) / 6)


def test_the_page_shows_both_tables(report: ReportPaths) -> None:
    page = report.page.read_text()
    assert "Who paid and got what" in page
    assert "220 points" in page
    assert "2 × <code>ModelDisagrees</code>" in page
    assert "the contracts hold 14 points and owe 14 points" in page


def test_a_load_without_money_has_neither(tmp_path: Path) -> None:
    report = build([write_run(tmp_path / "run", [Load()])])
    assert report.content.cells[0].accounts is None
    assert report.content.cells[0].calls is None
    assert "Who paid and got what" not in report.page.read_text()
