"""Identities and credits in Python: the contract's rules, refused by its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from system.bounties.credits import NOBODY, Standing
from system.models.refused import Refused


@dataclass(slots=True)
class Member:
    """An identity; see `credits.Account`."""

    standing: Standing = Standing.NONE
    sponsor: str = NOBODY
    own: int = 0
    trust: int = 0


@dataclass(slots=True)
class Bank:
    """All identities of a market and its supply. What is refused raises Refused by its name."""

    operator: str
    supply: int
    minted: int = 0
    burnt: int = 0
    accounts: dict[str, Member] = field(default_factory=dict)

    def register(self, sender: str, sponsor: str = NOBODY) -> None:
        """Make the sender an identity."""
        require(sender not in self.accounts, "AlreadyRegistered")
        self.accounts[sender] = Member(Standing.MEMBER, sponsor)

    def allot(self, sender: str, account: str, amount: int) -> None:
        """Hand out credits of the supply."""
        require(sender == self.operator, "NotOperator")
        member = self.member(account)
        require(amount > 0, "NoCredits")
        require(self.minted + amount <= self.supply, "SupplySpent")
        self.minted += amount
        member.own += amount

    def vouch(self, sender: str, newcomer: str, amount: int) -> None:
        """Guarantee for a newcomer."""
        sponsor, trusted = self.member(sender), self.member(newcomer)
        require(amount > 0, "NoCredits")
        require(trusted.sponsor == sender, "NotSponsor")
        self.take(sponsor, amount)
        trusted.trust += amount

    def recall(self, sender: str, newcomer: str) -> None:
        """Take a guarantee back, as far as it is not staked."""
        sponsor = self.member(sender)
        trusted = self.accounts.get(newcomer, Member())
        require(trusted.sponsor == sender, "NotSponsor")
        require(trusted.trust > 0, "NoCredits")
        sponsor.own, trusted.trust = sponsor.own + trusted.trust, 0

    def member(self, account: str) -> Member:
        """The identity, if it may act."""
        member = self.accounts.get(account)
        require(member is not None, "NotRegistered")
        assert member is not None
        require(member.standing is not Standing.BANNED, "IsBanned")
        return member

    def sponsor_of(self, account: str) -> str:
        """Whom the account named, NOBODY for none."""
        return self.accounts.get(account, Member()).sponsor

    def take(self, member: Member, amount: int) -> None:
        """Take own credits."""
        require(member.own >= amount, "TooFewCredits")
        member.own -= amount

    def take_stake(self, member: Member, amount: int) -> tuple[int, int]:
        """Take a stake, own credits first; how many were its own, and how many its sponsor's."""
        own = min(member.own, amount)
        require(member.trust >= amount - own, "TooFewCredits")
        member.own, member.trust = member.own - own, member.trust - (amount - own)
        return own, amount - own

    def give(self, account: str, own: int, trust: int = 0) -> None:
        """Give credits back out of a job; a banned account's are burnt."""
        member = self.accounts[account]
        member.own, member.trust = member.own + own, member.trust + trust
        if member.standing is Standing.BANNED:
            self.burnt += member.own + member.trust
            member.own = member.trust = 0

    def total(self, held: Mapping[int, int]) -> int:
        """All credits of accounts, and of what jobs hold."""
        accounts = sum(member.own + member.trust for member in self.accounts.values())
        return accounts + sum(held.values())


def require(holds: bool, name: str) -> None:
    """Raises Refused by that name unless it holds."""
    if not holds:
        raise Refused(name)
