"""`python -m bench.limits.models`: measure the models' gas on a node; compare it, or write it."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence

from bench.limits.models import rows
from bench.limits.models.measure import measure
from bench.limits.models.page import BEGIN, END, PAGE
from bench.limits.models.rows import Row
from bench.limits.page import with_table
from bench.network.running import network
from bench.network.topology import load_topology
from bench.network.validators import treasury_key
from system.errors import WeighbridgeError


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0 as committed and at or below the original, 1 not so, 3 no network."""
    parser = argparse.ArgumentParser(prog="python -m bench.limits.models", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table and the page")
    given = parser.parse_args(argv)
    try:
        measured = _measured()
    except WeighbridgeError as error:
        print(f"bench.limits.models: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    if given.write:
        _write(measured)
    return _judge(measured)


def _measured() -> list[Row]:
    topology = load_topology("raft-1")
    with network(topology) as running:
        salt = secrets.token_hex(4)
        return measure(running.endpoints[0], treasury_key(topology), salt=salt)


def _write(measured: Sequence[Row]) -> None:
    table = rows.to_markdown(rows.original(), measured)
    page = with_table(PAGE.read_text(), table, begin=BEGIN, end=END)
    rows.OURS.write_text(rows.to_csv(measured))
    PAGE.write_text(page)
    print(rows.OURS)


def _judge(measured: Sequence[Row]) -> int:
    wrong = [*rows.changes(rows.ours(), measured), *rows.above(rows.original(), measured)]
    print("\n".join(wrong) or f"{len(measured)} rows are as committed, none above the original")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
