"""The counter: the smallest call that changes the chain."""

from __future__ import annotations

from system.chain.abi import topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.rpc import Rpc
from system.chain.sender import Sender
from system.jobs.calldata import INCREMENT

INCREMENTED = topic("Incremented(address,uint256)")
# 21,000 and 64 for the call, 22,100 for the slot's first write, 1,756 for the log, some logic.
INCREMENT_GAS = 50_000


def deploy_counter(sender: Sender) -> Deployment:
    """A new counter at zero; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("Counter"),
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def increment_calldata() -> bytes:
    """Call data of `increment`."""
    return INCREMENT


def read_count(rpc: Rpc, counter: str) -> int:
    """How often the counter at that address was incremented."""
    return int(view(rpc, counter, "count()", returns=["uint256"])[0])
