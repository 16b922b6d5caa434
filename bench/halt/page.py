"""The trials for reading: tables in Markdown, which `docs/halt.md` shows between two marks."""

from __future__ import annotations

from collections.abc import Sequence

from bench.halt.campaign import Campaign
from bench.halt.result import RemedyFact, TrialResult
from bench.limits.page import with_table
from bench.record.files import write_atomically
from bench.record.jsonform import to_json
from system.paths import PROJECT_ROOT

REFERENCE = PROJECT_ROOT / "reports" / "halt" / "halt.json"
PAGE = PROJECT_ROOT / "docs" / "halt.md"
_BEGIN = "<!-- trials: written by `python -m bench.halt --write` -->"
_END = "<!-- end of the trials -->"

_HEAD = (
    "trial",
    "outcome",
    "committed",
    "evicted",
    "largest block, bytes",
    "its gas",
    "bytes/s",
    "transactions/s",
    "longest gap, s",
    "rounds",
    "what a validator says",
)
_REMEDY_HEAD = (
    "trial",
    "remedy",
    "brings it back",
    "blocks",
    "committed kept",
    "new ones commit",
    "backlog committed",
    "seconds",
)
_WIDTH = 90


def to_text(campaign: Campaign) -> str:
    """All tables of a campaign."""
    parts = [_table(_HEAD, [_row(row) for row in campaign.trials])]
    remedies = [(row.trial, each) for row in campaign.trials for each in row.remedies]
    if remedies:
        parts.append(_table(_REMEDY_HEAD, [_remedy(*one) for one in remedies]))
    parts += [
        f"{found.search}: a block of {found.passed_bytes:,} bytes passes, "
        f"a proposal of {found.failed_bytes:,} does not."
        for found in campaign.searches
    ]
    return "\n\n".join(parts)


def write(campaign: Campaign) -> None:
    """Keeps the campaign as the reference, and its tables on the page."""
    write_atomically(REFERENCE, to_json(campaign, indent=True) + b"\n")
    write_atomically(PAGE, with_tables(PAGE.read_text(encoding="utf-8"), campaign).encode())


def with_tables(page: str, campaign: Campaign) -> str:
    """The page with those tables; raises UsageError where it lacks the marks."""
    return with_table(page, to_text(campaign), begin=_BEGIN, end=_END)


def reason(row: TrialResult) -> str:
    """The words of a log that name the cause, without time and place."""
    for validator in row.validators:
        for line in validator.said:
            if "err=" in line:
                return line.partition("err=")[2].strip('"')[:_WIDTH]
    return ""


def _row(row: TrialResult) -> list[str]:
    sent, block = row.sent, row.largest_block
    rounds = [each.round for each in row.validators if each.round]
    return [
        row.trial,
        row.outcome,
        f"{sent.committed:,} of {sent.offered:,}" if sent else "",
        f"{sent.evicted:,}" if sent else "",
        f"{block.size_bytes:,}" if block else "",
        f"{block.gas_used:,}" if block else "",
        "" if row.bytes_per_s is None else f"{row.bytes_per_s:,.0f}",
        "" if row.transactions_per_s is None else f"{row.transactions_per_s:.1f}",
        f"{row.silent_s if row.outcome == 'halted' else row.longest_gap_s:.0f}",
        f"{max(rounds)}" if rounds and row.outcome != "survived" else "",
        reason(row) if row.outcome != "survived" else "",
    ]


def _remedy(trial: str, fact: RemedyFact) -> list[str]:
    return [
        trial,
        fact.remedy,
        "yes" if fact.recovered else "no",
        f"{fact.blocks:,}",
        "yes" if fact.kept else "NO",
        "yes" if fact.commits else "no",
        f"{fact.backlog:,}",
        f"{fact.seconds:.0f}",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
