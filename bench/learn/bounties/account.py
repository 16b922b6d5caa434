"""The books of a try: every credit by the events alone, held against what the chain says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.learn.bounties.cast import Member
from bench.learn.bounties.rows import movement
from system.bounties.credits import Supply, account_of, supply_of
from system.bounties.events import Event
from system.bounties.ledger import Books, booked
from system.chain.rpc import Rpc


def books_of(events: Sequence[Event]) -> Books:
    """What accounts and jobs hold after these events; raises Unbalanced."""
    return booked(movement(event) for event in events if event.name == "Credit")


def agrees(rpc: Rpc, market: str, members: Sequence[Member], books: Books) -> bool:
    """Whether the books balance, and are the chain's in every account and in all."""
    supply = supply_of(rpc, market)
    same = all(
        _held(rpc, market, one) == (books.own[one.address], books.trust[one.address])
        for one in members
    )
    return books.conserved and supply == Supply(supply.total, books.minted, books.burnt) and same


def ledger_of(books: Books, members: Sequence[Member]) -> dict[str, Any]:
    """The credits in the end: those minted are those burnt, in accounts and in jobs."""
    return {
        "minted": books.minted,
        "burnt": books.burnt,
        "in_accounts": books.own.total(),
        "in_trust": books.trust.total(),
        "in_jobs": books.held.total(),
        "accounts": {
            one.name: {"own": books.own[one.address], "trust": books.trust[one.address]}
            for one in members
        },
    }


def _held(rpc: Rpc, market: str, member: Member) -> tuple[int, int]:
    account = account_of(rpc, market, member.address)
    return account.own, account.trust
