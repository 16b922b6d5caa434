"""The gas of one transaction: the most it may ask for, and what its call data costs at least."""

from __future__ import annotations

from bench.limits.gas import NONZERO_BYTE_GAS, TRANSACTION_GAS, ZERO_BYTE_GAS
from bench.probe.finding import Finding
from bench.probe.limit import largest
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from system.chain.keys import derive_key
from system.chain.rpc import RpcError
from system.chain.transaction import sign_legacy

_HIGHEST_GAS = 2**50
# More than any account has: the pool looks at the gas first and at the balance afterwards, so a
# transaction whose gas it likes is refused all the same.
_TOO_MUCH_WEI = 2**127
_DATA_BYTES = 1_000


def _measure(subject: Subject) -> list[Finding]:
    return [_most(subject), _byte(subject, b"\xff"), _byte(subject, b"\x00")]


def _most(subject: Subject) -> Finding:
    before = _block_gas_limit(subject)
    measured = largest(
        lambda gas: "exceeds block gas limit" not in _refusal(subject, gas, value=_TOO_MUCH_WEI),
        guess=before,
        low=TRANSACTION_GAS,
        high=_HIGHEST_GAS,
    )
    after = _block_gas_limit(subject)
    topology = subject.topology
    return Finding(
        name=WALL.name,
        unit="gas",
        setting=WALL.setting,
        predicted=after if topology is None else topology.gas_limit,
        measured=measured,
        symptom=_refusal(subject, measured + 1, value=_TOO_MUCH_WEI),
        note="the block's gas limit",
        # Where nothing holds it, a chain's gas limit moves from block to block.
        tolerance=float(abs(after - before)),
    )


def _block_gas_limit(subject: Subject) -> int:
    return int(subject.rpc.call("eth_getBlockByNumber", "latest", False)["gasLimit"], 16)


def _byte(subject: Subject, byte: bytes) -> Finding:
    is_zero = byte == b"\x00"
    gas = _least_gas(subject, byte * _DATA_BYTES) - _least_gas(subject, b"")
    return Finding(
        name=f"intrinsic gas, {'zero' if is_zero else 'other'} byte",
        unit="gas a byte",
        setting="genesis forks (istanbulBlock: EIP-2028)",
        predicted=ZERO_BYTE_GAS if is_zero else NONZERO_BYTE_GAS,
        measured=gas / _DATA_BYTES,
        symptom=_refusal(subject, TRANSACTION_GAS, data=byte * _DATA_BYTES),
        note=f"on top of {_least_gas(subject, b''):,} a transaction",
    )


def _least_gas(subject: Subject, data: bytes) -> int:
    """The least gas that a transaction with this call data starts with, by simulated calls."""

    def falls_short(gas: int) -> bool:
        call = {"to": "0x" + "00" * 19 + "ff", "data": "0x" + data.hex(), "gas": hex(gas)}
        try:
            subject.rpc.call("eth_call", call, "latest")
        except RpcError as error:
            return "intrinsic gas too low" in error.message
        return False

    guess = TRANSACTION_GAS + len(data) * (NONZERO_BYTE_GAS if any(data) else ZERO_BYTE_GAS) - 1
    return largest(falls_short, guess=guess, low=1, high=100 * guess) + 1


def _refusal(subject: Subject, gas: int, *, data: bytes = b"", value: int = 0) -> str:
    signed = sign_legacy(
        key=derive_key("probe", "gas", 0),
        nonce=0,
        gas=gas,
        to=bytes(20),
        data=data,
        chain_id=subject.chain.chain_id,
        value=value,
    )
    try:
        subject.rpc.call("eth_sendRawTransaction", "0x" + signed.raw.hex())
    except RpcError as error:
        return error.message
    return ""


WALL = Wall(
    "transaction gas", "genesis gasLimit, --miner.gaslimit, --miner.gastarget", "nothing", _measure
)
