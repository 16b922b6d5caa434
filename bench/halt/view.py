"""What validators say of themselves: heads, pools, peers, blocks and, from their logs, rounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.halt.result import BlockFact
from bench.network.logs import last_lines
from system.chain.rpc import Rpc, RpcError, Unreachable

# What the node says only when asked: who was hung up on and why, and each new round. Quorum's
# consensus has no RPC that tells its round.
LOGGING = (
    "core/blockchain_insert.go=3,miner/worker.go=3,eth/handler.go=4,p2p/server.go=4,"
    "qbft/core/core.go=3,ibft/core/core.go=4"
)
_ROUND = re.compile(r"\b(?:next\.round|new_round|target\.round)=(\d+)")
_TELLING = re.compile(r"too (?:long|large)|>= 16MB|TIMER CHANGED|panic|Fatal")
_NOISE = re.compile(r"(0x[0-9a-f]{8})[0-9a-f]{8,}|\b([0-9a-f]{8})[0-9a-f]{24,}")
_LOG_LINES = 20_000
_LINE_CHARACTERS = 240
_BLOCKS_A_BODY = 20


def ask(rpc: Rpc, method: str, *params: Any) -> Any:
    """The node's answer, None where it gave none."""
    try:
        return rpc.call(method, *params)
    except (RpcError, Unreachable):
        return None


def ask_all(rpc: Rpc, asked: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
    """The node's answers in order, None for each that it did not give."""
    try:
        answers = rpc.batch(asked)
    except (RpcError, Unreachable):
        return [None] * len(asked)
    return [None if isinstance(answer, RpcError) else answer for answer in answers]


def number(answer: Any) -> int | None:
    """A quantity of JSON-RPC."""
    return int(answer, 16) if isinstance(answer, str) else None


def head(rpc: Rpc) -> BlockFact | None:
    """A validator's newest block."""
    raw = ask(rpc, "eth_getBlockByNumber", "latest", False)
    return None if raw is None else fact(raw)


def pool(rpc: Rpc) -> tuple[int | None, int | None]:
    """A validator's pending and queued transactions."""
    said = ask(rpc, "txpool_status") or {}
    return number(said.get("pending")), number(said.get("queued"))


def blocks(rpc: Rpc, first: int, last: int) -> list[BlockFact]:
    """The blocks from `first` to `last` that the validator has and tells."""
    found = []
    for start in range(first, last + 1, _BLOCKS_A_BODY):
        numbers = range(start, min(last + 1, start + _BLOCKS_A_BODY))
        asked: list[tuple[str, Sequence[Any]]] = [
            ("eth_getBlockByNumber", [hex(each), False]) for each in numbers
        ]
        found += [fact(raw) for raw in ask_all(rpc, asked) if raw is not None]
    return found


def fact(raw: dict[str, Any]) -> BlockFact:
    """A block as JSON-RPC gives it."""
    stamp = int(raw["timestamp"], 16)
    return BlockFact(
        number=int(raw["number"], 16),
        size_bytes=int(raw["size"], 16),
        gas_used=int(raw["gasUsed"], 16),
        gas_limit=int(raw["gasLimit"], 16),
        transactions=len(raw["transactions"]),
        timestamp_s=stamp / 1e9 if stamp > 1e12 else float(stamp),  # Raft counts in nanoseconds
    )


def round_of(log: Path) -> int | None:
    """The consensus round that a validator's log names last."""
    for line in reversed(last_lines(log, _LOG_LINES)):
        named = _ROUND.findall(line)
        if named:
            return int(named[-1])
    return None


def telling(log: Path, count: int = 3) -> tuple[str, ...]:
    """The last distinct lines of a log that say why blocks do not pass, shortened."""
    found = (line for line in reversed(last_lines(log, _LOG_LINES)) if _TELLING.search(line))
    return tuple(reversed(_distinct(found, count)))


def _distinct(lines: Iterable[str], count: int) -> list[str]:
    kept: dict[str, str] = {}
    for line in lines:
        words = " ".join(_NOISE.sub(r"\1\2…", line).split())[:_LINE_CHARACTERS]
        what = re.sub(r"[\d.…]+|0x[0-9a-f]+", "", words)
        kept.setdefault(what, words)
        if len(kept) == count:
            break
    return list(kept.values())
