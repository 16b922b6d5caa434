"""A try of the bounty market in words, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.record.learning import LearningSettings

_LOSS_ONE = 1_000_000


def heading(settings: LearningSettings) -> str:
    """What is going to happen."""
    asked, told = settings.asked, settings.predicted
    jobs = "1 job" if asked["jobs"] == 1 else f"{asked['jobs']} jobs"
    return (
        f"bounties over {asked['topology']}: {jobs}, {asked['clients']} clients "
        f"({asked['liars']} lie, {asked['silent']} keep silent), tasks run in "
        f"{told['isolation']}, {told['credits']} credits to begin with"
    )


def event_line(row: Mapping[str, Any]) -> str | None:
    """What people want to know of an event; None for what is only bookkeeping."""
    said = _said(row)
    if said is None:
        return None
    job = f"job {row['job']}: " if row["job"] else ""
    return f"{row['seconds']:6.1f} s  {job}{said}"


def closing_lines(result: Mapping[str, Any]) -> list[str]:
    """What came of it all."""
    lines = []
    for job in result["jobs"]:
        who = job["winner"] or f"{job['owner']}, who has it back"
        good = "" if job["accuracy"] is None else f"; the model is right on {job['accuracy']:.1%}"
        what = f"job {job['job']} of {job['owner']}: {job['amount']} credits to {who}"
        lines.append(what + good)
    books = result["ledger"]
    own, trust, jobs = (books[name] for name in ("in_accounts", "in_trust", "in_jobs"))
    gas = sum(result["gas_by_step"].values()) / 1e6
    return [
        *lines,
        f"{result['winner'] or 'nobody'} earned the most; "
        f"{result['earner'] or 'nobody'} spent what it earned on a job of its own",
        f"banned: {', '.join(result['banned']) or 'nobody'}",
        f"{books['minted']} credits minted = {books['burnt']} burnt + {own} owned "
        f"+ {trust} trusted + {jobs} in jobs"
        + ("" if result["conserved"] else ": THE CHAIN SAYS OTHERWISE"),
        f"{result['transactions']} transactions, {gas:.1f} M gas, {result['blocks']} blocks, "
        f"{result['seconds']:.0f} s; tasks ran in {result['isolation']}",
    ]


def _said(row: Mapping[str, Any]) -> str | None:
    who = row["who"]
    match row["event"]:
        case "job posted":
            return f"posted by {who}"
        case "announced":
            return f"{who} announces a loss of {_loss(row['loss'])}"
        case "claimed":
            return f"{who} claims the bounty"
        case "published":
            chunks = "1 chunk" if row["chunks"] == 1 else f"{row['chunks']} chunks"
            return f"{who} leads and publishes its model in {chunks}"
        case "vote opened":
            return f"{who} measured {_loss(row['loss'])}: {row['side']}"
        case "judged":
            votes = f"{row['honest']} votes for honest, {row['cheat']} for cheat"
            return f"{who} is judged: {row['verdict']} ({votes})"
        case "lapsed":
            return f"{who} never published and loses {row['lost']} credits"
        case "banned":
            return f"{who} is banned"
        case "job closed":
            return f"{row['amount']} credits {row['outcome']} to {who}"
        case _:
            return None


def _loss(loss: int | None) -> str:
    return "none: it is no model" if loss is None else f"{loss / _LOSS_ONE:.6f}"
