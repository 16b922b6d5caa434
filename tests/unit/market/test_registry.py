"""The registry: a set of workers that join, leave, and are busy."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from system.chain.abi import view
from system.jobs import market, registry
from tests.unit.market.house import House, result, terms


def listed(house: House) -> set[str]:
    """The workers, by their places."""
    size = registry.worker_count(house.evm, house.registry)
    places = [
        view(house.evm, house.registry, "workerAt(uint64)", i, returns=["address"])[0]
        for i in range(size + 1)
    ]
    assert int(places.pop(), 16) == 0
    assert len(set(places)) == size
    return set(places)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=25))
def test_the_set_is_who_joined_and_did_not_leave(toggles):
    house = House.built()
    accounts = [house.evm.account() for _ in range(6)]
    inside: set[str] = set()
    for number in toggles:
        account = accounts[number]
        step = registry.leaving if account in inside else registry.joining
        house.send(account, step(house.registry))
        inside ^= {account}
        assert listed(house) == {one.lower() for one in inside}
    for account in accounts:
        assert registry.is_registered(house.evm, house.registry, account) == (account in inside)


def test_a_worker_is_busy_from_its_pick_to_the_close():
    house = House.built()
    worker = house.worker()
    assert registry.engagement_of(house.evm, house.registry, worker)[1] == 0
    job = house.started(terms(seats=1))
    house.bind(job, worker, result("g"))
    place = registry.engagement_of(house.evm, house.registry, worker)
    assert place == (house.market, job)
    house.reveal(job, worker, result("g"))
    assert registry.engagement_of(house.evm, house.registry, worker) == place
    house.closed(job)
    assert registry.engagement_of(house.evm, house.registry, worker)[1] == 0
    house.send(worker, registry.leaving(house.registry))


def test_a_worker_busy_in_one_job_picks_up_no_other():
    house = House.built(limit=2)
    first, second = house.started(), house.started()
    worker = house.worker()
    house.picked(first, worker)
    assert house.evm.refusal(worker, house.picking(second)) == "Busy"
    house.evm.mine(terms().commit_blocks)
    house.closed(first)
    # The other one ended, too, in the meantime; a third one is free to pick up.
    house.closed(second)
    house.picked(house.started(), worker)


def test_who_left_still_has_what_it_earned():
    house = House.built()
    worker, job = house.worker(), house.started(terms(seats=1))
    house.bind(job, worker, result("g"))
    house.reveal(job, worker, result("g"))
    house.closed(job)
    house.send(worker, registry.leaving(house.registry))
    assert house.paid_out(worker, job) == terms().payment + terms().deposit


def test_two_markets_share_a_registry():
    house = House.built()
    other = House.built(evm=house.evm)
    house.send(house.server, registry.appointing(house.registry, other.market))
    worker = house.worker()
    house.picked(house.started(), worker)
    job = other.started()
    # The other market asks its own registry, where the worker has not joined.
    call = market.picking(other.market, job, deposit=terms().deposit)
    assert house.evm.refusal(worker, call) == "NotRegistered"
