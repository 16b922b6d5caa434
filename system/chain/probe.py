"""What a chain really is and allows, asked of the node: a configuration file can be wrong."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from statistics import median
from typing import Any

from system.chain.keys import derive_key
from system.chain.rpc import Rpc, RpcError, masked
from system.chain.transaction import envelope_bytes, sign_legacy
from system.errors import UsageError

_KB = 1024
# GoQuorum allows 32 to 128 KB; other clients more. Above this nobody needs to know.
_LARGEST_PROBED_KB = 1024
_CODE_LIMITS_BYTES = (24_576, 131_072)
_CODE_GAS = "contract creation code storage out of gas"


@dataclass(frozen=True, slots=True)
class Chain:
    """A probed chain. Sizes in bytes, gas in units, times in seconds; None: not to be had."""

    url: str
    client_version: str
    chain_id: int
    genesis_hash: str
    consensus: str  # "istanbul" (QBFT or IBFT), "raft" or "other"
    validators: int | None
    period_s: float | None
    gas_limit: int
    gas_price: int
    transaction_size_limit_bytes: int
    code_size_limit_bytes: int


class WrongChain(UsageError):
    """The endpoint answers, but with another chain than the one asked for."""


def probe(rpc: Rpc, *, chain_id: int | None = None) -> Chain:
    """Ask a node for its limits; nothing that is sent can enter the transaction pool.

    Raises Unreachable where nothing answers, WrongChain where `chain_id` is another one or where
    gas has a price (the workers' test accounts hold nothing).
    """
    found = _chain_id(rpc)
    if chain_id is not None and chain_id != found:
        raise WrongChain(
            f"{masked(rpc.url)} is chain {found}, not {chain_id}: "
            "check --rpc-url, or leave --chain-id out"
        )
    block = rpc.call("eth_getBlockByNumber", "latest", False)
    gas_price = int(rpc.call("eth_gasPrice"), 16)
    if gas_price > 0:
        raise WrongChain(
            f"gas on chain {found} costs {gas_price} wei and the workers' test accounts hold none: "
            "use a chain with gas price 0 (GoQuorum's default)"
        )
    consensus, validators = _consensus(rpc)
    return Chain(
        url=masked(rpc.url),
        client_version=str(rpc.call("web3_clientVersion")),
        chain_id=found,
        genesis_hash=str(rpc.call("eth_getBlockByNumber", "0x0", False)["hash"]),
        consensus=consensus,
        validators=validators,
        period_s=block_period_s(rpc, raft=consensus == "raft"),
        gas_limit=int(block["gasLimit"], 16),
        gas_price=gas_price,
        transaction_size_limit_bytes=transaction_size_limit_bytes(rpc, found),
        code_size_limit_bytes=code_size_limit_bytes(rpc),
    )


def _chain_id(rpc: Rpc) -> int:
    try:
        return int(rpc.call("eth_chainId"), 16)
    except (RpcError, ValueError, TypeError) as error:
        raise WrongChain(
            f"{masked(rpc.url)} does not answer as an Ethereum node does ({error}); "
            "give --rpc-url the HTTP address of a Quorum node"
        ) from error


def _consensus(rpc: Rpc) -> tuple[str, int | None]:
    validators = _try(rpc, "istanbul_getValidators", "latest")
    if isinstance(validators, list):
        return "istanbul", len(validators)
    cluster = _try(rpc, "raft_cluster")
    if isinstance(cluster, list):
        return "raft", len(cluster)
    return "other", None


def _try(rpc: Rpc, method: str, *params: Any) -> Any:
    try:
        return rpc.call(method, *params)
    except RpcError:
        return None


def block_period_s(rpc: Rpc, *, raft: bool) -> float | None:
    """The median time between the newest blocks: None where fewer than two are known.

    The genesis block's timestamp is 0 or old, so the first block's interval says nothing; Raft
    makes a block only when transactions wait, so its intervals say nothing at all.
    """
    head = int(rpc.call("eth_blockNumber"), 16)
    if raft or head < 2:
        return None
    numbers = range(max(1, head - 8), head + 1)
    blocks = rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
    stamps = [int(block["timestamp"], 16) for block in blocks if isinstance(block, dict)]
    gaps = [after - before for before, after in itertools.pairwise(stamps)]
    return float(median(gaps)) if gaps else None


def transaction_size_limit_bytes(rpc: Rpc, chain_id: int) -> int:
    """The largest signed transaction the node takes, found by bisection to 1 KB.

    Each probe carries too little gas for its data: a node that finds the size acceptable refuses
    it all the same ("intrinsic gas too low"), so none of them enters the pool.
    """
    low, high = 1, _LARGEST_PROBED_KB + 1  # low passes, high is taken not to
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _size_passes(rpc, chain_id, middle * _KB) else (low, middle)
    return low * _KB


def _size_passes(rpc: Rpc, chain_id: int, size_bytes: int) -> bool:
    return not is_oversized(size_refusal(rpc, chain_id, size_bytes))


def is_oversized(refusal: str) -> bool:
    """Whether a node refused a transaction for its size; some refuse the whole HTTP body."""
    return "oversized" in refusal or "413" in refusal


def size_refusal(rpc: Rpc, chain_id: int, size_bytes: int) -> str:
    """Why the node refuses a signed transaction of exactly that size, which it always does."""
    try:
        rpc.call("eth_sendRawTransaction", "0x" + _of_size(chain_id, size_bytes).hex())
    except RpcError as error:
        return error.message
    return ""


def _of_size(chain_id: int, size_bytes: int) -> bytes:
    # A leading zero in a signature, one in 128, makes it a byte short: another key signs otherwise.
    signed = (_filled(attempt, chain_id, size_bytes) for attempt in itertools.count())
    return next(raw for raw in signed if len(raw) == size_bytes)


def _filled(attempt: int, chain_id: int, size_bytes: int) -> bytes:
    # The envelope is an upper bound: fill up to the exact size with the bytes it left over.
    data_bytes = size_bytes - envelope_bytes(size_bytes)
    left_over = size_bytes - len(_starved(attempt, chain_id, data_bytes))
    return _starved(attempt, chain_id, data_bytes + left_over)


def _starved(attempt: int, chain_id: int, data_bytes: int) -> bytes:
    key, to, data = derive_key("probe", "size", attempt), bytes(20), bytes(data_bytes)
    return sign_legacy(key=key, nonce=0, gas=21_000, to=to, data=data, chain_id=chain_id).raw


def code_size_limit_bytes(rpc: Rpc) -> int:
    """The largest contract code the chain deploys, by simulated deployments, to 1 KB."""
    low, high = (limit // _KB for limit in _CODE_LIMITS_BYTES)
    if not _code_passes(rpc, low * _KB):
        return 0
    high += 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _code_passes(rpc, middle * _KB) else (low, middle)
    return low * _KB


def _code_passes(rpc: Rpc, size_bytes: int) -> bool:
    return code_refusal(rpc, size_bytes) in ("", _CODE_GAS)


def code_refusal(rpc: Rpc, size_bytes: int) -> str:
    """Why a simulated deployment of that many bytes of code fails; "" if it does not.

    The size is looked at before its gas, 200 a byte: where only the gas is wanting, which takes
    more than the node simulates from some 120 KB on, the size is allowed.
    """
    # PUSH3 size, PUSH1 0, RETURN: deploys that many zero bytes.
    creation = "0x62" + size_bytes.to_bytes(3, "big").hex() + "6000f3"
    try:
        rpc.call("eth_call", {"data": creation, "gas": hex(2**53)}, "latest")
    except RpcError as error:
        return error.message
    return ""
