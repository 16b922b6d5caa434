"""Who may do what on the board, and in which order results come in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pytest

from system.chain.abi import call_data, error_signatures, error_text, view
from system.chain.compiler import artifact, compile_all
from system.chain.deploy import deploy
from system.chain.keys import derive_key
from system.chain.receipts import Reverted, revert_reason, wait_for_receipt
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call, Sender, hand_over, send, send_all
from system.jobs.board import (
    JOIN_GAS,
    WEIGHTS_HANDED,
    Assignment,
    assignment_of,
    assignment_request,
    current_job,
    deploy_board,
    job_of,
    join_calldata,
    leave_calldata,
    publish_weights,
    read_assignment,
)
from system.jobs.calldata import (
    publish_chunk_calldata,
    submit_array_calldata,
    submit_calldata,
    submit_digest_calldata,
)
from system.jobs.counter import INCREMENT_GAS, deploy_counter, increment_calldata, read_count
from system.jobs.reader import NotRecovered, read_submission, read_weights
from system.jobs.store import Progress, deploy_store, digest_of, progress_of
from system.weights.digest import chained_digest

pytestmark = pytest.mark.chain

GAS = 400_000
NOBODY = "0x" + "00" * 19 + "01"
_numbers = count()


@dataclass(frozen=True)
class House:
    rpc: Rpc
    server: Sender
    board: str
    store: str


def account(rpc: Rpc) -> Sender:
    key = derive_key("contracts", "worker", next(_numbers))
    return Sender(rpc, key, int(rpc.call("eth_chainId"), 16))


@pytest.fixture(scope="module")
def house(instant) -> House:
    """A board with one job and one store."""
    rpc = Rpc(instant.endpoints[0])
    server = account(rpc)
    board = deploy_board(server).address
    store = deploy_store(server, "calldata", board).address
    publish_weights(server, board, [b"first"], weights=1)
    return House(rpc, server, board, store)


@pytest.fixture
def worker(house) -> Sender:
    """A worker that has joined."""
    sender = account(house.rpc)
    send(sender, Call(house.board, join_calldata(), JOIN_GAS))
    return sender


def chunk(data: bytes, index: int, of: int, sequence: int = 0) -> bytes:
    return submit_calldata(data, sequence=sequence, index=index, count=of)


def refusal(rpc: Rpc, sender: str, to: str, data: bytes) -> str:
    """Why a call would revert if that account sent it now."""
    errors = error_signatures(artifact.abi for artifact in compile_all().values())
    call = {"from": sender, "to": to, "data": "0x" + data.hex(), "gas": hex(10_000_000)}
    with pytest.raises(RpcError) as raised:
        rpc.call("eth_call", call, "latest")
    return error_text(raised.value.data, errors)


def outcomes(sender: Sender, to: str, data: list[bytes]) -> list[str]:
    """ "" for each transaction that succeeded, else the error's name; handed over together."""
    hashes = hand_over(sender, [Call(to, one, GAS) for one in data])
    return [outcome(sender.rpc, one) for one in hashes]


def outcome(rpc: Rpc, transaction: str) -> str:
    try:
        wait_for_receipt(rpc, transaction)
    except Reverted as error:
        return error.name
    return ""


def test_every_increment_counts(house):
    counter = deploy_counter(house.server).address
    call = Call(counter, increment_calldata(), INCREMENT_GAS)
    receipts = send_all(house.server, [call, call, call])
    assert read_count(house.rpc, counter) == 3
    assert [int(receipt["logs"][0]["data"], 16) for receipt in receipts] == [1, 2, 3]
    assert max(int(receipt["gasUsed"], 16) for receipt in receipts) <= INCREMENT_GAS


