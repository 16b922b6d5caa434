"""What accounts have at a contract that pays, and how they get it; the manual is IPurse."""

from __future__ import annotations

from system.chain.abi import call_data, topic, view
from system.chain.rpc import Rpc
from system.chain.sender import Call

CREDITED = topic("Credited(address,uint256)")
WITHDRAWN = topic("Withdrawn(address,uint256)")

# An upper bound for accounts that are no contracts.
WITHDRAW_GAS = 80_000


def withdrawing(contract: str) -> Call:
    """The transaction by which an account takes all it has there."""
    return Call(contract, call_data("withdraw()"), WITHDRAW_GAS)


def balance_of(rpc: Rpc, contract: str, account: str) -> int:
    """What an account can withdraw, in wei."""
    return int(view(rpc, contract, "balanceOf(address)", account, returns=["uint256"])[0])
