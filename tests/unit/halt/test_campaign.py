"""Rows are kept as they end: a killed campaign goes on where it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.halt import campaign
from bench.halt.campaign import carried_out, read_campaign
from bench.halt.largest import Found, Search
from bench.halt.page import to_text
from bench.halt.plan import Plan
from bench.halt.result import BlockFact, RemedyFact, Sent, TrialResult, ValidatorFact
from bench.halt.trial import Attack, Trial
from bench.record.jsonform import to_json
from system.errors import UsageError

PLAN = Plan(
    "mine",
    (Trial("first", Attack()), Trial("second", Attack())),
    (Search("edge", 9_000_000, 11_000_000),),
)
HALTED = TrialResult(
    "first",
    "halted",
    "no block for 35 s with 12 waiting",
    61.0,
    sent=Sent(20, 20, 0, "", committed=5, waiting=12, seconds=3.0),
    largest_block=BlockFact(7, 9_000_000, 150_000_000, 160_000_000, 75, 1.0),
    silent_s=35.2,
    validators=(ValidatorFact(0, 7, 2, 3, 0, 12, 0, ('DEBUG Removing err="message too long"',)),),
    remedies=(RemedyFact("restart-all", False, 0, 30.0, True, False, 0, ""),),
)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was run, in order."""
    names: list[str] = []

    def run_trial(trial: Trial) -> TrialResult:
        names.append(trial.name)
        return HALTED if trial.name == "first" else TrialResult(trial.name, "survived", "", 9.0)

    def largest(search: Search, **_: object) -> Found:
        names.append(search.name)
        return Found(search.name, 10_400_000, 10_450_000, ())

    monkeypatch.setattr(campaign, "run_trial", run_trial)
    monkeypatch.setattr(campaign, "largest", largest)
    return names


def test_what_has_a_row_is_not_run_again(tmp_path: Path, ran: list[str]) -> None:
    carried_out(PLAN, only=["second"], out=tmp_path)
    assert ran == ["second"]
    whole = carried_out(PLAN, out=tmp_path)
    assert ran == ["second", "first", "edge"]
    assert [row.trial for row in whole.trials] == ["first", "second"]
    assert carried_out(PLAN, out=tmp_path) == whole
    assert len(ran) == 3


def test_a_row_torn_by_a_kill_is_run_again_and_harms_no_other(
    tmp_path: Path, ran: list[str]
) -> None:
    carried_out(PLAN, only=["first"], out=tmp_path)
    rows = tmp_path / "trials.jsonl"
    rows.write_bytes(rows.read_bytes() + b'{"trial":"second","outc')
    again = carried_out(PLAN, out=tmp_path)
    assert ran == ["first", "second", "edge"]
    assert again == carried_out(PLAN, out=tmp_path)
    assert len(ran) == 3


def test_other_rows_are_refused(tmp_path: Path, ran: list[str]) -> None:
    (tmp_path / "trials.jsonl").write_text('{"cell":"x"}\n')
    with pytest.raises(UsageError, match="holds other rows"):
        carried_out(PLAN, out=tmp_path)
    assert ran == []


def test_the_tables_say_what_happened_and_a_campaign_is_read_back(
    tmp_path: Path, ran: list[str]
) -> None:
    whole = carried_out(PLAN)
    text = to_text(whole)
    assert "| first | halted | 5 of 20 | 3 | 9,000,000 | 150,000,000 |" in text
    assert "| 35 | 2 | message too long |" in text
    assert "| first | restart-all | no | 0 | yes | no | 0 | 30 |" in text
    assert "edge: a block of 10,400,000 bytes passes, a proposal of 10,450,000 does not." in text
    path = tmp_path / "halt.json"
    path.write_bytes(to_json(whole, indent=True))
    assert read_campaign(path) == whole
    path.write_text("[]")
    with pytest.raises(UsageError, match="holds no trials"):
        read_campaign(path)
