"""The table of the models' gas: rows as they are committed, ours beside the original's."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

OURS: Final = Path(__file__).with_name("ours.csv")
# Microsoft's 0xDeCA10B at commit f97e40d: its contracts compiled as it compiles them (solc 0.6.2,
# optimiser off) and run in py-evm by the rules of Istanbul; in thousands of gas or more.
ORIGINAL: Final = Path(__file__).with_name("original.csv")
# Addresses and timestamps differ from run to run, and a zero byte of call data is 12 gas less.
TOLERANCE: Final = 0.01
STEPS: Final = ("deploy", "agree", "disagree", "refund", "report")
_TITLES: Final = ("deployment", "addData, agrees", "addData, disagrees", "refund", "report")


@dataclass(frozen=True, slots=True)
class Row:
    """The gas of a model's transactions in one configuration, all their gas counted.

    Deployment is the sum of all transactions, from the first contract to the last weight.
    """

    model: str
    configuration: str
    deploy_gas: int
    agree_gas: int
    disagree_gas: int
    refund_gas: int
    report_gas: int

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.model}, {self.configuration}"

    @property
    def gas(self) -> dict[str, int]:
        """Each figure by what it is for."""
        return {name: getattr(self, f"{name}_gas") for name in STEPS}


def to_csv(rows: Sequence[Row]) -> str:
    """The rows as they are committed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Row))
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue()


def from_csv(text: str) -> list[Row]:
    """The rows in `to_csv`'s text."""
    return [
        Row(line["model"], line["configuration"], *(int(line[f"{step}_gas"]) for step in STEPS))
        for line in csv.DictReader(io.StringIO(text))
    ]


def ours() -> list[Row]:
    """The rows that come with the project."""
    return from_csv(OURS.read_text())


def original() -> list[Row]:
    """The original's figures in our rows' order, rounded as they were published."""
    return from_csv(ORIGINAL.read_text())


def changes(before: Sequence[Row], now: Sequence[Row]) -> list[str]:
    """A line for each figure that is off by more than TOLERANCE, and for each row that is new."""
    known = {row.name: row.gas for row in before}
    return [
        f"{row.name}, {step}: {known.get(row.name, {}).get(step, 0):,} -> {gas:,}"
        for row in now
        for step, gas in row.gas.items()
        if abs(gas - known.get(row.name, {}).get(step, 0)) > TOLERANCE * gas
    ]


def above(bounds: Sequence[Row], now: Sequence[Row]) -> list[str]:
    """A line for each figure above the one it has to keep below."""
    known = {row.name: row.gas for row in bounds}
    return [
        f"{row.name}, {step}: {gas:,} is above {known[row.name][step]:,}"
        for row in now
        for step, gas in row.gas.items()
        if gas > known[row.name][step]
    ]


def to_markdown(theirs: Sequence[Row], rows: Sequence[Row]) -> str:
    """The table for reading: a line a row; in a cell the original's gas, ours and the ratio."""
    known = {row.name: row.gas for row in theirs}
    lines = [["model", *_TITLES], ["---", *["---:"] * len(_TITLES)]]
    lines += [
        [row.name, *(_cell(known[row.name][step], gas) for step, gas in row.gas.items())]
        for row in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(theirs: int, gas: int) -> str:
    return f"{theirs / 1000:,.0f} → {gas / 1000:,.1f} ({gas / theirs:.2f})"
