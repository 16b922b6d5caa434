"""Sealed results read back from the chain alone: the ciphertext, and the key once it is known."""

from __future__ import annotations

from eth_abi.abi import encode

from system.chain.abi import decoded, view
from system.chain.rpc import Rpc
from system.jobs.gates import OPENED, seal_context
from system.jobs.reader import NotRecovered, read_submission
from system.weights.sealed import unseal


def read_sealed(
    rpc: Rpc, store: str, kind: str, *, worker: str, sequence: int, from_block: int = 0
) -> bytes:
    """What a worker's sealed result hid: the payload as it was encoded.

    Arguments as of `read_submission`, and raises what it raises. NotRecovered, too, where the key
    was not revealed; Unsealable where it does not open the result: nothing readable was sealed.
    """
    sealed = read_submission(
        rpc, store, kind, worker=worker, sequence=sequence, from_block=from_block
    )
    key = revealed_key(rpc, store, worker=worker, sequence=sequence, from_block=from_block)
    chain_id = int(rpc.call("eth_chainId"), 16)
    context = seal_context(chain_id=chain_id, store=store, worker=worker, sequence=sequence)
    return unseal(sealed, key, context=context)


def revealed_key(rpc: Rpc, store: str, *, worker: str, sequence: int, from_block: int = 0) -> bytes:
    """The 32-byte key a worker revealed at the store's gate; raises NotRecovered where it did not.

    The gate compared it and the ciphertext's digest with the commitment: there is one at most.
    """
    [gate] = view(rpc, store, "board()", returns=["address"])
    indexed = [_topic("address", worker), _topic("uint64", sequence)]
    filters = {"address": gate, "topics": [OPENED, *indexed], "fromBlock": hex(from_block)}
    logs = rpc.call("eth_getLogs", filters)
    if not logs:
        raise NotRecovered(f"worker {worker} has not revealed the key of its result {sequence}")
    _, key = decoded(logs[0]["data"], ["bytes32", "bytes32"])
    return bytes(key)


def _topic(kind: str, value: object) -> str:
    return "0x" + encode([kind], [value]).hex()