@pytest.mark.parametrize(
    "data",
    [
        call_data("authorise(address)", NOBODY),
        call_data("publish(uint32,uint32,bytes32)", 1, 1, bytes(32)),
        publish_chunk_calldata(b"x", job=1, index=0),
    ],
)
def test_only_the_server_publishes_and_authorises(house, data):
    stranger = account(house.rpc).address
    assert refusal(house.rpc, stranger, house.board, data) == f"NotServer({stranger.lower()})"


def test_only_authorised_stores_return_results(house, worker):
    data = call_data("complete(address,uint64,uint32,bytes32)", worker.address, 0, 1, bytes(32))
    expected = f"NotStore({worker.address.lower()})"
    assert refusal(house.rpc, worker.address, house.board, data) == expected
    foreign = deploy(
        house.rpc,
        artifact("CalldataStore"),
        house.board,
        key=worker.key,
        chain_id=worker.chain_id,
    ).address
    said = refusal(house.rpc, worker.address, foreign, chunk(b"x", 0, 1))
    assert said == f"NotStore({foreign.lower()})"


def test_there_is_nothing_to_join_before_the_first_job(house):
    empty = deploy_board(house.server).address
    assert refusal(house.rpc, NOBODY, empty, join_calldata()) == "NoJob()"
    assert current_job(house.rpc, empty) == 0


def test_joining_twice_and_leaving_without_joining(house, worker):
    said = refusal(house.rpc, worker.address, house.board, join_calldata())
    assert said == f"AlreadyRegistered({worker.address.lower()})"
    said = refusal(house.rpc, NOBODY, house.board, leave_calldata())
    assert said == f"NotRegistered({NOBODY})"


def test_new_weights_come_only_for_a_result(house, worker):
    before = assignment_of(house.rpc, house.board, worker.address)
    assert before.job == current_job(house.rpc, house.board)
    assert before.sequence == 0
    job = publish_weights(house.server, house.board, [b"se", b"cond"], weights=2)
    assert assignment_of(house.rpc, house.board, worker.address) == before
    receipt = send(worker, Call(house.store, chunk(b"result", 0, 1), GAS))
    after = assignment_of(house.rpc, house.board, worker.address)
    assert after == Assignment(job, before.batch_index + 1, 1)
    [handed] = [log for log in receipt["logs"] if log["topics"][0] == WEIGHTS_HANDED]
    assert int(handed["topics"][2], 16) == job
    assert int(handed["data"], 16) == after.batch_index
    method, params = assignment_request(house.board, worker.address)
    assert read_assignment(house.rpc.call(method, *params)) == after


def test_a_worker_that_leaves_keeps_its_count(house, worker):
    calls = [(house.store, chunk(b"result", 0, 1)), (house.board, leave_calldata())]
    send_all(worker, [Call(to, data, GAS) for to, data in calls])
    assert assignment_of(house.rpc, house.board, worker.address) == Assignment(0, 0, 1)
    said = refusal(house.rpc, worker.address, house.store, chunk(b"more", 0, 1, sequence=1))
    assert said == f"NotRegistered({worker.address.lower()})"
    send(worker, Call(house.board, join_calldata(), JOIN_GAS))
    assert assignment_of(house.rpc, house.board, worker.address).sequence == 1


def test_published_weights_are_read_from_the_chain(house):
    chunks = [bytes(range(100)), bytes(70), b"\xff"]
    job = publish_weights(house.server, house.board, chunks, weights=171)
    published = job_of(house.rpc, house.board, job)
    assert (published.weights, published.chunks, published.next_index) == (171, 3, 3)
    assert published.digest == chained_digest(chunks)
    assert read_weights(house.rpc, house.board, job) == b"".join(chunks)
    with pytest.raises(NotRecovered, match="not published whole"):
        read_weights(house.rpc, house.board, job + 1)


