"""A try of the bounty market in words, from its record."""

from __future__ import annotations

from dataclasses import replace

from bench.learn.bounties.result import shortcomings
from bench.learn.bounties.show import closing_lines, event_line, heading
from bench.record.learning import read_result, read_settings, read_steps
from system.paths import PROJECT_ROOT

RECORDED = PROJECT_ROOT / "tests/unit/report/recorded/bounties"


def test_the_heading_counts_jobs_and_who_is_evil():
    settings = read_settings(RECORDED)
    assert "2 jobs, 6 clients (1 lie, 1 keep silent)" in heading(settings)
    one = replace(settings, asked={**settings.asked, "jobs": 1})
    assert ": 1 job, " in heading(one)


def test_events_are_said_and_bookkeeping_is_not():
    rows = read_steps(RECORDED)
    lines = [line for row in rows if (line := event_line(row)) is not None]
    assert any("job 1: liar 1 is banned" in line for line in lines)
    assert any("silent 1 never published and loses 20 credits" in line for line in lines)
    assert any("publishes its model in 3 chunks" in line for line in lines)
    assert any(line.endswith("publishes its model in 1 chunk") for line in lines)
    assert not any(event_line(row) for row in rows if row["event"] in ("credit", "vote cast"))
    no_model = {"event": "vote opened", "who": "x", "job": 1, "loss": None, "side": "cheat"}
    assert "no model" in str(event_line({**no_model, "seconds": 1.0}))


def test_the_end_has_every_job_and_every_credit():
    result = read_result(RECORDED)
    assert result is not None
    lines = closing_lines(result)
    assert sum(line.startswith("job ") for line in lines) == len(result["jobs"])
    assert "banned: liar 1" in lines
    assert any("864 credits minted = 70 burnt" in line for line in lines)
    wrong = closing_lines({**result, "conserved": False})
    assert any("THE CHAIN SAYS OTHERWISE" in line for line in wrong)


def test_what_fell_short_is_named():
    result = read_result(RECORDED)
    assert result is not None
    assert shortcomings(result) == []
    first, *others = result["jobs"]
    for changed, said in (
        ({"conserved": False}, "do not add up"),
        ({"banned": []}, "liar 1 lied and was not banned"),
        ({"banned": ["liar 1", "honest 1"]}, "honest 1 was banned"),
        ({"earner": ""}, "nobody earned enough"),
        ({"jobs": [{**first, "outcome": "refunded"}, *others]}, "job 1 was refunded, not paid"),
        ({"jobs": [{**first, "winner": "silent 1"}, *others]}, "job 1 was won by silent 1"),
    ):
        [line] = shortcomings({**result, **changed})
        assert said in line
