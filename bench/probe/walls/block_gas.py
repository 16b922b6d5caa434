"""How many transactions really fit into a block."""

from __future__ import annotations

from collections import Counter

from bench.probe.finding import Finding
from bench.probe.sending import hand_over_all, receipts_of
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from system.chain.keys import derive_key
from system.chain.transaction import sign_legacy

# A block that starts without transactions of ours, and enough behind it to fill one for sure.
_PER_BLOCK, _BLOCKS = 20, 3
# INVALID (0xfe) uses up all gas that a creation is given, at no cost to the node.
_INVALID = b"\xfe"
_PATIENCE_S, _PATIENCE_PERIODS = 30.0, 6


def _measure(subject: Subject) -> list[Finding]:
    topology = subject.topology
    limit = subject.chain.gas_limit if topology is None else topology.gas_limit
    share = limit // _PER_BLOCK
    fit, used = _fullest(subject, share, wave=0)
    fewer, _ = _fullest(subject, share + 1, wave=1)
    return [
        Finding(
            name=WALL.name,
            unit="gas",
            setting=WALL.setting,
            predicted=limit,
            measured=used,
            symptom="no error: transactions wait for a later block",
            note=f"{fit} transactions of {share:,} gas in one block, of {share + 1:,} only {fewer}",
            # The gas that 20 equal parts leave over.
            tolerance=float(limit - share * _PER_BLOCK),
        )
    ]


def _fullest(subject: Subject, gas: int, *, wave: int) -> tuple[int, int]:
    """The most transactions of that gas that came into one block, and their gas together."""
    raw = [_hungry(subject, gas, nonce, wave) for nonce in range(_BLOCKS * _PER_BLOCK)]
    hashes = hand_over_all(subject.rpc, raw)
    patience_s = _PATIENCE_S + _PATIENCE_PERIODS * (subject.chain.period_s or 0.0)
    receipts = receipts_of(subject.rpc, hashes, timeout_s=patience_s)
    blocks = Counter(receipt["blockNumber"] for receipt in receipts)
    number, count = blocks.most_common(1)[0]
    inside = [receipt for receipt in receipts if receipt["blockNumber"] == number]
    return count, sum(int(receipt["gasUsed"], 16) for receipt in inside)


def _hungry(subject: Subject, gas: int, nonce: int, wave: int) -> bytes:
    key, chain_id = derive_key(subject.salt, "hungry", wave), subject.chain.chain_id
    return sign_legacy(key=key, nonce=nonce, gas=gas, to=None, data=_INVALID, chain_id=chain_id).raw


WALL = Wall(
    "block gas", "genesis gasLimit, --miner.gaslimit, --miner.gastarget", "the chain", _measure
)
