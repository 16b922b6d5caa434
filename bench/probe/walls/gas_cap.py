"""The most gas that `eth_call` and `eth_estimateGas` run with."""

from __future__ import annotations

import re

from bench.probe.finding import Finding
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from system.chain.rpc import RpcError
from system.errors import WeighbridgeError

# go-ethereum's default for --rpc.gascap (eth/ethconfig/config.go).
_DEFAULT_CAP_GAS = 25_000_000
# GAS, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN: answers with the gas that is left.
_GAS_LEFT = "0x5a60005260206000f3"
# PUSH1 0, PUSH6 2^40, MSTORE: no gas is enough for that much memory, and none of it is laid out.
_INSATIABLE = "0x60006501000000000052"
_KNOWN_GAS, _BOUNDLESS_GAS = 1_000_000, 2**53
_ALLOWANCE = re.compile(r"gas required exceeds allowance \((\d+)\)")


def _measure(subject: Subject) -> list[Finding]:
    return [_call(subject), _estimate(subject)]


def _call(subject: Subject) -> Finding:
    # What the call itself costs is the same both times.
    overhead = _KNOWN_GAS - _gas_left(subject, _KNOWN_GAS)
    measured = _gas_left(subject, _BOUNDLESS_GAS) + overhead
    capped = measured < _BOUNDLESS_GAS
    return Finding(
        name=WALL.name,
        unit="gas",
        setting=WALL.setting,
        predicted=_DEFAULT_CAP_GAS,
        measured=measured if capped else None,
        symptom="no error: the call is given less gas than it asked for" if capped else "",
        note="" if capped else "the node has no cap",
        outcome="measured" if capped else "absent",
    )


def _gas_left(subject: Subject, gas: int) -> int:
    call = {"data": _GAS_LEFT, "gas": hex(gas)}
    return int(subject.rpc.call("eth_call", call, "latest"), 16)


def _estimate(subject: Subject) -> Finding:
    refusal = _refusal(subject)
    found = _ALLOWANCE.search(refusal)
    if found is None:
        raise WeighbridgeError(f"eth_estimateGas says {refusal!r}, which names no allowance")
    return Finding(
        name="eth_estimateGas cap",
        unit="gas",
        setting=WALL.setting + "; block gas where that is less",
        predicted=min(_DEFAULT_CAP_GAS, subject.chain.gas_limit),
        measured=int(found[1]),
        symptom=refusal,
        note="long before a block is full: set a transaction's gas yourself",
    )


def _refusal(subject: Subject) -> str:
    try:
        return f"an estimate of {subject.rpc.call('eth_estimateGas', {'data': _INSATIABLE})}"
    except RpcError as error:
        return error.message


WALL = Wall("eth_call cap", "--rpc.gascap", "nothing", _measure)
