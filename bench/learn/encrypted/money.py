"""The money of a federation: who was given what, and where every wei is in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.learn.place import Place
from system.chain.keys import address_of
from system.encrypted.contracts import purse
from system.encrypted.contracts.compensation import equal_parts
from system.encrypted.enriching import Pay
from system.encrypted.ledger import Ledger
from system.encrypted.serving import Prices

PAY: Final = Pay(per_point=10**12, cap=6 * 10**14, deposit=10**13, bond=10**13, share=1_000)
PRICES: Final = Prices(fee=10**13, cost=4 * 10**12, bond=10**13)


@dataclass(frozen=True, slots=True)
class Purses:
    """Accounts by their role's name, as 32-byte keys, and what each was given in wei."""

    keys: Mapping[str, bytes] = field(repr=False)
    given: Mapping[str, int]


def handed_out(
    place: Place, parties: Sequence[bytes], *, enricher: bytes, customer: bytes, images: int
) -> Purses:
    """Each account with what the story takes from it; raises UsageError where nobody can pay."""
    keys = {f"party {at}": key for at, key in enumerate(parties)}
    amounts = {
        name: part + PAY.bond
        for name, part in zip(keys, equal_parts(PAY.cap, len(parties)), strict=True)
    }
    keys |= {"enricher": enricher, "customer": customer}
    amounts |= {"enricher": PAY.deposit, "customer": images * PRICES.fee}
    held = place.fund({keys[name]: amount for name, amount in amounts.items()})
    return Purses(keys, {name: held[address_of(key)] for name, key in keys.items()})


def withdraw(ledger: Ledger, purses: Purses, contracts: Sequence[str]) -> None:
    """Everybody takes what is theirs out of the contracts."""
    calls = {}
    for key in purses.keys.values():
        own = [
            purse.withdrawing(contract)
            for contract in contracts
            if purse.balance_of(ledger.rpc, contract, address_of(key))
        ]
        if own:
            calls[key] = own
    ledger.take("withdraw", calls)


def accounts_of(place: Place, purses: Purses, contracts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each account with what it was given and what it has: contracts were given nothing."""
    held = {name: address_of(key) for name, key in purses.keys.items()} | dict(contracts)
    return [
        {
            "account": name,
            "given_wei": purses.given.get(name, 0),
            "held_wei": place.balance(address),
        }
        for name, address in held.items()
    ]


def is_conserved(accounts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all that was given is held by somebody, and no more."""
    given, held = (sum(one[name] for one in accounts) for name in ("given_wei", "held_wei"))
    return bool(given == held)
