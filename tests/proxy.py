"""An account that is a contract: it does what its owner says, and calls in the middle of a payment.

For the contracts that pay: whoever is called back while it is paid must find nothing more to take.
"""

from __future__ import annotations

from system.chain.abi import call_data, decoded
from system.chain.compiler import compile_sources
from system.chain.sender import Call
from tests.evm import Evm

_GAS = 2_000_000
_SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Proxy {
    address private _target;
    bytes private _again;
    bool private _takes;
    uint256 public refusals;
    bytes4 public refusal;

    constructor(bool takes) payable {
        _takes = takes;
    }

    function run(address to, uint256 value, bytes calldata data) external {
        (bool done, bytes memory why) = to.call{value: value}(data);
        if (!done) assembly ("memory-safe") { revert(add(why, 0x20), mload(why)) }
    }

    function setAgain(address target, bytes calldata again) external {
        (_target, _again) = (target, again);
    }

    receive() external payable {
        require(_takes, "no");
        if (_again.length == 0) return;
        (bool done, bytes memory why) = _target.call(_again);
        if (done) return;
        ++refusals;
        refusal = bytes4(why);
    }
}
"""


def proxy(evm: Evm, *, takes: bool = True, wei: int = 0) -> str:
    """A new one with that many wei of its own; it takes more, or refuses them."""
    source = compile_sources({"Proxy.sol": _SOURCE})["Proxy"]
    address = evm.deploy(source, takes, sender=evm.account())
    evm.endow(address, wei)
    return address


def through(address: str, call: Call) -> Call:
    """The transaction by which the proxy makes a call with its own wei."""
    data = call_data("run(address,uint256,bytes)", call.to, call.value, call.data)
    return Call(address, data, _GAS)


def again(address: str, call: Call) -> Call:
    """The transaction after which the proxy makes that call whenever it receives wei."""
    return Call(address, call_data("setAgain(address,bytes)", call.to, call.data), _GAS)


def refusals(evm: Evm, address: str) -> tuple[int, bytes]:
    """How often the call in the middle was refused, and the last one's four bytes."""
    return _asked(evm, address, "refusals()", "uint256"), _asked(
        evm, address, "refusal()", "bytes4"
    )


def _asked(evm: Evm, address: str, signature: str, kind: str):
    request = {"to": address, "data": "0x" + call_data(signature).hex()}
    return decoded(evm.call("eth_call", request), [kind])[0]
