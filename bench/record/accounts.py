"""Whose money a load moved: what each role paid and got, as the chain has it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAccount:
    """What all accounts of one role paid and got together. Amounts are whole numbers as text: they
    may be beyond JSON's. `at_stake` is theirs or others', as it is claimed later."""

    accounts: int
    submissions: int
    paid: str
    got: str
    net: str
    at_stake: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """A cell's money by role, in `unit` ("wei" or "credits").

    `conserved`: what the contracts hold is what they owe.
    """

    unit: str
    roles: dict[str, RoleAccount]
    held: str
    owed: str
    conserved: bool
