"""Every event of the bounty market, read from its logs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.address import to_checksum_address

from system.bounties.terms import TERMS_TUPLE
from system.chain.abi import argument_types, decoded, topic
from system.chain.rpc import Rpc


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `account` is checksummed, "" where it names none; `job` 0 is none.

    `facts` are its other values by their names in the contract.
    """

    block: int
    name: str
    account: str
    job: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How an event is laid out: which of its topics is the account and which the job."""

    name: str
    account: int | None
    job: int | None
    types: tuple[str, ...]
    names: tuple[str, ...]


def _kind(signature: str, *, account: int | None, job: int | None, facts: str) -> tuple[str, _Kind]:
    name, names = signature.partition("(")[0], tuple(facts.split())
    indexed = sum(place is not None for place in (account, job))
    types = argument_types(signature)[indexed:] if TERMS_TUPLE not in signature else []
    return topic(signature), _Kind(name, account, job, tuple(types), names)


# What JobPosted holds is read by `reader.read_posting`.
_KINDS: Final[dict[str, _Kind]] = dict(
    (
        _kind("Registered(address,address)", account=1, job=None, facts="sponsor"),
        _kind("Banned(address,uint64)", account=1, job=2, facts=""),
        _kind(
            "Credit(address,uint64,uint8,uint64,uint64)",
            account=1,
            job=2,
            facts="reason own trust",
        ),
        _kind(f"JobPosted(uint64,address,{TERMS_TUPLE},string)", account=2, job=1, facts=""),
        _kind("Committed(address,uint64,uint32,bytes32)", account=1, job=2, facts="order word"),
        _kind(
            "Announced(address,uint64,uint32,uint64,bytes32)",
            account=1,
            job=2,
            facts="order loss digest",
        ),
        _kind("Retired(address,uint64)", account=1, job=2, facts=""),
        _kind("ClaimsOpened(uint64,uint8,uint48)", account=None, job=1, facts="turn ends_at"),
        _kind("Claimed(address,uint64,uint8)", account=1, job=2, facts="turn"),
        _kind(
            "Published(address,uint64,uint8,address,uint32,bytes32)",
            account=1,
            job=2,
            facts="turn store chunks digest",
        ),
        _kind("VoteCast(address,uint64,uint8,bytes32)", account=1, job=2, facts="turn ballot"),
        _kind(
            "VoteOpened(address,uint64,uint8,uint64,uint8)",
            account=1,
            job=2,
            facts="turn loss side",
        ),
        _kind(
            "Judged(address,uint64,uint8,uint8,uint32,uint32,uint64)",
            account=1,
            job=2,
            facts="turn verdict honest cheat share",
        ),
        _kind("Lapsed(address,uint64,uint8,uint64)", account=1, job=2, facts="turn lost"),
        _kind("JobClosed(uint64,address,uint8,uint64)", account=2, job=1, facts="outcome amount"),
    )
)


def read_events(logs: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The market's events among these logs, in their order."""
    return [_event(_KINDS[log["topics"][0]], log) for log in logs if log["topics"][0] in _KINDS]


def logs_of(rpc: Rpc, market: str, *, from_block: int, to_block: int) -> list[dict[str, Any]]:
    """All logs of the market in these blocks, both ends among them."""
    filters = {"address": market, "fromBlock": hex(from_block), "toBlock": hex(to_block)}
    logs: list[dict[str, Any]] = rpc.call("eth_getLogs", filters)
    return logs


def _event(kind: _Kind, log: Mapping[str, Any]) -> Event:
    topics = log["topics"]
    account = "" if kind.account is None else to_checksum_address("0x" + topics[kind.account][-40:])
    job = 0 if kind.job is None else int(topics[kind.job], 16)
    if kind.name == "Registered":  # whose second topic is an account too
        facts = {"sponsor": to_checksum_address("0x" + topics[2][-40:])}
    else:
        facts = dict(zip(kind.names, decoded(log["data"], kind.types), strict=True))
    return Event(int(log["blockNumber"], 16), kind.name, account, job, facts)
