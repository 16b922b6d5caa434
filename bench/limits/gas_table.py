"""What a weight costs in gas: the committed table, store by encoding, and how it is measured."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from bench.limits.content import sample
from bench.limits.measure import Bench, Sample, measured
from system.errors import UsageError
from system.jobs.stores import STORES
from system.weights import codec

PATH = Path(__file__).with_name("gas_table.csv")

# Two sizes make a line. The larger one, 22,400 bytes as int256, is still one transaction in every
# store: 24,575 bytes fit contract code.
FEW, MANY = 70, 700


@dataclass(frozen=True, slots=True)
class Row:
    """The gas of one transaction with FEW and with MANY weights from N(0, 0.05²), seed 0."""

    store: str
    encoding: str
    gas_few: int
    gas_many: int

    @property
    def gas_per_weight(self) -> float:
        """What each weight more costs."""
        return (self.gas_many - self.gas_few) / (MANY - FEW)

    @property
    def fixed_gas(self) -> int:
        """What a submission would cost without weights: the line's other end."""
        return round(self.gas_few - FEW * self.gas_per_weight)


def measure_rows(bench: Bench, *, salt: str) -> list[Row]:
    """All rows, from receipts; `salt` as in `measured`.

    Raises UsageError where the chain's limits cut MANY weights into several transactions.
    """
    names = codec.names()
    samples = [Sample(name, sample(name, count)) for name in names for count in (FEW, MANY)]
    results = measured(bench, [(store, samples) for store in STORES], salt=salt)
    return [
        Row(store, name, _only(part[2 * index]), _only(part[2 * index + 1]))
        for store, part in zip(STORES, results, strict=True)
        for index, name in enumerate(names)
    ]


def to_csv(rows: Sequence[Row]) -> str:
    """The table as it is committed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Row))
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue()


def from_csv(text: str) -> list[Row]:
    """The rows in `to_csv`'s text."""
    return [
        Row(row["store"], row["encoding"], int(row["gas_few"]), int(row["gas_many"]))
        for row in csv.DictReader(io.StringIO(text))
    ]


def committed() -> list[Row]:
    """The table that comes with the project."""
    return from_csv(PATH.read_text())


def to_markdown(rows: Sequence[Row]) -> str:
    """The table for reading: a line an encoding, a column a store, gas as fixed + per weight."""
    cells = {(row.store, row.encoding): row for row in rows}
    stores = list(dict.fromkeys(row.store for row in rows))
    lines = [["encoding", *stores], ["---", *["---:"] * len(stores)]]
    lines += [
        [encoding, *(_cell(cells[store, encoding]) for store in stores)]
        for encoding in dict.fromkeys(row.encoding for row in rows)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(row: Row) -> str:
    # A hash costs the same for any number of weights, but for a zero byte in a digest.
    if not STORES[row.store].keeps:
        return f"{row.gas_many:,}"
    return f"{row.fixed_gas:,} + {row.gas_per_weight:,.1f} n"


def _only(gas: tuple[int, ...]) -> int:
    if len(gas) != 1:
        raise UsageError(
            f"{MANY} weights take {len(gas)} transactions on this chain: the table needs one with "
            "transactions of 32 KB, code of 24 KB and 20 M gas a block"
        )
    return gas[0]
