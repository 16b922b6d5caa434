"""Models and credits from the chain alone, and what is no proof of either."""

from __future__ import annotations

import pytest

from system.bounties import market
from system.bounties.credits import Reason
from system.bounties.ledger import Books, Movement, Unbalanced, booked, movements
from system.bounties.reader import postings, publications, read_model
from system.bounties.terms import NO_MODEL, Phase
from system.chain.compiler import artifact
from system.jobs.board import authorising
from system.jobs.reader import NotRecovered
from system.jobs.stores import STORES
from tests.unit.bounties.house import CHUNK_BYTES, TERMS, House, digest, model, terms


@pytest.fixture
def house() -> House:
    return House.built()


def stores(house: House) -> dict[str, str]:
    return {house.store: "calldata"}


def test_a_model_is_put_together_from_any_store(house):
    store = house.chain.evm.deploy(
        artifact(STORES["event"].contract), house.market, sender=house.operator
    )
    house.send(house.operator, authorising(house.market, store))
    job, solver = house.posted(house.member()), house.member()
    house.announced(job, {solver: 1})
    house.wait_for(job, Phase.PUBLISHING)
    carried = {"job": job, "chunk_bytes": CHUNK_BYTES}
    # Begun in one store and finished in another: what counts is where it is whole.
    house.send(solver, *house.publishing(job, solver)[:2])
    house.send(solver, *market.publishing(store, "event", model(solver), **carried))
    [made] = publications(house.chain, house.market, job)
    assert (made.solver, made.turn, made.store, made.chunks) == (solver, 0, store, 3)
    assert made.digest == digest(solver)
    payload = read_model(house.chain, house.market, job, stores={store.lower(): "event"})
    assert payload == model(solver)
    with pytest.raises(NotRecovered, match=f"store {store}, which was not named"):
        read_model(house.chain, house.market, job, stores=stores(house))


def test_of_several_turns_each_has_its_model(house):
    liar, honest, first, second = (house.member() for _ in range(4))
    job = house.posted(house.member())
    house.announced(job, {liar: 1, honest: 2})
    house.published(job)
    house.voted(job, {first: NO_MODEL, second: NO_MODEL})
    house.settled(job)
    house.send(honest, market.claiming(house.market, job))
    house.published(job)
    place = (house.chain, house.market, job)
    assert read_model(*place, stores=stores(house)) == model(honest)
    assert read_model(*place, stores=stores(house), turn=0) == model(liar)
    with pytest.raises(NotRecovered, match="has no published model"):
        read_model(*place, stores=stores(house), turn=2)


def test_what_was_published_only_in_part_is_no_model(house):
    job, solver = house.posted(house.member()), house.member()
    house.announced(job, {solver: 1})
    house.wait_for(job, Phase.PUBLISHING)
    house.send(solver, *house.publishing(job, solver)[:2])
    with pytest.raises(NotRecovered, match="wait for its winner"):
        read_model(house.chain, house.market, job, stores=stores(house))


def test_a_model_whose_bytes_were_changed_on_the_way_is_refused(house):
    job, solver = house.posted(house.member()), house.member()
    house.announced(job, {solver: 1})
    house.published(job)
    for number, data in house.chain.inputs.items():
        house.chain.inputs[number] = data.replace(b"weights", b"weight5")
    with pytest.raises(NotRecovered, match="chunks on the chain have the digest"):
        read_model(house.chain, house.market, job, stores=stores(house))


def test_jobs_are_found_with_their_tasks(house):
    first, second = house.member(), house.member()
    house.posted(first)
    house.posted(second, terms(bounty=8, fee=0))
    found = postings(house.chain, house.market)
    assert [(one.job, one.owner, one.terms) for one in found] == [
        (1, first, TERMS),
        (2, second, terms(bounty=8, fee=0)),
    ]


def test_books_without_their_beginning_don_t_balance(house):
    house.posted(house.member())
    moved = movements(house.chain, house.market)
    assert booked(moved).conserved
    with pytest.raises(Unbalanced, match="read from an earlier block"):
        booked(moved[1:])


def test_a_guarantee_that_never_arrives_is_noticed():
    books = Books()
    books.book(Movement("0xA", 0, Reason.ALLOTTED, 5, 0))
    books.book(Movement("0xA", 0, Reason.GUARANTEED, 5, 0))
    assert books.total == 5
    assert not books.conserved
    books.book(Movement("0xB", 0, Reason.TRUSTED, 0, 5))
    assert books.conserved
    with pytest.raises(Unbalanced):
        books.book(Movement("0xC", 0, Reason.TRUSTED, 0, 1))
