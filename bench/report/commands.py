"""`weighbridge report`: the page of saved runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.report.build import ReportPaths, build
from bench.report.learning.build import LearningPaths
from bench.report.learning.build import build as build_learning
from bench.report.learning.frame import are_trainings
from bench.report.story.build import StoryPaths
from bench.report.story.build import build as build_story
from bench.report.story.frame import are_stories


def report(
    dirs: Annotated[
        list[Path], typer.Argument(metavar="DIR…", help="run directories; several are compared")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="where to write", show_default="the run's own directory"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="print summary.json instead of the verdict and path")
    ] = False,
) -> None:
    """Build index.html, summary.json and summary.csv from the rows of one run or several.

    Runs of `weighbridge learn` get a page of their own kind; the two kinds do not mix.
    """
    paths = _built(dirs, out)
    if as_json:
        typer.echo(paths.summary.read_text(encoding="utf-8"), nl=False)
        return
    for warning in paths.content.warnings:
        typer.echo(f"note: {warning}", err=True)
    typer.echo(paths.content.verdict.text)
    typer.echo(str(paths.page))


def _built(dirs: list[Path], out: Path | None) -> ReportPaths | LearningPaths | StoryPaths:
    if not are_trainings(dirs):
        return build(dirs, out)
    return build_story(dirs, out) if are_stories(dirs) else build_learning(dirs, out)
