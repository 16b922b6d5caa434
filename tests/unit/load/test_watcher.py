"""The watcher settles blocks at a constant cost and survives a node that stammers."""

from __future__ import annotations

import gevent

import pytest
import rlp

from bench.load.ledger import Ledger
from bench.load.watcher import Watcher, block_row, consensus_round, failure


def block(number: int, hashes: list[str]) -> dict:
    return {
        "number": hex(number),
        "hash": f"0x{number:064x}",
        "timestamp": hex(1_700_000_000 + number),
        "gasUsed": "0x5208",
        "gasLimit": "0x989680",
        "size": "0x400",
        "extraData": "0x",
        "transactions": hashes,
    }


class Chain:
    """A chain of given blocks that counts the requests it answers."""

    def __init__(self, blocks: list[list[str]], faults: int = 0) -> None:
        self.blocks, self.faults = blocks, faults
        self.asked: list[str] = []

    def call(self, *requests):
        self.asked += [method for method, _ in requests]
        if self.faults:
            self.faults -= 1
            raise OSError("connection reset")
        return [getattr(self, method)(*params) for method, params in requests]

    def eth_blockNumber(self):
        return hex(len(self.blocks) - 1)

    def eth_getBlockByNumber(self, height, full):
        assert full is False  # transactions' bodies would cost megabytes a block
        return block(int(height, 16), self.blocks[int(height, 16)])

    def eth_getLogs(self, wanted):
        assert wanted["fromBlock"] == wanted["toBlock"]
        hashes = self.blocks[int(wanted["fromBlock"], 16)]
        return [{"transactionHash": one} for one in hashes]


def watch(chain: Chain) -> tuple[Watcher, list]:
    rows: list = []
    watcher = Watcher(
        chain,
        Ledger(settle=lambda _: None),
        session="s",
        topics=["0xtopic"],
        first_block=0,
        blocks=rows.append,
        raft=False,
        poll_s=0.005,
    )
    gevent.sleep(0.1)
    watcher.stop()
    return watcher, rows


@pytest.mark.parametrize("transactions", [0, 1, 1000])
def test_a_block_costs_two_requests_whatever_it_holds(transactions):
    chain = Chain([[f"0x{index}" for index in range(transactions)] for _ in range(3)])
    _, rows = watch(chain)
    assert [row.number for row in rows] == [0, 1, 2]
    assert [row.transactions for row in rows] == [transactions] * 3
    assert len([method for method in chain.asked if method != "eth_blockNumber"]) == 2 * 3


def test_a_node_that_fails_is_asked_again():
    chain = Chain([[], ["0xa"]], faults=3)
    watcher, rows = watch(chain)
    assert [row.number for row in rows] == [0, 1]
    assert watcher.rpc_failures == 3
    assert watcher.last_block == 1


def test_raft_stamps_nanoseconds():
    raw = block(1, []) | {"timestamp": hex(1_700_000_000_500_000_000)}
    assert block_row(raw, "s", seen_s=0.0, ours=0, raft=True).timestamp_s == 1_700_000_000.5


@pytest.mark.parametrize("number", [0, 1, 7, 300])
def test_the_round_is_read_from_qbft_extra_data(number):
    digits = number.to_bytes(2, "big").lstrip(b"\x00")
    extra = rlp.encode([bytes(32), [bytes(20)] * 4, [], digits, [bytes(65)] * 3])
    assert consensus_round("0x" + extra.hex()) == number


@pytest.mark.parametrize("extra", ["0x", "0x" + bytes(32).hex(), "0xzz", "0xc0"])
def test_other_extra_data_has_no_round(extra):
    assert consensus_round(extra) is None


def test_a_failed_receipt_says_why():
    assert failure({"status": "0x1", "gasUsed": "0x1"}) == ""
    assert failure({"status": "0x0", "gasUsed": "0x64"}) == "reverted after 100 gas"
    assert failure({"status": "0x0", "gasUsed": "0x1", "revertReason": "0xab"}) == "reverted: 0xab"
