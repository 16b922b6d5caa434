"""The pages hold against the code: links, command lines, plans, and every table of names."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bench.cli import app
from bench.load.choices import PRIVACIES, STORES
from bench.load.schedule import SHAPES
from bench.network.topology import Topology
from bench.record.schema import OUTCOMES, CellOutcome, ChainLimits, RunMeta
from bench.report.contract import PointSummary
from bench.report.document import Summary
from bench.report.verdict import Verdict
from bench.report.walls import Wall
from bench.sweep.plan import AXES, Plan, load_plan
from system.learning.models import MODELS, model_count
from system.paths import PROJECT_ROOT
from system.weights import codec

PAGES = sorted(
    path
    for folder in (".", "docs", "docs/adr", "reports", "quorum-network")
    for path in (PROJECT_ROOT / folder).glob("*.md")
)
USER, REPORT = PROJECT_ROOT / "docs/user.md", PROJECT_ROOT / "docs/reading-the-report.md"
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.M | re.S)
PROGRAMS = ("weighbridge", "make", "locust", "pytest", "python -m")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(PROJECT_ROOT)))


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The language and text of each fenced block."""
    for _, language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        yield language, text


def shown_lines() -> set[str]:
    """Every command line in a block, to be typed as it stands."""
    lines = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines += [line for _, block in blocks(page) for line in block.splitlines()]
        lines += re.findall(r"^ {4}(\S.*)$", FENCE.sub("", text), re.M)
    return commands(lines)


def mentioned_lines() -> set[str]:
    """Every command in a sentence or a table; it may lack what it has to be given."""
    pages = (FENCE.sub("", page.read_text(encoding="utf-8")) for page in PAGES)
    return commands([code for page in pages for code in re.findall(r"`([^`\n]+)`", page)])


def commands(lines: list[str]) -> set[str]:
    """Those lines that run one of our programs, without their comments."""
    stripped = {line.partition(" #")[0].strip() for line in lines}
    ours = tuple(f"{program} " for program in PROGRAMS)
    return {line for line in stripped if line.startswith(ours) and "…" not in line}


def lines_of(program: str, lines: set[str] | None = None) -> list[list[str]]:
    """The arguments of each line that runs `program`."""
    chosen = shown_lines() | mentioned_lines() if lines is None else lines
    words = (shlex.split(line) for line in chosen if line.startswith(f"{program} "))
    return sorted(line[1:] for line in words)


def resolved(words: list[str]) -> tuple[Any, list[str]]:
    """The sub-command that a `weighbridge` line names, and its arguments."""
    command, rest = typer.main.get_command(app), words
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        assert rest[0] in command.commands, words
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def anchors(page: Path) -> set[str]:
    """A page's headings as links name them."""
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.+)$", prose, re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def first_column(page: Path, heading: str, *, occurrence: int = 0) -> list[str]:
    """The names in the first column of the tables whose first heading is `heading`."""
    pattern = rf"^\| {re.escape(heading)} \|.*\n\|[-|: ]+\|\n((?:\|.*\n)+)"
    tables = re.findall(pattern, page.read_text(encoding="utf-8"), re.M)
    rows = tables[occurrence].splitlines()
    return [row.split("|")[1].strip().strip("`") for row in rows]


def names(kind: type) -> list[str]:
    """The fields of a dataclass."""
    assert is_dataclass(kind)
    return [field.name for field in fields(kind)]


@each_page
def test_links_lead_somewhere(page):
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(PROJECT_ROOT), link
        if anchor:
            assert anchor in anchors(target), link


def test_weighbridge_options_exist():
    for words in lines_of("weighbridge"):
        command, rest = resolved(words)
        known = {name for option in command.params for name in option.opts} | {"--help"}
        assert {word for word in rest if word.startswith("-")} <= known, words


def test_weighbridge_lines_parse():
    lines = [words for words in lines_of("weighbridge", shown_lines()) if words != ["--help"]]
    assert len(lines) >= 10
    for words in lines:
        command, rest = resolved(words)
        # Raises for an unknown option, a missing value and one of the wrong type; runs nothing.
        command.make_context(command.name, rest)


def test_locust_lines_parse():
    lines = lines_of("locust")
    assert len(lines) >= 4
    # In a process of its own: importing Locust patches sockets.
    script = """
import json, sys
from locust.argument_parser import get_parser
from bench.load.config import add_arguments
for words in json.load(sys.stdin):
    parser = get_parser()
    add_arguments(parser)
    parser.parse_args(words)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
    )
    assert done.returncode == 0, done.stderr


def test_make_lines_name_targets():
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    variables = set(re.findall(r"^([A-Z]+) [?:]?=", makefile, re.M))
    lines = lines_of("make")
    assert lines
    for words in lines:
        for word in words:
            assert word in targets or word.partition("=")[0] in variables, words


def test_pytest_and_module_lines_name_what_is_there(pytestconfig):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--help"], capture_output=True, text=True, check=True
    )
    for words in lines_of("pytest"):
        for flag in (word.partition("=")[0] for word in words if word.startswith("--")):
            assert flag in done.stdout, words
        for path in (word for word in words if "/" in word):
            assert (PROJECT_ROOT / path).exists(), words
    for words in lines_of("python"):
        path = PROJECT_ROOT / words[1].replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), words


def test_plans_shown_can_be_run(tmp_path):
    plans = [text for language, text in blocks(USER) if language == "toml"]
    assert plans
    for text in plans:
        (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
        assert load_plan(str(tmp_path / "plan.toml"), {}).cells()


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("encoding", [name for name in codec.names() if "+" not in name]),
        ("store", list(STORES)),
        ("privacy", list(PRIVACIES)),
        ("schedule", list(SHAPES)),
    ],
)
def test_tables_of_choices_are_the_code_s(heading, expected):
    assert first_column(USER, heading) == expected


def test_table_of_weights_has_every_model_and_its_count():
    page = USER.read_text(encoding="utf-8")
    assert first_column(USER, "weights")[: len(MODELS)] == list(MODELS)
    for name in MODELS:
        assert f"| `{name}` | {model_count(name):,} |" in page


def test_tables_of_keys_are_the_code_s():
    plan, axes, topology = (first_column(USER, "key", occurrence=place) for place in range(3))
    assert set(plan) == set(names(Plan)) - {"points"}
    assert set(axes) == set(AXES)
    assert set(topology) == set(names(Topology)) - {"name"}


def test_defaults_in_the_table_of_settings_are_the_code_s():
    page = USER.read_text(encoding="utf-8")
    for field in fields(Plan):
        if isinstance(field.default, bool):
            assert f"| `{field.name}` | {str(field.default).lower()} |" in page
        elif isinstance(field.default, int | float):
            assert f"| `{field.name}` | {field.default:g} |" in page


@pytest.mark.parametrize(
    ("place", "kind"),
    [*enumerate((Summary, RunMeta, Verdict, Wall, PointSummary)), (6, ChainLimits)],
)
def test_tables_of_summary_fields_are_the_code_s(place, kind):
    assert first_column(REPORT, "field", occurrence=place) == names(kind)


def test_tables_of_outcomes_are_the_code_s():
    assert first_column(REPORT, "outcome") == list(OUTCOMES)
    assert sorted(first_column(REPORT, "cell")) == sorted(CellOutcome.__args__)


def test_the_readme_s_tree_is_the_tree():
    tree = next(text for _, text in blocks(PROJECT_ROOT / "README.md") if "locustfile.py" in text)
    for line in tree.splitlines():
        assert (PROJECT_ROOT / line.split()[0]).exists(), line
