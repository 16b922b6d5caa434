"""What closing and counting cost does not depend on what workers did."""

from __future__ import annotations

import pytest

from system.jobs import market
from system.jobs.market import Privacy, Results
from tests.evm import Receipt
from tests.unit.market.house import House, result, terms


def ended(answers: list[str], results: Results) -> tuple[House, int, list[Receipt]]:
    """A job that can be closed, and the receipts of the transactions that were counted."""
    house = House.built()
    job = house.started(terms(seats=len(answers), privacy=Privacy.PLAIN, results=results))
    counted = []
    for answer in answers:
        worker = house.worker()
        house.picked(job, worker)
        asked = market.terms_of(house.evm, house.market, job)
        calls = house.binding(job, worker, result(answer), asked)
        counted.append(house.send(worker, *calls)[-1])
    if results is Results.HASH:
        house.evm.mine(len(answers) * terms().delivery_blocks)
    return house, job, counted


def closing_gas(answers: list[str], results: Results) -> int:
    house, job, _ = ended(answers, results)
    receipt = house.evm.send(house.evm.account(), market.closing(house.market, job))
    return receipt.gas_used


@pytest.mark.parametrize("results", list(Results))
def test_closing_costs_the_same_after_two_results_and_after_hundreds(results):
    few = closing_gas(["a", "a", "b"], results)
    many_groups = [str(number) for number in range(300)]
    assert closing_gas([*many_groups, "0"], results) == few
    assert closing_gas(["a"] * 300 + ["b"], results) == few


def test_counting_costs_the_same_whatever_was_counted_before():
    names = [f"{number:03}" for number in range(100, 300)]
    _, _, counted = ended([*names, *names[:1] * 200], Results.WEIGHTS)
    # But for the first one, which writes what was zero, and the last, which ends Committing.
    for group in (counted[1:200], counted[202:-1]):
        assert len({receipt.gas_used for receipt in group}) == 1