def test_a_publication_keeps_order_and_digest(house):
    opening = call_data("publish(uint32,uint32,bytes32)", 9, 2, chained_digest([b"a", b"b"]))
    send(house.server, Call(house.board, opening, GAS))
    job = job_number(house)
    handed_out = current_job(house.rpc, house.board)

    def parts(*chunks: tuple[bytes, int]) -> list[str]:
        data = [publish_chunk_calldata(one, job=job, index=index) for one, index in chunks]
        return outcomes(house.server, house.board, data)

    assert parts((b"b", 1), (b"a", 0), (b"x", 1)) == ["WrongChunk", "", "WrongDigest"]
    assert current_job(house.rpc, house.board) == handed_out
    assert parts((b"x", 0), (b"a", 0), (b"b", 1)) == ["", "", ""]
    assert current_job(house.rpc, house.board) == job
    assert parts((b"a", 0)) == ["AlreadyPublished"]
    assert read_weights(house.rpc, house.board, job) == b"ab"


def read(house: House, worker: Sender) -> bytes:
    """The worker's first result from the chain."""
    return read_submission(house.rpc, house.store, "calldata", worker=worker.address, sequence=0)


def job_number(house: House) -> int:
    """The newest job opened."""
    job = current_job(house.rpc, house.board)
    while job_of(house.rpc, house.board, job + 1).chunks:
        job += 1
    return job


@pytest.mark.parametrize(("weights", "chunks"), [(0, 1), (1, 0)])
def test_a_job_has_weights_and_chunks(house, weights, chunks):
    data = call_data("publish(uint32,uint32,bytes32)", weights, chunks, bytes(32))
    assert refusal(house.rpc, house.server.address, house.board, data) == "EmptyJob()"


def test_a_job_never_opened_takes_no_chunks(house):
    data = publish_chunk_calldata(b"x", job=999, index=0)
    assert refusal(house.rpc, house.server.address, house.board, data) == "UnknownJob(999)"


def test_the_unregistered_are_refused_at_the_first_chunk_and_at_the_end(house):
    expected = f"NotRegistered({NOBODY})"
    for data in (chunk(b"x", 0, 1), chunk(b"x", 0, 2)):
        assert refusal(house.rpc, NOBODY, house.store, data) == expected


def test_a_result_counts_once(house, worker):
    single = [chunk(b"result", 0, 1), chunk(b"again", 0, 1)]
    assert outcomes(worker, house.store, single) == ["", "WrongSequence"]
    for data in (chunk(b"again", 0, 1), chunk(b"again", 0, 2)):
        assert refusal(house.rpc, worker.address, house.store, data) == "WrongSequence(1, 0)"
    early = chunk(b"early", 0, 1, sequence=5)
    assert refusal(house.rpc, worker.address, house.store, early) == "WrongSequence(1, 5)"
    assert digest_of(house.rpc, house.store, worker.address, 0) == chained_digest([b"result"])


def test_a_worker_that_leaves_amid_a_result_can_t_finish_it(house, worker):
    calls = [
        (house.store, chunk(b"a", 0, 2)),
        (house.board, leave_calldata()),
        (house.store, chunk(b"b", 1, 2)),
    ]
    hashes = hand_over(worker, [Call(to, data, GAS) for to, data in calls])
    assert [outcome(house.rpc, one) for one in hashes] == ["", "", "NotRegistered"]


def test_chunks_come_in_order_and_a_rejected_one_is_followed_by_a_resumed_one(house, worker):
    parts = [b"aa", b"bb", b"cc"]
    begun = [chunk(parts[1], 1, 3), chunk(parts[0], 0, 3), chunk(parts[2], 2, 3)]
    assert outcomes(worker, house.store, begun) == ["WrongChunk", "", "WrongChunk"]
    made = progress_of(house.rpc, house.store, worker.address)
    assert made == Progress(0, 1, 3, chained_digest(parts[:1]))
    for data in (chunk(b"x", 1, 4), chunk(b"x", 1, 3, sequence=1)):  # another result's chunks
        assert refusal(house.rpc, worker.address, house.store, data) == "WrongChunk(0, 1)"
    rest = [chunk(parts[i], i, made.count) for i in range(made.next_index, made.count)]
    assert outcomes(worker, house.store, rest) == ["", ""]
    assert digest_of(house.rpc, house.store, worker.address, 0) == chained_digest(parts)
    assert progress_of(house.rpc, house.store, worker.address).next_index == 3
    assert outcomes(worker, house.store, [chunk(parts[2], 2, 3)]) == ["WrongChunk"]
    assert read(house, worker) == b"aabbcc"


