"""`python -m bench.compare`: our generator beside a pre-signed flood and a naive Locust user."""

from __future__ import annotations

import json as json_module
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from bench.command_line import run_function
from bench.compare.figures import SIZES, Naive, Pair, figures
from bench.compare.runs import run_flood, run_naive, run_swarm
from system.errors import UsageError

# Submissions of one run: 20 to 25 s of what four validators on two cores commit.
_SUBMISSIONS = {"counter": 16_000, "31400": 2_200, "120000": 500}
# Offered above what the flood reached, so that a backlog fills the blocks as the flood's does.
_OVER = 1.5
_NAIVE_SECONDS = 40.0
_SAME_ENCODING_PER_S = 8.0


def compare(
    repeats: Annotated[int, typer.Option(help="runs of each driver and size, interleaved")] = 3,
    size: Annotated[list[str], typer.Option(help="only these sizes")] = list(SIZES),  # noqa: B006
    naive: Annotated[bool, typer.Option(help="the naive Locust user as well")] = True,
    topology: Annotated[str, typer.Option(help="network of every run")] = "qbft-4",
    json: Annotated[bool, typer.Option("--json", help="print everything as JSON")] = False,
) -> int:
    """Commit the same submissions by each driver on a fresh network, in turn, and print ratios."""
    if repeats < 1 or not set(size) <= SIZES.keys():
        raise UsageError(f"give --repeats from 1 up and --size among {', '.join(SIZES)}")
    pairs: list[Pair] = []
    naives: list[Naive] = []
    for repeat in range(1, repeats + 1):
        for one in size:
            pairs.append(_pair(one, topology))
            _say(f"{repeat}/{repeats} {one}: ratio {pairs[-1].ratio:.3f}", pairs[-1])
        if naive:
            naives.append(_naive(pairs, topology))
            _say(f"{repeat}/{repeats} naive", naives[-1])
    found = figures(pairs, naives)
    if json:
        runs = {"pairs": [asdict(p) for p in pairs], "naive": [asdict(n) for n in naives]}
        print(json_module.dumps({**found, "repeats": repeats, "runs": runs}, indent=2))
    else:
        for name, value in found.items():
            print(f"{name:<32} {value:.3f}")
    return 0


def _pair(size: str, topology: str) -> Pair:
    weights, submissions = SIZES[size], _SUBMISSIONS[size]
    flood = run_flood(weights, submissions=submissions, topology=topology)
    rate_per_s = flood.committed.per_s * _OVER
    swarm = run_swarm(
        weights, rate_per_s=rate_per_s, seconds=submissions / rate_per_s, topology=topology
    )
    return Pair(size, flood, swarm)


def _naive(pairs: list[Pair], topology: str) -> Naive:
    naive = run_naive(7850, seconds=_NAIVE_SECONDS, topology=topology)
    same = run_swarm(
        "7850",
        rate_per_s=_SAME_ENCODING_PER_S,
        seconds=_NAIVE_SECONDS,
        topology=topology,
        encoding="int256",
    )
    ours = next((pair.swarm for pair in reversed(pairs) if pair.size == "31400"), same)
    return Naive(naive, ours, same)


def _say(title: str, fact: Pair | Naive) -> None:
    print(f"{title}  {fact}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(run_function(compare, sys.argv[1:]))
