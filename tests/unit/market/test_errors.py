"""Everything that is refused is refused by its own name, and every name is reached."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from system.chain.abi import call_data
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.jobs import market, registry
from system.jobs.board import authorising
from system.jobs.market import Privacy, Results
from system.weights.digest import chained_digest
from tests.unit.market.house import DEPOSIT, GAS, WEIGHTS, House, result, secret, terms

# Who sends what; the contract behind the caller has to refuse it.
Attempt = tuple[str, Call]
BY_HASH = {"results": Results.HASH}
SEALED = {"privacy": Privacy.SEALED}
PLAIN = {"privacy": Privacy.PLAIN}
GOOD = result("good")


def not_server(house: House, call: Call) -> Attempt:
    return house.worker(), call


def completing(house: House, worker: str, job: int) -> Call:
    data = call_data("complete(address,uint64,uint32,bytes32)", worker, job, 1, bytes(32))
    return Call(house.market, data, GAS)


def with_terms(**changes: object) -> Callable[[House], Attempt]:
    return lambda house: (house.server, market.deploying(house.market, terms(**changes)))


def second_job(house: House) -> Attempt:
    house.deployed()
    return house.server, market.deploying(house.market, terms())


def too_little_escrow(house: House) -> Attempt:
    call = market.deploying(house.market, terms())
    return house.server, Call(call.to, call.data, call.gas, value=call.value - 1)


def wrong_deposit(house: House) -> Attempt:
    job = house.started()
    return house.worker(), market.picking(house.market, job, deposit=DEPOSIT + 1)


def chunk_out_of_order(house: House) -> Attempt:
    job = house.deployed(terms(chunk_count=3))
    return house.server, market.publishing(house.market, WEIGHTS * 2, job=job)[1]


def other_weights(house: House) -> Attempt:
    return house.server, market.publishing(house.market, [b"others"], job=house.deployed())[0]


def published_again(house: House) -> Attempt:
    batch = {"batch_chunks": 1, "batch_digest": chained_digest(WEIGHTS)}
    job = house.started(terms(**batch))
    return house.server, market.publishing(house.market, WEIGHTS, job=job)[0]


def published_late(house: House) -> Attempt:
    job = house.deployed()
    house.evm.mine(terms().publish_blocks)
    return house.server, market.publishing(house.market, WEIGHTS, job=job)[0]


def picked_before_the_weights(house: House) -> Attempt:
    return house.worker(), house.picking(house.deployed())


def picked_late(house: House) -> Attempt:
    job = house.started()
    house.evm.mine(terms().commit_blocks)
    return house.worker(), house.picking(job)


def one_too_many(house: House) -> Attempt:
    job = house.started(terms(seats=1))
    house.picked(job, house.worker())
    return house.worker(), house.picking(job)


def unregistered(house: House) -> Attempt:
    return house.evm.account(), house.picking(house.started())


def picked_twice(house: House) -> Attempt:
    job, worker = house.started(), house.worker()
    house.picked(job, worker)
    return worker, house.picking(job)


def left_while_busy(house: House) -> Attempt:
    worker = house.worker()
    house.picked(house.started(), worker)
    return worker, registry.leaving(house.registry)


def picked_unknown(house: House) -> Attempt:
    return house.worker(), market.picking(house.market, 7, deposit=0)


def cancelled_after_a_pick(house: House) -> Attempt:
    job = house.started()
    house.picked(job, house.worker())
    return house.server, market.cancelling(house.market, job)


def empty_commitment(house: House) -> Attempt:
    job, worker = house.started(), house.worker()
    house.picked(job, worker)
    return worker, market.committing(house.market, job, commitment=bytes(32))


def committed_without_a_seat(house: House) -> Attempt:
    worker = house.worker()
    return worker, house.committing(house.started(), worker, GOOD)


def committed_twice(house: House) -> Attempt:
    job, worker = house.started(), house.worker()
    house.bind(job, worker, GOOD)
    return worker, house.committing(job, worker, GOOD)


def committed_late(house: House) -> Attempt:
    job, worker = house.started(), house.worker()
    house.picked(job, worker)
    house.evm.mine(terms().commit_blocks)
    return worker, house.committing(job, worker, GOOD)


def committed_plainly(house: House) -> Attempt:
    job, worker = house.started(terms(**PLAIN)), house.worker()
    house.picked(job, worker)
    return worker, house.committing(job, worker, GOOD)


def opened_plainly(house: House) -> Attempt:
    job, worker = house.started(terms(**PLAIN)), house.worker()
    house.picked(job, worker)
    return worker, house.opening(job, worker, GOOD)


def opened_early(house: House) -> Attempt:
    job, worker = house.started(), house.worker()
    house.bind(job, worker, GOOD)
    return worker, house.opening(job, worker, GOOD)


def opened_late(house: House) -> Attempt:
    job, worker = revealing(house)
    house.evm.mine(terms().reveal_blocks)
    return worker, house.opening(job, worker, GOOD)


def opened_something_else(house: House) -> Attempt:
    job, worker = revealing(house)
    return worker, house.opening(job, worker, result("bad"))


def opened_with_another_secret(house: House) -> Attempt:
    job, worker = revealing(house)
    digest = chained_digest(GOOD)
    return worker, market.opening(house.market, job, digest=digest, secret=bytes(32))


def opened_somebody_elses(house: House) -> Attempt:
    """A thief that copied the commitment itself and knows its secret once it is opened."""
    job, worker = house.started(), house.worker()
    thief = house.worker()
    house.picked(job, worker)
    house.picked(job, thief)
    house.send(worker, house.committing(job, worker, GOOD))
    house.send(thief, house.committing(job, worker, GOOD))
    house.evm.mine(terms().commit_blocks)
    house.reveal(job, worker, GOOD)
    digest = chained_digest(GOOD)
    return thief, market.opening(house.market, job, digest=digest, secret=secret(worker))


def opened_twice(house: House) -> Attempt:
    job, worker = revealing(house)
    house.send(worker, house.opening(job, worker, GOOD))
    return worker, house.opening(job, worker, GOOD)


def opened_after_claiming(house: House) -> Attempt:
    job, worker = paid(house)
    house.send(worker, market.claiming(house.market, job))
    return worker, house.opening(job, worker, GOOD)


def opened_without_a_commitment(house: House) -> Attempt:
    job, worker = house.started(), house.worker()
    house.picked(job, worker)
    house.bind(job, house.worker(), GOOD)
    house.evm.mine(terms().commit_blocks)
    return worker, house.opening(job, worker, GOOD)


def weights_before_the_opening(house: House) -> Attempt:
    job, worker = revealing(house)
    return worker, house.carrying(job, GOOD)[0]


def weights_while_others_commit(house: House) -> Attempt:
    job, worker = house.started(), house.worker()
    house.bind(job, worker, GOOD)
    return worker, house.carrying(job, GOOD)[0]


def weights_of_a_stranger(house: House) -> Attempt:
    job, _ = revealing(house)
    return house.worker(), house.carrying(job, GOOD)[0]


def other_weights_than_opened(house: House) -> Attempt:
    job, worker = revealing(house)
    house.send(worker, house.opening(job, worker, GOOD))
    return worker, house.carrying(job, [b"others"])[0]


def returned_twice(house: House) -> Attempt:
    job, worker = revealing(house)
    house.reveal(job, worker, GOOD)
    return worker, house.carrying(job, GOOD)[0]


def returned_late(house: House) -> Attempt:
    job, worker = revealing(house)
    house.send(worker, house.opening(job, worker, GOOD), house.carrying(job, GOOD)[0])
    house.evm.mine(terms().reveal_blocks)
    return worker, house.carrying(job, GOOD)[1]


def sealed_without_a_commitment(house: House) -> Attempt:
    job, worker = house.started(terms(**SEALED)), house.worker()
    house.picked(job, worker)
    return worker, house.carrying(job, GOOD)[0]


def key_without_its_ciphertext(house: House) -> Attempt:
    job, worker = house.started(terms(**SEALED)), house.worker()
    house.picked(job, worker)
    house.send(worker, house.committing(job, worker, GOOD))
    house.bind(job, house.worker(), GOOD)
    house.evm.mine(terms().commit_blocks)
    return worker, house.opening(job, worker, GOOD)


def delivered_out_of_turn(house: House) -> Attempt:
    job, _, second = delivering(house)
    return second, house.carrying(job, GOOD)[0]


def delivered_after_its_turn(house: House) -> Attempt:
    job, first, _ = delivering(house)
    house.evm.mine(terms().delivery_blocks)
    return first, house.carrying(job, GOOD)[0]


def delivered_other_weights(house: House) -> Attempt:
    job, first, _ = delivering(house)
    return first, house.carrying(job, [b"others"])[0]


def delivered_by_a_stranger(house: House) -> Attempt:
    job, _, _ = delivering(house)
    return house.worker(), house.carrying(job, GOOD)[0]


def delivered_twice(house: House) -> Attempt:
    job, first, _ = delivering(house)
    house.send(first, *house.carrying(job, GOOD))
    return first, house.carrying(job, GOOD)[0]


def delivered_before_the_verdict(house: House) -> Attempt:
    job, worker = revealing(house, **BY_HASH)
    return worker, house.carrying(job, GOOD)[0]


def closed_early(house: House) -> Attempt:
    job, worker = revealing(house)
    return worker, market.closing(house.market, job)


def closed_twice(house: House) -> Attempt:
    job, worker = paid(house)
    return worker, market.closing(house.market, job)


def claimed_early(house: House) -> Attempt:
    job, worker = revealing(house)
    return worker, market.claiming(house.market, job)


def claimed_by_a_stranger(house: House) -> Attempt:
    job, _ = paid(house)
    return house.worker(), market.claiming(house.market, job)


def claimed_twice(house: House) -> Attempt:
    job, worker = paid(house)
    house.send(worker, market.claiming(house.market, job))
    return worker, market.claiming(house.market, job)


def withdrawn_twice(house: House) -> Attempt:
    job, worker = paid(house)
    house.paid_out(worker, job)
    return worker, market.withdrawing(house.market)


def joined_twice(house: House) -> Attempt:
    return house.worker(), registry.joining(house.registry)


def left_twice(house: House) -> Attempt:
    worker = house.worker()
    house.send(worker, registry.leaving(house.registry))
    return worker, registry.leaving(house.registry)


def engaged_by_hand(house: House) -> Attempt:
    worker = house.worker()
    data = call_data("engage(address,uint64)", worker, 1)
    return worker, Call(house.registry, data, GAS)


def revealing(house: House, **changes: object) -> tuple[int, str]:
    """A job that is Revealing, and its one bound worker."""
    job, worker = house.started(terms(**changes)), house.worker()
    house.bind(job, worker, GOOD)
    house.evm.mine(terms().commit_blocks)
    return job, worker


def delivering(house: House) -> tuple[int, str, str]:
    """A job that is Delivering, and the two winners by their turn."""
    job = house.started(terms(**BY_HASH, seats=2))
    first, second = house.worker(), house.worker()
    for worker in (first, second):
        house.bind(job, worker, GOOD)
    for worker in (first, second):
        house.reveal(job, worker, GOOD)
    return job, first, second


def paid(house: House) -> tuple[int, str]:
    """A closed job, and its one winner, which has not claimed yet."""
    job, worker = revealing(house)
    house.reveal(job, worker, GOOD)
    house.closed(job)
    return job, worker


ATTEMPTS: list[tuple[str, Callable[[House], Attempt]]] = [
    ("NotServer", lambda house: not_server(house, market.deploying(house.market, terms()))),
    ("NotServer", lambda house: not_server(house, authorising(house.market, house.store))),
    ("NotServer", lambda house: not_server(house, market.cancelling(house.market, 1))),
    ("NotServer", lambda h: not_server(h, market.publishing(h.market, WEIGHTS, job=1)[0])),
    ("NotServer", lambda h: not_server(h, market.publishing_batch(h.market, WEIGHTS, job=1)[0])),
    ("NotServer", lambda h: not_server(h, registry.appointing(h.registry, h.market))),
    ("NotStore", lambda house: (house.server, completing(house, house.worker(), 1))),
    ("TooManyJobs", second_job),
    ("EmptyJob", with_terms(seats=0)),
    ("EmptyJob", with_terms(weight_count=0)),
    ("EmptyJob", with_terms(chunk_count=0)),
    ("EmptyJob", with_terms(result_chunk_bytes=0)),
    ("EmptyJob", with_terms(batch_chunks=1)),
    ("EmptyJob", with_terms(batch_digest=b"\x01" * 32)),
    ("QuorumOutOfRange", with_terms(quorum=0)),
    ("QuorumOutOfRange", with_terms(quorum=4)),
    *(("NoTime", with_terms(**{f"{phase}_blocks": 0}))
      for phase in ("publish", "commit", "reveal", "delivery")),
    ("NothingToSeal", with_terms(**SEALED, **BY_HASH)),
    ("WrongValue", too_little_escrow),
    ("WrongValue", wrong_deposit),
    ("WrongChunk", chunk_out_of_order),
    ("WrongDigest", other_weights),
    ("WrongDigest", delivered_other_weights),
    ("AlreadyPublished", published_again),
    ("UnknownJob", picked_unknown),
    ("UnknownJob", lambda house: (house.server, market.cancelling(house.market, 1))),
    ("UnknownJob", lambda house: (house.server, market.closing(house.market, 1))),
    ("UnknownJob", lambda house: (house.server, market.claiming(house.market, 1))),
    ("TooEarly", picked_before_the_weights),
    ("TooEarly", opened_early),
    ("TooEarly", weights_while_others_commit),
    ("TooEarly", delivered_before_the_verdict),
    ("TooEarly", closed_early),
    ("TooEarly", claimed_early),
    ("TooLate", published_late),
    ("TooLate", picked_late),
    ("TooLate", committed_late),
    ("TooLate", opened_late),
    ("TooLate", returned_late),
    ("TooLate", delivered_twice),
    ("TooLate", closed_twice),
    ("NoSeatLeft", one_too_many),
    ("NotRegistered", unregistered),
    ("NotRegistered", left_twice),
    ("Busy", picked_twice),
    ("Busy", left_while_busy),
    ("PickedUp", cancelled_after_a_pick),
    ("EmptyCommitment", empty_commitment),
    ("NoSeat", committed_without_a_seat),
    ("NoSeat", weights_of_a_stranger),
    ("NoSeat", delivered_by_a_stranger),
    ("AlreadyDone", committed_twice),
    ("AlreadyDone", opened_twice),
    ("AlreadyDone", opened_after_claiming),
    ("AlreadyDone", returned_twice),
    ("OutOfOrder", opened_without_a_commitment),
    ("OutOfOrder", weights_before_the_opening),
    ("OutOfOrder", sealed_without_a_commitment),
    ("OutOfOrder", key_without_its_ciphertext),
    ("CommitmentMismatch", opened_something_else),
    ("CommitmentMismatch", opened_with_another_secret),
    ("CommitmentMismatch", opened_somebody_elses),
    ("CommitmentMismatch", other_weights_than_opened),
    ("NotInThisMode", committed_plainly),
    ("NotInThisMode", opened_plainly),
    ("NotYourTurn", delivered_out_of_turn),
    ("NotYourTurn", delivered_after_its_turn),
    ("NothingOwed", claimed_by_a_stranger),
    ("NothingOwed", claimed_twice),
    ("NothingToWithdraw", withdrawn_twice),
    ("AlreadyRegistered", joined_twice),
    ("NotMarket", engaged_by_hand),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "attempt"),
    ATTEMPTS,
    ids=[f"{name}-{attempt.__name__}" for name, attempt in ATTEMPTS],
)
def test_what_is_not_allowed_is_refused_by_name(name, attempt):
    house = House.built()
    sender, call = attempt(house)
    before = house.evm.balance(house.market)
    assert house.evm.refusal(sender, call) == name
    assert house.evm.balance(house.market) == before


def test_every_error_of_the_contracts_is_reached():
    # The reentrant withdrawal has a file of its own.
    tried = {name for name, _ in ATTEMPTS} | {"NotTaken"}
    declared = {
        entry["name"]
        for contract in ("JobMarket", "WorkerRegistry")
        for entry in artifact(contract).abi
        if entry["type"] == "error"
    }
    assert tried == declared
