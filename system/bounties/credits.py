"""Identities and credits of the bounty market: registering, the supply, vouching."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from eth_utils.address import to_checksum_address

from system.chain.abi import call_data, topic, view
from system.chain.rpc import Rpc
from system.chain.sender import Call

REGISTERED = topic("Registered(address,address)")
BANNED = topic("Banned(address,uint64)")
CREDIT = topic("Credit(address,uint64,uint8,uint64,uint64)")

# Gas, upper bounds: two balances and the supply are new slots at most, with their logs.
CREDIT_GAS = 150_000
NOBODY = "0x" + "00" * 20


class Standing(IntEnum):
    """What an account is to the market."""

    NONE = 0
    MEMBER = 1
    BANNED = 2


class Reason(IntEnum):
    """Why credits moved; the contract's ICreditTypes says between whom."""

    ALLOTTED = 0
    TRUSTED = 1
    RECALLED = 2
    UNSTAKED = 3
    REWARDED = 4
    WON = 5
    REFUNDED = 6
    GUARANTEED = 7
    DISTRUSTED = 8
    POSTED = 9
    STAKED = 10
    DEPOSITED = 11
    BURNT = 12


@dataclass(frozen=True, slots=True)
class Account:
    """An identity: `own` credits can be spent, `trust` is its sponsor's and can be staked only.

    `sponsor` is a checksummed address, NOBODY where it named none.
    """

    standing: Standing
    sponsor: str
    own: int
    trust: int


@dataclass(frozen=True, slots=True)
class Supply:
    """How many credits there can be, how many were allotted and how many burnt."""

    total: int
    minted: int
    burnt: int


def registering(market: str, *, sponsor: str = NOBODY) -> Call:
    """The transaction by which its sender becomes an identity; only `sponsor` may vouch for it."""
    return Call(market, call_data("register(address)", sponsor), CREDIT_GAS)


def allotting(market: str, account: str, *, amount: int) -> Call:
    """The operator's transaction that gives credits of the supply to a member."""
    return Call(market, call_data("allot(address,uint64)", account, amount), CREDIT_GAS)


def vouching(market: str, newcomer: str, *, amount: int) -> Call:
    """The transaction by which a sponsor guarantees for a newcomer with credits of its own."""
    return Call(market, call_data("vouch(address,uint64)", newcomer, amount), CREDIT_GAS)


def recalling(market: str, newcomer: str) -> Call:
    """The transaction by which a sponsor takes back what its newcomer has not staked."""
    return Call(market, call_data("recall(address)", newcomer), CREDIT_GAS)


def account_of(rpc: Rpc, market: str, account: str) -> Account:
    """An identity; all zero where there is none."""
    returns = ["uint8", "address", "uint64", "uint64"]
    standing, sponsor, own, trust = view(
        rpc, market, "accountOf(address)", account, returns=returns
    )
    return Account(Standing(standing), to_checksum_address(sponsor), own, trust)


def supply_of(rpc: Rpc, market: str) -> Supply:
    """The credits of a market, all told."""
    names = ("supply()", "minted()", "burnt()")
    return Supply(*(view(rpc, market, name, returns=["uint64"])[0] for name in names))
