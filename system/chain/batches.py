"""Signed transactions in JSON-RPC batches that a node's HTTP interface takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_BODY_BYTES = 1_500_000  # hexadecimal doubles it; a body may hold 5 MiB
_MOST_A_BODY = 50


def raw_batches(raws: Sequence[bytes]) -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """The `eth_sendRawTransaction` requests of each batch, in order, for `Rpc.batch`."""
    start = 0
    while start < len(raws):
        stop, size_bytes = start, 0
        while stop < len(raws) and stop - start < _MOST_A_BODY and size_bytes < _BODY_BYTES:
            size_bytes += len(raws[stop])
            stop += 1
        yield [("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in raws[start:stop]]
        start = stop
