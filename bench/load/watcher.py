"""The block watcher: one greenlet a process that settles every transaction in flight.

A block costs the same requests whatever it holds: its header with transaction hashes, and the
contracts' own events, in one body. Receipts are asked for only where no event proves success
(each receipt makes GoQuorum decode the whole block's body again, so one a transaction would take
more of the node than the transactions do), in one batch a block.
"""

from __future__ import annotations

import gevent

from collections.abc import Callable, Sequence
from typing import Any

import rlp

from bench.load.clock import now_s
from bench.load.endpoint import Endpoint
from bench.load.ledger import Ledger
from bench.record.schema import BlockRow

_RECEIPTS_A_BODY = 200


class Watcher:
    """Follows the chain from `first_block`; `blocks` is called with a row for every block.

    `news` is called with its number and its logs once all in it is settled, `explain` for the
    receipt of what may have failed in it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        ledger: Ledger,
        *,
        session: str,
        topics: Sequence[str],
        first_block: int,
        blocks: Callable[[BlockRow], None],
        raft: bool,
        period_s: float = 0.0,
        poll_s: float = 0.05,
        news: Callable[[int, Sequence[dict[str, Any]]], None] | None = None,
        explain: Callable[[dict[str, Any]], str] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._ledger = ledger
        self._session = session
        self._topics = list(topics)
        self._next = first_block
        self._blocks = blocks
        self._raft = raft
        self._poll_s = poll_s
        self._period_s = period_s
        self._news, self._explain = news, explain or failure
        self._untold: list[tuple[int, list[dict[str, Any]]]] = []
        self.last_block = first_block - 1
        self.last_block_seen_s = now_s()
        self.rpc_calls = 0
        self.rpc_failures = 0
        self.last_failure = ""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """End the watching."""
        self._greenlet.kill()

    def _run(self) -> None:
        while True:
            try:
                self._catch_up()
            except (OSError, ValueError, KeyError) as error:  # a busy or dying node: try again
                self.rpc_failures += 1
                self.last_failure = f"{type(error).__name__}: {error}"
            gevent.sleep(self._pause_s())

    def _pause_s(self) -> float:
        """Until the next question: a BFT chain makes no block before its period has passed.

        Asking every 50 ms all the time took a fifth of the generator's CPU.
        """
        due_s = self.last_block_seen_s + 0.85 * self._period_s - now_s()
        return max(self._poll_s, due_s)

    def _catch_up(self) -> None:
        self._by_receipts()  # what an answer lost before left undone
        self._tell()
        [head] = self._call(("eth_blockNumber", []))
        while self._next <= int(head, 16):
            self._settle(self._next)
            self._next += 1
            self._by_receipts()
            self._tell()

    def _settle(self, number: int) -> None:
        height = hex(number)
        filters = {"fromBlock": height, "toBlock": height, "topics": [self._topics]}
        block, logs = self._call(
            ("eth_getBlockByNumber", [height, False]), ("eth_getLogs", [filters])
        )
        if block is None:  # the head was announced a moment before it can be read
            raise ValueError(f"no block {number} yet")
        seen_s = now_s()
        ours = self._ledger.mined(
            block["transactions"],
            proven={log["transactionHash"] for log in logs},
            block=number,
            seen_s=seen_s,
        )
        self.last_block, self.last_block_seen_s = number, seen_s
        if self._news is not None:
            self._untold.append((number, [_stamped(log, block) for log in logs]))
        self._blocks(block_row(block, self._session, seen_s=seen_s, ours=ours, raft=self._raft))

    def _tell(self) -> None:
        """Hand on what blocks hold, once all of theirs is settled."""
        while self._news is not None and self._untold:
            number, logs = self._untold.pop(0)
            self._news(number, logs)

    def _by_receipts(self) -> None:
        while part := self._ledger.unproven[:_RECEIPTS_A_BODY]:
            receipts = self._call(*(("eth_getTransactionReceipt", [one.id]) for one in part))
            if None in receipts:
                raise ValueError("a mined transaction has no receipt yet")
            del self._ledger.unproven[: len(part)]
            for mined, receipt in zip(part, receipts, strict=True):
                self._ledger.included(mined, reverted=self._explain(receipt))

    def _call(self, *requests: tuple[str, list[Any]]) -> list[Any]:
        self.rpc_calls += len(requests)
        return self._endpoint.call(*requests)


def _stamped(log: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    """The log with its block's timestamp, which later versions of geth put there themselves."""
    return {**log, "blockTimestamp": block["timestamp"]}


def failure(receipt: dict[str, Any]) -> str:
    """Why a mined transaction failed, or "" if it did not."""
    if int(receipt["status"], 16) == 1:
        return ""
    reason = receipt.get("revertReason")
    return f"reverted: {reason}" if reason else f"reverted after {int(receipt['gasUsed'], 16)} gas"


def block_row(
    block: dict[str, Any], session: str, *, seen_s: float, ours: int, raft: bool
) -> BlockRow:
    """The row of a block as `eth_getBlockByNumber` gives it (hashes only)."""
    timestamp = int(block["timestamp"], 16)
    return BlockRow(
        session=session,
        number=int(block["number"], 16),
        hash=block["hash"],
        timestamp_s=timestamp / 1e9 if raft else float(timestamp),  # Raft stamps nanoseconds
        seen_s=seen_s,
        gas_used=int(block["gasUsed"], 16),
        gas_limit=int(block["gasLimit"], 16),
        size_bytes=int(block["size"], 16),
        transactions=len(block["transactions"]),
        ours=ours,
        round=consensus_round(block["extraData"]),
    )


def consensus_round(extra_data: str) -> int | None:
    """The QBFT round a block was agreed in: above 0 means that a proposal failed before.

    QBFT's extra data is RLP [vanity, validators, vote, round, seals]; other kinds give None.
    """
    try:
        fields = rlp.decode(bytes.fromhex(extra_data[2:]))
    except (rlp.exceptions.DecodingError, ValueError):
        return None
    if not isinstance(fields, list) or len(fields) != 5 or not isinstance(fields[3], bytes):
        return None
    return int.from_bytes(fields[3], "big")