def test_an_unfinished_result_starts_again_from_its_first_chunk(house, worker):
    tried = [chunk(b"old", 0, 3), chunk(b"old", 1, 3), chunk(b"new", 0, 2), chunk(b"er", 1, 2)]
    assert outcomes(worker, house.store, tried) == ["", "", "", ""]
    assert digest_of(house.rpc, house.store, worker.address, 0) == chained_digest([b"new", b"er"])
    assert read(house, worker) == b"newer"


def test_what_follows_a_complete_result_does_not_hide_it(house, worker):
    tried = [chunk(b"a", 0, 4), chunk(b"whole", 0, 1), chunk(b"b", 1, 4)]
    assert outcomes(worker, house.store, tried) == ["", "", ""]
    assert read(house, worker) == b"whole"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (chunk(b"", 0, 1), "EmptyChunk()"),
        (submit_array_calldata(b"", sequence=0, index=0, count=1), "EmptyChunk()"),
        (chunk(b"x", 0, 0), "IndexOutOfRange(0, 0)"),
        (chunk(b"x", 1, 1), "IndexOutOfRange(1, 1)"),
    ],
)
def test_empty_and_impossible_chunks(house, worker, data, expected):
    assert refusal(house.rpc, worker.address, house.store, data) == expected


def test_stores_refuse_what_they_do_not_take(house, worker):
    array = submit_array_calldata(bytes(32), sequence=0, index=0, count=1)
    nothing = submit_digest_calldata(bytes(32), sequence=0, chunks=0, payload_bytes=1)
    stores = {name: deploy_store(house.server, name, house.board) for name in ("hash", "array")}
    for name, data, expected in (
        ("hash", chunk(b"x", 0, 1), "BytesNotTaken()"),
        ("hash", array, "ArrayNotTaken()"),
        ("hash", nothing, "EmptyChunk()"),
        ("array", chunk(b"x", 0, 1), "BytesNotTaken()"),
    ):
        assert refusal(house.rpc, worker.address, stores[name].address, data) == expected


def test_a_failed_transaction_is_told_by_its_error(house):
    stranger = account(house.rpc)
    data = call_data("authorise(address)", NOBODY)
    with pytest.raises(Reverted, match="failed: NotServer") as raised:
        send(stranger, Call(house.board, data, GAS))
    assert raised.value.name == "NotServer"
    assert int(raised.value.receipt["status"], 16) == 0


def test_without_a_tracer_the_reason_is_had_by_running_it_again(house):
    class Plain(Rpc):
        def call(self, method, *params):
            if method.startswith("debug_"):
                raise RpcError(-32601, "the method does not exist")
            return super().call(method, *params)

    stranger = account(house.rpc)
    [sent] = hand_over(stranger, [Call(house.board, leave_calldata(), GAS)])
    assert outcome(house.rpc, sent) == "NotRegistered"
    expected = f"NotRegistered({stranger.address.lower()})"
    assert revert_reason(Plain(house.rpc.url), sent) == expected


def test_running_out_of_gas_has_no_name(house, worker):
    [sent] = hand_over(worker, [Call(house.store, chunk(b"x", 0, 1), 40_000)])
    with pytest.raises(Reverted, match="no reason given"):
        wait_for_receipt(house.rpc, sent)


def test_the_server_is_who_deployed(house):
    [server] = view(house.rpc, house.board, "server()", returns=["address"])
    assert server == house.server.address.lower()
