"""What was found, for reading: a table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.probe.finding import Finding
from bench.probe.recommend import Recommendation
from bench.probe.run import Met
from bench.probe.subject import Subject
from bench.probe.wall import Wall

_NAME, _NUMBER = 28, 14
_CALL_DATA = {
    "float32": "float32 weights",
    "int256": "int256 weights",
    "zeros": "nothing but zeros",
    "refunds": "zeros, half the gas given back",
}


def starting(wall: Wall) -> None:
    """Say on standard error that a wall is next."""
    print(f"started  {wall.name}", file=sys.stderr, flush=True)


def met(one: Met) -> None:
    """Say on standard error how it went, in one line."""
    why = "; ".join(f.note for f in one.findings if f.outcome != "measured" and f.note)
    words = ", ".join(dict.fromkeys(verdict(finding) for finding in one.findings))
    line = f"{one.done}/{one.total} {one.wall.name}: {words}  ({one.seconds:.1f} s)"
    print(f"{line}{f'  {why}' if why else ''}", file=sys.stderr, flush=True)


def show(subject: Subject, findings: Sequence[Finding], recommended: Recommendation) -> None:
    """Print all of it on standard output."""
    console = Console()
    print(heading(subject))
    if console.is_terminal:
        console.print(_table(findings))
    else:
        print("\n".join(plain(findings)))
    print("\n".join(advice(recommended, whole=subject.is_own)))


def heading(subject: Subject) -> str:
    """Which chain it was, in a line."""
    chain, topology = subject.chain, subject.topology
    name = f"{topology.name}, a network of the probe's own" if topology else chain.url
    return (
        f"{name}: chain {chain.chain_id}, {chain.gas_limit:,} gas a block, {chain.client_version}"
    )


def verdict(finding: Finding) -> str:
    """One word or two: how measurement and prediction compare."""
    if finding.outcome != "measured":
        return finding.outcome
    return {True: "as predicted", False: "DIFFERS", None: "measured"}[finding.agrees]


def number(value: float | None) -> str:
    """A number for reading, "-" for none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")


def plain(findings: Sequence[Finding]) -> Iterator[str]:
    """A line for each finding, and what belongs to it indented below."""
    yield f"{'wall':<{_NAME}}{'predicted':>{_NUMBER}}{'measured':>{_NUMBER}}  unit"
    for finding in findings:
        numbers = f"{number(finding.predicted):>{_NUMBER}}{number(finding.measured):>{_NUMBER}}"
        yield f"{finding.name:<{_NAME}}{numbers}  {finding.unit or '-'}  {verdict(finding)}"
        yield from (f"    {label:<8} {text}" for label, text in _details(finding))


def _details(finding: Finding) -> list[tuple[str, str]]:
    labelled = (
        ("seen", finding.symptom),
        ("setting", finding.setting),
        ("note", finding.note),
    )
    return [(label, text) for label, text in labelled if text]


def _table(findings: Sequence[Finding]) -> Table:
    table = Table("wall", show_lines=True)
    for name in ("predicted", "measured"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("unit", "", "what is seen, and what moves it"):
        table.add_column(name)
    for finding in findings:
        details = (f"{label}: {text}" for label, text in _details(finding))
        cells = (finding.name, number(finding.predicted), number(finding.measured), finding.unit)
        said = Text(verdict(finding), style="bold red" if finding.fell_short else "")
        table.add_row(*map(Text, cells), said, Text("\n".join(details)))
    return table


def advice(recommended: Recommendation, *, whole: bool) -> Iterator[str]:
    """The recommended settings, to be copied."""
    yield ""
    yield "safe gas limit for call data that is this full of zeros (no block outgrows 10 MiB):"
    for name, limit in recommended.safe_gas_limit.items():
        share = recommended.zero_share[name]
        yield f"  {_CALL_DATA.get(name, name):<34}{share:>7.1%} zeros {limit:>14,} gas"
    yield ""
    yield "recommended flags of each node:"
    yield "  " + " ".join(recommended.flags)
    yield ""
    what = "genesis (test keys: put in your own validators)" if whole else "changes to the genesis"
    yield f"recommended {what}:"
    yield orjson.dumps(recommended.genesis, option=orjson.OPT_INDENT_2).decode()
