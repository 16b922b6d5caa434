"""Accounts that are contracts: one that calls back in the middle, one that takes no wei."""

from __future__ import annotations

import pytest

from system.chain.abi import call_data, selector
from system.chain.sender import Call
from system.jobs import market, registry
from system.jobs.market import Privacy
from tests.proxy import again, proxy, refusals, through
from tests.unit.market.house import DEPOSIT, GAS, PAYMENT, House, result, terms


def with_a_winner(*, takes: bool) -> tuple[House, str]:
    """A closed job that a contract won together with an ordinary worker, and claimed."""
    house = House.built()
    job = house.started(terms(privacy=Privacy.PLAIN, seats=2))
    winner = proxy(house.evm, takes=takes, wei=DEPOSIT)
    house.bind(job, house.worker(), result("g"))
    calls = [registry.joining(house.registry), house.picking(job)]
    for call in [*calls, *house.carrying(job, result("g"))]:
        house.send(house.server, through(winner, call))
    house.closed(job)
    house.send(house.server, through(winner, market.claiming(house.market, job)))
    return house, winner


@pytest.mark.parametrize(
    ("signature", "name"),
    [
        ("withdraw()", "NothingToWithdraw(address)"),
        ("claim(uint64)", "NothingOwed(address,uint64)"),
    ],
)
def test_who_calls_back_while_it_is_paid_is_paid_once(signature, name):
    house, winner = with_a_winner(takes=True)
    data = call_data(signature, *([1] if "uint64" in signature else []))
    house.send(house.server, again(winner, Call(house.market, data, GAS)))
    house.send(house.server, through(winner, market.withdrawing(house.market)))
    assert house.evm.balance(winner) == PAYMENT + DEPOSIT
    assert house.evm.balance(house.market) == PAYMENT + DEPOSIT  # the other winner's
    assert refusals(house.evm, winner) == (1, selector(name))


def test_who_takes_no_wei_keeps_its_balance():
    house, winner = with_a_winner(takes=False)
    call = through(winner, market.withdrawing(house.market))
    assert house.evm.refusal(house.server, call) == "NotTaken"
    assert market.balance_of(house.evm, house.market, winner) == PAYMENT + DEPOSIT
    assert house.evm.balance(house.market) == 2 * (PAYMENT + DEPOSIT)


def test_wei_that_nobody_asked_for_are_not_taken():
    house = House.built()
    stranger = house.evm.account()
    assert house.evm.refusal(stranger, Call(house.market, b"", GAS, value=1)) != ""
    assert house.evm.balance(house.market) == 0
