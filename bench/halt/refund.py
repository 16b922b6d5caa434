"""Gas given back: a transaction that clears storage pays up to half less than its call data says.

Berlin gives 15,000 gas for a slot set to zero, up to half of what the transaction used (Yellow
Paper, section 6.2; the London fork ended it, EIP-3529). The block's gas is counted after that.
"""

from __future__ import annotations

from bench.limits.content import content
from bench.limits.gas import intrinsic_gas
from system.chain.keys import derive_key
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send, send_all

# for (i = word 0; word 1 > i; i++) sstore(i, word 2)
_RUNTIME = bytes.fromhex("6000355b80602035111560185760403581556001016003565b00")
_CREATION = bytes.fromhex(f"60{len(_RUNTIME):02x}80600b6000396000f3") + _RUNTIME
# A slot costs 22,100 gas to fill and 5,000 to clear (EIP-2929), and some 60 for a turn of the loop.
_FILL_GAS, _CLEAR_GAS = 22_200, 5_100
_FILLED_AT_ONCE = 500
_ENTRY_GAS = 1_000


def words(first: int, after: int, value: int) -> bytes:
    """Call data that sets the slots from `first` up to the one before `after` to `value`."""
    return b"".join(number.to_bytes(32, "big") for number in (first, after, value))


def clearing_gas(slots: int) -> int:
    """What a transaction needs, beside its call data's gas, to clear that many slots."""
    return _ENTRY_GAS + slots * _CLEAR_GAS


def filled_contract(rpc: Rpc, *, chain_id: int, slots: int, timeout_s: float) -> bytes:
    """The address of a new contract of which the first `slots` slots hold a 1.

    Raises NotMined or RpcError where the chain does not take the transactions.
    """
    sender = Sender(rpc, derive_key("halt", "refund", 0), chain_id)
    created = send(sender, Call(None, _CREATION, 200_000), timeout_s=timeout_s)
    address = str(created["contractAddress"])
    calls = []
    for first in range(0, slots, _FILLED_AT_ONCE):
        after = min(slots, first + _FILLED_AT_ONCE)
        data = words(first, after, 1)
        gas = intrinsic_gas(content(data)) + _ENTRY_GAS + (after - first) * _FILL_GAS
        calls.append(Call(address, data, gas))
    send_all(sender, calls, timeout_s=timeout_s)
    return bytes.fromhex(address[2:])
