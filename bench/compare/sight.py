"""`python -m bench.compare.sight`: from which block on a client that reads whole blocks is blind.

Load generators that tell success by reading each new block with all its transactions stop seeing
at their own limits, while the chain goes on. Here the blocks are made, and clients asked to read
them.
"""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from bench.command_line import run_function
from bench.compare.sight_clients import Client, clients, json_bytes
from bench.compare.sight_stage import Stage, stage
from system.errors import UsageError

# A chunk of the 2023 study: 1,002 words and what the ABI puts around them.
_CALLDATA_BYTES = 32_132
_MOST = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one client can read: blocks of `largest` transactions and none of `blind_at`.

    `json_bytes` is the answer that was too large for it, `said` its own words. `largest` is 0 where
    it reads none, `blind_at` None where nothing up to the most was too large.
    """

    client: str
    calldata_bytes: int
    largest: int
    blind_at: int | None
    json_bytes: int | None
    said: str


def sight(
    calldata_bytes: Annotated[
        int, typer.Option(help="call data of each transaction")
    ] = _CALLDATA_BYTES,
    most: Annotated[int, typer.Option(help="try blocks of up to that many transactions")] = _MOST,
    client: Annotated[list[str] | None, typer.Option(help="only this client")] = None,
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> int:
    """Bisect, for each client, the largest block that it can read whole; about a minute."""
    if calldata_bytes < 1 or most < 2:
        raise UsageError("give --calldata-bytes from 1 and --most from 2 up")
    known = clients()
    for name in client or ():
        if name not in known:
            raise UsageError(f"no client {name!r}: choose among {', '.join(known)}")
    with stage(calldata_bytes=calldata_bytes, most=most) as place:
        found = [look(place, name, known[name], most) for name in client or known]
    if json:
        print(json_module.dumps([asdict(one) for one in found], indent=2))
    else:
        for one in found:
            print(line(one))
    return 0


def look(place: Stage, name: str, client: Client, most: int) -> Sight:
    """What the client can read of blocks with 1 to `most` transactions."""
    said: dict[int, str] = {}

    def sees(count: int) -> bool:
        said[count] = client(place.socket, place.block(count), count)
        return not said[count]

    largest = most if sees(most) else _bisect(sees, 0, most)
    blind_at = None if largest == most else largest + 1
    return Sight(
        client=name,
        calldata_bytes=place.calldata_bytes,
        largest=largest,
        blind_at=blind_at,
        json_bytes=json_bytes(place.url, place.block(blind_at)) if blind_at else None,
        said=said[blind_at] if blind_at else "",
    )


def _bisect(sees: Callable[[int], bool], low: int, high: int) -> int:
    """The largest count that is seen, where `low` is and `high` is not."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if sees(middle) else (low, middle)
    return low


def line(one: Sight) -> str:
    """A client's row, as a person reads it."""
    if one.blind_at is None:
        return f"{one.client}: reads blocks of {one.largest} transactions, the most that was tried"
    return (
        f"{one.client}: reads blocks of {one.largest} transactions with {one.calldata_bytes:,} "
        f"bytes of call data, none of {one.blind_at} ({one.json_bytes:,} bytes of JSON): {one.said}"
    )


if __name__ == "__main__":
    sys.exit(run_function(sight, sys.argv[1:]))
