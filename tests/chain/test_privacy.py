"""Results stay secret until their round closes: what a gate takes, and when, and from whom."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import pytest

from bench.network.running import Network
from system.chain.abi import call_data, view
from system.chain.keys import derive_key
from system.chain.receipts import Reverted
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send, send_all
from system.jobs.board import (
    JOIN_GAS,
    assignment_of,
    deploy_board,
    join_calldata,
    publish_weights,
)
from system.jobs.calldata import submit_calldata
from system.jobs.gates import (
    COMMIT_GAS,
    COMPLETE_GAS,
    OPEN_GAS,
    commit_calldata,
    commitment,
    deploy_gate,
    open_calldata,
    pending,
    seal_context,
)
from system.jobs.reader import NotRecovered, read_submission
from system.jobs.sealed import read_sealed
from system.jobs.store import deploy_store, digest_of
from system.jobs.stores import STORES
from system.weights import codec
from system.weights.digest import chained_digest
from system.weights.errors import Unsealable
from system.weights.sealed import seal

pytestmark = pytest.mark.chain

SALT = b"\x5a" * 32
ENDLESS = 100_000
GAS = 600_000
CHUNK_BYTES = 8_192
_numbers = count()


@dataclass(frozen=True)
class House:
    """A board, a gate before it and one store behind the gate."""

    rpc: Rpc
    server: Sender
    board: str
    gate: str
    store: str


def sender(rpc: Rpc) -> Sender:
    key = derive_key("privacy", "account", next(_numbers))
    return Sender(rpc, key, int(rpc.call("eth_chainId"), 16))


def built(
    node: Network, mode: str, *, rounds: int, reveals: int = ENDLESS, kind: str = "event"
) -> House:
    rpc = Rpc(node.endpoints[0])
    server = sender(rpc)
    board = deploy_board(server).address
    publish_weights(server, board, [b"weights"], weights=1)
    gate = deploy_gate(server, mode, board, round_blocks=rounds, reveal_blocks=reveals).address
    return House(rpc, server, board, gate, deploy_store(server, kind, gate).address)


@pytest.fixture(scope="module")
def quick(instant) -> House:
    """Commit and reveal in rounds of one block."""
    return built(instant, "commit", rounds=1)


@pytest.fixture(scope="module")
def slow(instant) -> House:
    """Commit and reveal in rounds that only the server closes."""
    return built(instant, "commit", rounds=ENDLESS)


@pytest.fixture(scope="module")
def hasty(instant) -> House:
    """Commit and reveal with one block for the round and one to reveal in: always too late."""
    return built(instant, "commit", rounds=1, reveals=1)


@pytest.fixture(scope="module")
def sealing(instant) -> House:
    """Sealed results in rounds of one block."""
    return built(instant, "sealed", rounds=1)


def joined(house: House) -> Sender:
    worker = sender(house.rpc)
    send(worker, Call(house.board, join_calldata(), JOIN_GAS))
    return worker


def committed(
    house: House, worker: Sender, chunks: list[bytes], *, sequence: int = 0, secret: bytes = SALT
) -> bytes:
    return commitment(
        chain_id=worker.chain_id,
        gate=house.gate,
        worker=worker.address,
        sequence=sequence,
        digest=chained_digest(chunks),
        secret=secret,
    )


def commit(house: House, value: bytes, *, sequence: int = 0) -> Call:
    return Call(house.gate, commit_calldata(value, sequence=sequence), COMMIT_GAS)


def opening(house: House, chunks: list[bytes], *, sequence: int = 0, secret: bytes = SALT) -> Call:
    data = open_calldata(chained_digest(chunks), secret, sequence=sequence)
    return Call(house.gate, data, OPEN_GAS)


def carrying(house: House, chunks: list[bytes], *, sequence: int = 0) -> list[Call]:
    return [
        Call(
            house.store,
            submit_calldata(one, sequence=sequence, index=index, count=len(chunks)),
            GAS,
        )
        for index, one in enumerate(chunks)
    ]


def pass_a_block(house: House) -> None:
    """Raft makes a block when there is something to put in."""
    joined(house)


@pytest.mark.parametrize("chunks", [[b"alone"], [b"one", b"two", b"three"]])
def test_committed_weights_come_after_the_close_and_count(quick, chunks):
    worker = joined(quick)
    send(worker, commit(quick, committed(quick, worker, chunks)))
    assert assignment_of(quick.rpc, quick.board, worker.address).sequence == 0
    send_all(worker, [opening(quick, chunks), *carrying(quick, chunks)])
    assert assignment_of(quick.rpc, quick.board, worker.address).sequence == 1
    assert digest_of(quick.rpc, quick.store, worker.address, 0) == chained_digest(chunks)
    payload = read_submission(quick.rpc, quick.store, "event", worker=worker.address, sequence=0)
    assert payload == b"".join(chunks)
    assert pending(quick.rpc, quick.gate, worker.address, 0).round == 0


def test_the_contract_computes_the_same_commitment(quick):
    worker = sender(quick.rpc)
    rng = random.Random(4)
    for _ in range(10):
        sequence, digest, secret = rng.randrange(2**64), rng.randbytes(32), rng.randbytes(32)
        [there] = view(
            quick.rpc,
            quick.gate,
            "commitmentOf(address,uint64,bytes32,bytes32)",
            *(worker.address, sequence, digest, secret),
            returns=["bytes32"],
        )
        assert there == commitment(
            chain_id=worker.chain_id,
            gate=quick.gate,
            worker=worker.address,
            sequence=sequence,
            digest=digest,
            secret=secret,
        )


def test_nothing_is_revealed_before_the_server_closes_the_round(slow):
    worker, chunks = joined(slow), [b"a", b"b"]
    send(worker, commit(slow, committed(slow, worker, chunks)))
    for early in (opening(slow, chunks), carrying(slow, chunks)[0], carrying(slow, [b"ab"])[0]):
        with pytest.raises(Reverted, match="RevealTooEarly"):
            send(worker, early)
    stranger = sender(slow.rpc)
    closing = call_data("closeRound()")
    with pytest.raises(Reverted, match="NotServer"):
        send(stranger, Call(slow.gate, closing, GAS))
    send(slow.server, Call(slow.gate, closing, GAS))
    with pytest.raises(Reverted, match="NoRound"):
        send(slow.server, Call(slow.gate, closing, GAS))
    send_all(worker, [opening(slow, chunks), *carrying(slow, chunks)])
    assert assignment_of(slow.rpc, slow.board, worker.address).sequence == 1


def test_weights_come_only_behind_an_opened_commitment(quick):
    worker, chunks = joined(quick), [b"a", b"b"]
    for one in (chunks, [b"ab"]):
        with pytest.raises(Reverted, match="NoCommitment"):
            send(worker, carrying(quick, one)[0])
    send(worker, commit(quick, committed(quick, worker, chunks)))
    with pytest.raises(Reverted, match="NotOpened"):
        send(worker, carrying(quick, chunks)[0])


def test_a_wrong_salt_and_other_weights_are_refused_by_name(quick):
    worker, chunks = joined(quick), [b"a", b"b"]
    send(worker, commit(quick, committed(quick, worker, chunks)))
    for wrong in (opening(quick, chunks, secret=bytes(32)), opening(quick, [b"x"])):
        with pytest.raises(Reverted, match="CommitmentMismatch"):
            send(worker, wrong)
    send(worker, opening(quick, chunks))
    with pytest.raises(Reverted, match="AlreadyOpened"):
        send(worker, opening(quick, chunks))
    with pytest.raises(Reverted, match="CommitmentMismatch"):  # at the last chunk
        send_all(worker, carrying(quick, [b"a", b"x"]))
    with pytest.raises(Reverted, match="CommitmentMismatch"):  # the same bytes, cut elsewhere
        send_all(worker, carrying(quick, [b"ab"]))
    send_all(worker, carrying(quick, chunks))
    assert assignment_of(quick.rpc, quick.board, worker.address).sequence == 1


def test_a_copied_commitment_opens_for_nobody_else(quick):
    worker, thief, chunks = joined(quick), joined(quick), [b"weights"]
    value = committed(quick, worker, chunks)
    send(worker, commit(quick, value))
    send(thief, commit(quick, value))
    send_all(worker, [opening(quick, chunks), *carrying(quick, chunks)])
    with pytest.raises(Reverted, match="CommitmentMismatch"):
        send(thief, opening(quick, chunks))
    with pytest.raises(Reverted, match="NotOpened"):
        send(thief, carrying(quick, chunks)[0])
    assert assignment_of(quick.rpc, quick.board, thief.address).sequence == 0


def test_a_standing_commitment_can_t_be_replaced_or_cleared(slow):
    worker = joined(slow)
    send(worker, commit(slow, committed(slow, worker, [b"a"])))
    with pytest.raises(Reverted, match="AlreadyCommitted"):
        send(worker, commit(slow, committed(slow, worker, [b"b"])))
    clearing = call_data("forfeit(address,uint64)", worker.address, 0)
    with pytest.raises(Reverted, match="NotVoid"):
        send(sender(slow.rpc), Call(slow.gate, clearing, GAS))
    held = pending(slow.rpc, slow.gate, worker.address, 0)
    assert held.hash == committed(slow, worker, [b"a"])


def test_what_is_not_revealed_in_time_is_void_and_blocks_nobody(hasty):
    worker, chunks = joined(hasty), [b"a"]
    send(worker, commit(hasty, committed(hasty, worker, chunks)))
    pass_a_block(hasty)
    for late in (opening(hasty, chunks), carrying(hasty, chunks)[0]):
        with pytest.raises(Reverted, match="RevealTooLate"):
            send(worker, late)
    clearing = Call(hasty.gate, call_data("forfeit(address,uint64)", worker.address, 0), GAS)
    send(sender(hasty.rpc), clearing)
    assert pending(hasty.rpc, hasty.gate, worker.address, 0).round == 0
    with pytest.raises(Reverted, match="NoCommitment"):
        send(sender(hasty.rpc), clearing)
    # The worker may commit again, and over a void commitment that nobody cleared, too.
    send(worker, commit(hasty, committed(hasty, worker, chunks)))
    pass_a_block(hasty)
    send(worker, commit(hasty, committed(hasty, worker, [b"b"])))
    held = pending(hasty.rpc, hasty.gate, worker.address, 0)
    assert held.hash == committed(hasty, worker, [b"b"])


def test_who_may_commit_and_to_what(quick):
    stranger, worker = sender(quick.rpc), joined(quick)
    with pytest.raises(Reverted, match="NotRegistered"):
        send(stranger, commit(quick, SALT))
    with pytest.raises(Reverted, match="EmptyCommitment"):
        send(worker, commit(quick, bytes(32)))
    send(worker, commit(quick, committed(quick, worker, [b"a"])))
    send_all(worker, [opening(quick, [b"a"]), *carrying(quick, [b"a"])])
    with pytest.raises(Reverted, match=r"WrongSequence\(1, 0\)"):
        send(worker, commit(quick, SALT))


def test_only_the_gate_s_own_stores_complete_a_result(quick):
    worker, chunks = joined(quick), [b"a"]
    data = call_data(
        "complete(address,uint64,uint32,bytes32)", worker.address, 0, 1, chained_digest(chunks)
    )
    for target in (quick.gate, quick.board):
        with pytest.raises(Reverted, match="NotStore"):
            send(worker, Call(target, data, GAS))
    with pytest.raises(Reverted, match="NotServer"):
        send(worker, Call(quick.gate, call_data("authorise(address)", worker.address), GAS))


@pytest.mark.parametrize(("rounds", "reveals"), [(0, 1), (1, 0)])
def test_a_round_lasts_a_block_at_least(quick, rounds, reveals):
    with pytest.raises(Reverted, match="EmptyRound"):
        deploy_gate(quick.server, "commit", quick.board, round_blocks=rounds, reveal_blocks=reveals)


def sealed_calls(
    house: House, worker: Sender, payload: bytes, *, kind: str, words: bool, secret: bytes
) -> tuple[list[Call], Call]:
    """The commitment with the chunks, and the opening."""
    spec = STORES[kind]
    chunks = [bytes(c) for c in spec.chunks(payload, chunk_bytes=CHUNK_BYTES, words=words)]
    data = spec.call_data(payload, sequence=0, chunk_bytes=CHUNK_BYTES, words=words)
    gas = spec.gas(CHUNK_BYTES) + COMPLETE_GAS
    calls = [Call(house.store, one, gas) for one in data]
    value = committed(house, worker, chunks, secret=secret)
    return [commit(house, value), *calls], opening(house, chunks, secret=secret)


def context_of(house: House, worker: Sender) -> bytes:
    return seal_context(
        chain_id=worker.chain_id, store=house.store, worker=worker.address, sequence=0
    )


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        ("calldata", "float32"),
        ("event", "int8+zstd"),
        ("code", "int256"),
        ("storage", "float16"),
        ("array", "int256"),
        ("array", "float32"),
    ],
)
def test_sealed_weights_are_read_from_the_chain_alone(sealing, kind, encoding):
    house = replace(sealing, store=deploy_store(sealing.server, kind, sealing.gate).address)
    worker = joined(house)
    array = np.random.default_rng(3).normal(0, 0.1, 650)
    payload = codec(encoding).encode(array)
    sealed = seal(payload, context=context_of(house, worker))
    calls, reveal = sealed_calls(
        house, worker, sealed.payload, kind=kind, words=encoding == "int256", secret=sealed.key
    )
    send_all(worker, calls)
    where = {"worker": worker.address, "sequence": 0}
    with pytest.raises(NotRecovered, match="not revealed the key"):
        read_sealed(house.rpc, house.store, kind, **where)
    hidden = read_submission(house.rpc, house.store, kind, **where)
    assert hidden == sealed.payload
    send(worker, reveal)
    assert read_sealed(house.rpc, house.store, kind, **where) == payload
    assert pending(house.rpc, house.gate, worker.address, 0).round == 0


@pytest.mark.parametrize(("kind", "encoding"), [("code", "float32"), ("array", "int256")])
def test_committed_weights_are_read_from_the_chain_alone(quick, kind, encoding):
    house = replace(quick, store=deploy_store(quick.server, kind, quick.gate).address)
    worker = joined(house)
    array = np.random.default_rng(3).normal(0, 0.1, 3_000)
    payload = codec(encoding).encode(array)
    [first, *chunks], reveal = sealed_calls(
        house, worker, payload, kind=kind, words=encoding == "int256", secret=SALT
    )
    send(worker, first)
    send_all(worker, [reveal, *chunks])
    found = read_submission(house.rpc, house.store, kind, worker=worker.address, sequence=0)
    assert np.array_equal(codec(encoding).decode(found), codec(encoding).decode(payload))


def test_the_hash_store_takes_a_committed_digest(quick):
    house = replace(quick, store=deploy_store(quick.server, "hash", quick.gate).address)
    worker = joined(house)
    [first, *rest], reveal = sealed_calls(
        house, worker, b"weights", kind="hash", words=False, secret=SALT
    )
    send(worker, first)
    send_all(worker, [reveal, *rest])
    assert digest_of(house.rpc, house.store, worker.address, 0) == chained_digest([b"weights"])


def test_another_key_than_the_committed_one_is_refused_on_chain(sealing):
    worker = joined(sealing)
    sealed = seal(b"weights", context=context_of(sealing, worker))
    calls, reveal = sealed_calls(
        sealing, worker, sealed.payload, kind="event", words=False, secret=sealed.key
    )
    send_all(worker, calls)
    with pytest.raises(Reverted, match="CommitmentMismatch"):
        send(worker, opening(sealing, [sealed.payload], secret=bytes(32)))
    with pytest.raises(Reverted, match="NoCommitment"):
        send(joined(sealing), reveal)
    send(worker, reveal)
    with pytest.raises(Reverted, match="NoCommitment"):
        send(worker, reveal)


def test_a_key_comes_after_its_ciphertext_and_fits_no_other(sealing):
    worker = joined(sealing)
    sealed = seal(b"weights", context=context_of(sealing, worker))
    with pytest.raises(Reverted, match="NoCommitment"):
        send(worker, carrying(sealing, [sealed.payload])[0])
    send(worker, commit(sealing, committed(sealing, worker, [b"other"], secret=sealed.key)))
    with pytest.raises(Reverted, match="NotComplete"):
        send(worker, opening(sealing, [b"other"], secret=sealed.key))
    send(worker, carrying(sealing, [sealed.payload])[0])
    for digest_of_what in ([b"other"], [sealed.payload]):
        with pytest.raises(Reverted, match="CommitmentMismatch"):
            send(worker, opening(sealing, digest_of_what, secret=sealed.key))


def test_a_ciphertext_of_somebody_else_does_not_open(sealing):
    """Its key is public once it is revealed; the place it was sealed for stays the first one's."""
    worker, thief = joined(sealing), joined(sealing)
    sealed = seal(b"weights", context=context_of(sealing, worker))
    for one in (worker, thief):
        calls, reveal = sealed_calls(
            sealing, one, sealed.payload, kind="event", words=False, secret=sealed.key
        )
        send_all(one, calls)
        send(one, reveal)
    where = (sealing.rpc, sealing.store, "event")
    assert read_sealed(*where, worker=worker.address, sequence=0) == b"weights"
    with pytest.raises(Unsealable):
        read_sealed(*where, worker=thief.address, sequence=0)


def test_a_key_is_not_taken_before_the_close(instant):
    house = built(instant, "sealed", rounds=ENDLESS)
    worker = joined(house)
    sealed = seal(b"weights", context=context_of(house, worker))
    calls, reveal = sealed_calls(
        house, worker, sealed.payload, kind="event", words=False, secret=sealed.key
    )
    send_all(worker, calls)
    with pytest.raises(Reverted, match="RevealTooEarly"):
        send(worker, reveal)
    # The next weights came with the ciphertext, and with them the next result may be sealed.
    assert assignment_of(house.rpc, house.board, worker.address).sequence == 1
    send(house.server, Call(house.gate, call_data("closeRound()"), GAS))
    send(worker, reveal)
