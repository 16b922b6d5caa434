"""Accounts that are contracts: one that calls back in the middle, one that takes no wei."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode

from system.chain.abi import call_data
from system.chain.compiler import compile_sources
from system.chain.sender import Call
from system.jobs import market, registry
from system.jobs.market import Privacy
from tests.evm import Receipt
from tests.unit.market.house import DEPOSIT, GAS, PAYMENT, House, result, terms

# Does what its owner says; on receiving wei it calls again, and takes them or not.
PROXY = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Proxy {
    bytes public again;
    bool public takes;
    uint256 public refusals;

    constructor(bool takes_) payable {
        takes = takes_;
    }

    function run(address to, uint256 value, bytes calldata data) external {
        (bool done, bytes memory why) = to.call{value: value}(data);
        if (!done) assembly ("memory-safe") { revert(add(why, 0x20), mload(why)) }
    }

    function setAgain(bytes calldata again_) external {
        again = again_;
    }

    receive() external payable {
        require(takes, "no");
        if (again.length == 0) return;
        (bool done,) = msg.sender.call(again);
        if (!done) ++refusals;
    }
}
"""


def run(house: House, owner: str, proxy: str, call: Call) -> Receipt:
    data = call_data("run(address,uint256,bytes)", call.to, call.value, call.data)
    return house.evm.send(owner, Call(proxy, data, GAS))


def with_a_winner(*, takes: bool) -> tuple[House, str, str]:
    """A closed job that a contract won together with an ordinary worker, and claimed."""
    house = House.built()
    job, owner = house.started(terms(privacy=Privacy.PLAIN, seats=2)), house.evm.account()
    proxy = house.evm.deploy(compile_sources({"Proxy.sol": PROXY})["Proxy"], takes, sender=owner)
    house.evm.endow(proxy, DEPOSIT)
    house.bind(job, house.worker(), result("g"))
    calls = [registry.joining(house.registry), house.picking(job)]
    for call in [*calls, *house.carrying(job, result("g"))]:
        run(house, owner, proxy, call)
    house.closed(job)
    run(house, owner, proxy, market.claiming(house.market, job))
    return house, owner, proxy


@pytest.mark.parametrize("again", ["withdraw()", "claim(uint64)"])
def test_who_calls_back_while_it_is_paid_is_paid_once(again):
    house, owner, proxy = with_a_winner(takes=True)
    data = call_data(again, *([1] if "uint64" in again else []))
    house.evm.send(owner, Call(proxy, call_data("setAgain(bytes)", data), GAS))
    run(house, owner, proxy, market.withdrawing(house.market))
    assert house.evm.balance(proxy) == PAYMENT + DEPOSIT
    assert house.evm.balance(house.market) == PAYMENT + DEPOSIT  # the other winner's
    refusals = house.evm.call(
        "eth_call", {"to": proxy, "data": "0x" + call_data("refusals()").hex()}
    )
    assert refusals == "0x" + encode(["uint256"], [1]).hex()


def test_who_takes_no_wei_keeps_its_balance():
    house, owner, proxy = with_a_winner(takes=False)
    data = call_data("run(address,uint256,bytes)", house.market, 0, call_data("withdraw()"))
    assert house.evm.refusal(owner, Call(proxy, data, GAS)) == "NotTaken"
    assert market.balance_of(house.evm, house.market, proxy) == PAYMENT + DEPOSIT
    assert house.evm.balance(house.market) == 2 * (PAYMENT + DEPOSIT)


def test_wei_that_nobody_asked_for_are_not_taken():
    house = House.built()
    stranger = house.evm.account()
    assert house.evm.refusal(stranger, Call(house.market, b"", GAS, value=1)) != ""
    assert house.evm.balance(house.market) == 0
