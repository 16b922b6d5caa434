"""`python -m bench.halt`: halt chains on purpose, say what stops it, and bring them back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.command_line import run_function
from bench.halt import page
from bench.halt.campaign import carried_out
from bench.halt.plan import PLAN, load_plan
from bench.record.jsonform import to_json
from system.errors import UsageError, suggestion


def halt(
    plan: Annotated[
        Path, typer.Option(help="TOML file with trials", show_default="its own")
    ] = PLAN,
    only: Annotated[list[str] | None, typer.Option(help="only this trial; may be repeated")] = None,
    out: Annotated[
        Path | None, typer.Option(help="folder for rows as they end; those there are not run again")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print everything as JSON")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="keep it as reports/halt and in docs/halt.md")
    ] = False,
) -> int:
    """Run each trial of a plan on a network of its own, and print what became of it."""
    chosen = load_plan(plan)
    for name in only or []:
        if name not in chosen.names:
            raise UsageError(
                f"no trial of {plan} is called {name!r}; {suggestion(name, chosen.names)}"
            )
    if write and (only or plan != PLAN):
        raise UsageError("--write is for the whole of the plan that comes with the project")
    campaign = carried_out(chosen, only=only, out=out, say=_say)
    print(to_json(campaign, indent=True).decode() if json else page.to_text(campaign))
    if write:
        page.write(campaign)
    return int(any(row.outcome == "not-started" for row in campaign.trials))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(run_function(halt, sys.argv[1:]))
