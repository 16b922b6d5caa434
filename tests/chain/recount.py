"""A run's rows held against the chain, by nothing that the load generator uses itself."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from Crypto.Hash import keccak

from system.chain.rpc import Rpc

_EVENTS = ("Submitted(address,uint64,uint32,uint256,bytes32)", "Incremented(address,uint256)")
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Recount:
    """Rows by outcome, and how many results the contracts recorded for their workers."""

    outcomes: Counter[str]
    completed: int


def rows(run: Path) -> list[dict[str, Any]]:
    """The rows of submissions that ended, of all processes."""
    return [row for row in _lines(run) if row["event"] == "ended"]


def begun_only(run: Path) -> list[str]:
    """The submissions that began and have no end on disk."""
    lines = _lines(run)
    ended = {row["submission"] for row in lines if row["event"] == "ended"}
    return [row["submission"] for row in lines if row["submission"] not in ended]


def recount(url: str, run: Path) -> Recount:
    """Check that nothing is lost or doubled, and return the chain's own counts.

    Each hash of an included row is in one block with a good receipt; the workers' nonces are
    unique and have no gaps; each of their results left one event.
    """
    rpc = Rpc(url)
    ended = rows(run)
    workers = {row["worker"].lower() for row in ended}
    first = min(json.loads(path.read_bytes())["first_block"] for path in run.glob("cell-*.json"))
    mined, nonces = _mined(rpc, first, workers)
    claimed = [one for row in ended if row["outcome"] == "included" for one in row["hashes"]]
    assert len(claimed) == len(set(claimed))
    assert [mined[one] for one in claimed] == [1] * len(claimed)
    for receipt in _batched(rpc, "eth_getTransactionReceipt", claimed):
        assert receipt["status"] == "0x1"
    for worker in workers:
        assert sorted(nonces[worker]) == list(range(len(nonces[worker])))
    logs = rpc.call(
        "eth_getLogs", {"fromBlock": hex(first), "topics": [list(map(_topic, _EVENTS))]}
    )
    completed = sum("0x" + log["topics"][1][-40:] in workers for log in logs)
    return Recount(Counter(row["outcome"] for row in ended), completed)


def _mined(rpc: Rpc, first: int, workers: set[str]) -> tuple[Counter[str], dict[str, list[int]]]:
    """How often each transaction of the workers is in a block, and each worker's nonces."""
    mined: Counter[str] = Counter()
    nonces: dict[str, list[int]] = defaultdict(list)
    for number in range(first, int(rpc.call("eth_blockNumber"), 16) + 1):
        for transaction in rpc.call("eth_getBlockByNumber", hex(number), True)["transactions"]:
            if transaction["from"] in workers:
                mined[transaction["hash"]] += 1
                nonces[transaction["from"]].append(int(transaction["nonce"], 16))
    return mined, nonces


def _batched(rpc: Rpc, method: str, values: list[str]) -> list[Any]:
    parts = [values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE)]
    return [one for part in parts for one in rpc.batch([(method, [value]) for value in part])]


def _topic(signature: str) -> str:
    return "0x" + keccak.new(digest_bits=256, data=signature.encode()).hexdigest()


def _lines(run: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(run.glob("submissions-*.jsonl")):
        found += [
            json.loads(line) for line in path.read_bytes().splitlines(True) if line[-1:] == b"\n"
        ]
    return found
