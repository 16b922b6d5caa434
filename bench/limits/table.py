"""`python -m bench.limits.table`: measure the gas table on a node; compare it, or write it."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.limits import gas_table
from bench.limits.gas_table import Row
from bench.limits.measure import Bench
from bench.limits.page import PAGE, with_table
from bench.network.running import network
from bench.network.topology import load_topology
from system.chain.keys import derive_key
from system.chain.probe import probe
from system.chain.rpc import Rpc
from system.chain.sender import Sender
from system.errors import WeighbridgeError
from system.jobs.depot import deploy_depot


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0 as committed or written, 1 changed, 2 unusable input, 3 no network."""
    parser = argparse.ArgumentParser(prog="python -m bench.limits.table", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table and docs/gas.md")
    parser.add_argument("--rpc-url", default="", help="a node to use; else one is started")
    given = parser.parse_args(argv)
    try:
        with _node(given.rpc_url) as url:
            rows = gas_table.measure_rows(open_bench(url), salt=secrets.token_hex(4))
        return _write(rows) if given.write else _compare(rows)
    except WeighbridgeError as error:
        print(f"bench.limits.table: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code


def _write(rows: Sequence[Row]) -> int:
    page = with_table(PAGE.read_text(), gas_table.to_markdown(rows))
    gas_table.PATH.write_text(gas_table.to_csv(rows))
    PAGE.write_text(page)
    print(gas_table.PATH)
    return 0


def _compare(rows: Sequence[Row]) -> int:
    changed = changes(gas_table.committed(), rows)
    print("\n".join(changed) or f"{len(rows)} rows are as committed")
    return 1 if changed else 0


def open_bench(url: str) -> Bench:
    """A node with all contracts on it, put up by an account of its own."""
    rpc = Rpc(url)
    chain = probe(rpc)
    key = derive_key(secrets.token_hex(8), "server", 0)
    return Bench(rpc, deploy_depot(Sender(rpc, key, chain.chain_id)), chain)


def changes(before: Sequence[Row], now: Sequence[Row]) -> list[str]:
    """A line for each row that is not what it was."""
    known = {(row.store, row.encoding): row for row in before}
    return [
        f"{row.store} {row.encoding}: {_gas(known.get((row.store, row.encoding)))} -> {_gas(row)}"
        for row in now
        if known.get((row.store, row.encoding)) != row
    ]


def _gas(row: Row | None) -> str:
    return "none" if row is None else f"{row.gas_few:,} and {row.gas_many:,}"


@contextmanager
def _node(rpc_url: str) -> Iterator[str]:
    if rpc_url:
        yield rpc_url
        return
    with network(load_topology("raft-1")) as running:
        yield running.endpoints[0]


if __name__ == "__main__":
    sys.exit(main())
