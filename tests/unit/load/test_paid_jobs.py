"""Paid jobs under load: phases from events, what each behaviour sends, who gets which seat."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from eth_abi.abi import encode

from bench.load.account import STRIDE, account
from bench.load.session import CellPlan
from bench.load.submission import Submission
from bench.load.workloads.paid.job import Job, job_of
from bench.load.workloads.paid.part import Ended, Part, error_name, is_expected, next_move
from bench.load.workloads.paid.terms import BINDING, PRIVACIES, Supply, terms_of
from bench.load.workloads.paid.workload import PaidWorkload, behaviours_of, models_of
from system.jobs import market
from system.jobs.behaviours import BEHAVIOURS
from system.jobs.market import Outcome, Phase, Privacy
from system.weights.digest import chained_digest
from tests.unit.load.test_outlook import session as plain_session

MARKET, STORE, REGISTRY = ("0x" + digit * 40 for digit in "123")
CELL = CellPlan("a", "650", 650, "int32", "calldata", chunk_bytes=2_000, gas=())


def paid(privacy: str = "commit", **changes):
    cell = replace(CELL, privacy=privacy)
    contracts = {"market": MARKET, "store": STORE, "registry": REGISTRY}
    asked = {"job_size": 3, "users": 9, "rate_per_s": 6.0, "first_block": 100}
    return replace(plain_session(cell), contracts=contracts, **{**asked, **changes})


def log(event: str, job: int, *words: object, worker: str = "") -> dict[str, object]:
    topics = [event, *(["0x" + worker[2:].lower().rjust(64, "0")] if worker else ())]
    raw = b"".join(one if isinstance(one, bytes) else encode(["uint256"], [one]) for one in words)
    return {"address": MARKET, "topics": [*topics, f"0x{job:064x}"], "data": "0x" + raw.hex()}


def part(name: str, number: int, job: Job, **more) -> Part:
    worker = account("paid", process=0, number=number)
    submission = Submission(f"s{number}", "a", worker, [], 0, 0.0, 0.0, open_ended=True)
    return Part(submission, BEHAVIOURS[name], 10, Random(number), job=job, **more)


def started(privacy: Privacy, *, end: int = 110) -> Job:
    job = Job(1, 3, 8, privacy)
    job.hear(log(market.JOB_STARTED, 1, end), 100)
    return job


# -- phases ----------------------------------------------------------------------------------


def test_phases_follow_from_blocks_and_counts():
    job = Job(1, 2, 8, Privacy.COMMIT)
    assert job.phase(101) is Phase.PUBLISHING
    job.hear(log(market.JOB_STARTED, 1, 110), 100)
    assert [job.phase(n) for n in (109, 110, 117)] == [Phase.COMMITTING, *[Phase.ENDED] * 2]
    job.hear(log(market.COMMITTED, 1, b"\1" * 32, worker=STORE), 102)
    assert [job.phase(n) for n in (109, 110, 117, 118)] == [
        Phase.COMMITTING,
        Phase.REVEALING,
        Phase.REVEALING,
        Phase.ENDED,
    ]
    job.hear(log(market.COMMITTED, 1, b"\2" * 32, worker=MARKET), 103)
    job.hear(log(market.COMMITS_CLOSED, 1, 103), 103)
    assert (job.phase(104), job.ends_at(104)) == (Phase.REVEALING, 111)
    job.hear(log(market.COUNTED, 1, b"\5" * 32, 1, worker=STORE), 105)
    assert job.phase(106) is Phase.REVEALING
    job.hear(log(market.COUNTED, 1, b"\5" * 32, 2, worker=MARKET), 106)
    assert job.phase(107) is Phase.ENDED
    job.hear(log(market.JOB_CLOSED, 1, Outcome.WON, b"\5" * 32, 2, 0), 108)
    assert job.phase(109) is Phase.CLOSED
    assert job.owes(STORE)
    assert not job.owes(REGISTRY)


@pytest.mark.parametrize(
    ("outcome", "mine", "owed"),
    [
        (Outcome.WON, b"\5", True),
        (Outcome.WON, b"\6", False),
        (Outcome.VOID, b"\6", True),
        (Outcome.TIED, b"\5", False),
    ],
)
def test_who_is_owed_wei(outcome, mine, owed):
    job = started(Privacy.PLAIN)
    job.hear(log(market.COUNTED, 1, mine * 32, 1, worker=STORE), 102)
    job.hear(log(market.JOB_CLOSED, 1, outcome, b"\5" * 32, 1, 0), 103)
    assert job.owes(STORE) is owed


def test_seats_are_free_only_while_there_is_time_to_bind_oneself():
    job = started(Privacy.COMMIT, end=110)
    assert job.free(110 - BINDING, least_blocks=BINDING) == 3
    assert job.free(111 - BINDING, least_blocks=BINDING) == 0
    job.given = 2
    assert job.free(101, least_blocks=BINDING) == 1


def test_an_event_names_its_job():
    assert job_of(log(market.JOB_STARTED, 7, 1)) == 7
    assert job_of(log(market.PICKED, 9, 1, worker=STORE)) == 9


# -- behaviours ------------------------------------------------------------------------------

# How many transactions each sends before the close, by privacy: 650 int32 weights are two chunks.
SENT = {
    ("honest", "commit"): 2 + 3,
    ("honest", "sealed"): 4 + 1,
    ("honest", "plain"): 3,
    ("silent", "commit"): 1,
    ("silent", "sealed"): 1,
    ("silent", "plain"): 1,
    ("grief", "commit"): 2,
    ("grief", "sealed"): 4,
    ("grief", "plain"): 3,
    ("collude", "commit"): 2 + 3,
    ("random", "sealed"): 4 + 1,
    ("flip", "plain"): 3,
    ("copycat", "commit"): 1 + 1 + 1,
    ("copycat", "sealed"): 1 + 3 + 1,
    ("copycat", "plain"): 1 + 2,
}


def play(parts: list[Part], job: Job, models) -> Counter[int]:
    """Let all act, each transaction mined in the block it was sent for; how many each sent."""
    sent: Counter[int] = Counter()
    for block in range(101, 140):
        mined = []
        for one in parts:
            move = next_move(one, parts, models, block)
            if isinstance(move, Ended):
                assert move.outcome == "included", move
                continue
            sent[one.worker.index] += len(move)
            mined += [(one, call) for call in move]
        for one, call in mined:
            _mine(one, call, job, models, block)
        if job.phase(block + 1) is Phase.ENDED:
            job.hear(log(market.JOB_CLOSED, 1, Outcome.TIED, bytes(32), 0, 0), block)
            return sent
    raise AssertionError("the job never ended")


def _mine(one: Part, call, job: Job, models, block: int) -> None:
    """The events of a transaction that succeeds; a copycat's opening does not."""
    kind = call.data[:4]
    who = {"worker": one.worker.address}
    honest = models.of(one.worker, one.behaviour, 1)
    if kind == market.picking(MARKET, 1, deposit=0).data[:4]:
        job.hear(log(market.PICKED, 1, 1, **who), block)
        assert call.value == 10
    elif kind == market.committing(MARKET, 1, commitment=bytes(32)).data[:4]:
        job.hear(log(market.COMMITTED, 1, call.data[36:], **who), block)
    elif kind == market.opening(MARKET, 1, digest=bytes(32), secret=bytes(32)).data[:4]:
        if not one.behaviour.copies:
            job.hear(log(market.OPENED, 1, call.data[36:68], call.data[68:], **who), block)
            if job.privacy is Privacy.SEALED:
                job.hear(log(market.COUNTED, 1, honest.digest, 1, **who), block)
    elif int.from_bytes(call.data[36:68]) == 1:  # the second chunk of two
        sealed = job.privacy is Privacy.SEALED
        event = market.SEALED if sealed else market.COUNTED
        job.hear(log(event, 1, honest.digest, *(() if sealed else (1,)), **who), block)


@pytest.mark.parametrize(("name", "privacy"), sorted(SENT))
def test_each_behaviour_sends_what_it_stands_for(name, privacy):
    models, job = models_of(paid(privacy)), started(PRIVACIES[privacy])
    parts = [part("honest", 0, job), part("honest", 1, job), part(name, 2, job)]
    sent = play(parts, job, models)
    assert sent == {0: SENT["honest", privacy], 1: SENT["honest", privacy], 2: SENT[name, privacy]}


def test_who_crashes_leaves_in_the_middle():
    models, job = models_of(paid()), started(Privacy.COMMIT)
    crashing = part("crash", 1, job)
    crashing.leaves_after = "open"
    sent = play([part("honest", 0, job), crashing], job, models)
    assert sent == {0: 5, 1: 2 + 1}  # of the opening and two chunks, one


def test_honest_models_of_a_job_are_equal_and_those_of_two_jobs_are_not():
    models = models_of(paid())
    workers = [account("paid", process=0, number=number) for number in range(2)]
    first = [models.of(one, BEHAVIOURS["honest"], 1) for one in workers]
    assert first[0].digest == first[1].digest
    assert models.of(workers[0], BEHAVIOURS["honest"], 2).digest != first[0].digest
    assert models_of(paid()).of(workers[1], BEHAVIOURS["honest"], 1).payload == first[0].payload
    colluders = {models.of(one, BEHAVIOURS["collude"], 1).digest for one in workers}
    alone = {models.of(one, BEHAVIOURS["random"], 1).digest for one in workers}
    assert (len(colluders), len(alone)) == (1, 2)
    assert first[0].digest not in colluders | alone
    assert first[0].digest == chained_digest([first[0].payload[:2_000], first[0].payload[2_000:]])


@pytest.mark.parametrize("name", ["digits-softmax", "650"])
def test_what_is_trained_or_drawn_for_a_job_does_not_depend_on_those_before(name):
    session = paid()
    session = replace(session, cells=(replace(session.cells[0], weights_name=name),))
    worker = account("paid", process=0, number=0)
    models, others = models_of(session), models_of(session)
    for job in (1, 2, 3):
        models.of(worker, BEHAVIOURS["honest"], job)
    assert models.of(worker, BEHAVIOURS["honest"], 3) == others.of(worker, BEHAVIOURS["honest"], 3)


def test_a_worker_that_the_chain_kept_waiting_has_not_done_its_part():
    job, models = started(Privacy.COMMIT), models_of(paid())
    honest, slow = part("honest", 0, job, taken={"pick"}), part("slow", 1, job, taken={"pick"})
    late = next_move(honest, [honest, slow], models, 111)
    assert isinstance(late, Ended)
    assert (late.outcome, "commit" in late.reason) == ("timed_out", True)
    assert next_move(slow, [honest, slow], models, 111) == Ended("included")


@pytest.mark.parametrize(
    ("name", "reason", "is_its_own"),
    [
        ("copycat", "reverted: CommitmentMismatch(b'1', b'2')", True),
        ("copycat", "reverted: Busy(0x1, 0x2, 3)", False),
        ("slow", "reverted: TooLate(1, 2)", True),
        ("honest", "reverted: TooLate(1, 2)", False),
        ("", "reverted: CommitmentMismatch(b'1', b'2')", False),
    ],
)
def test_a_revert_is_a_fault_unless_the_behaviour_brings_it_about(name, reason, is_its_own):
    submission = part("honest", 0, started(Privacy.COMMIT)).submission
    submission.outcome, submission.reason, submission.behaviour = "reverted", reason, name
    assert is_expected(submission.row()) is is_its_own
    submission.outcome = "included"
    assert not is_expected(submission.row())


def test_an_errors_name_is_what_stands_before_its_values():
    assert error_name("reverted: WrongChunk(1, 2)") == "WrongChunk"
    assert error_name("reverted after 21000 gas") == "reverted after 21000 gas"


# -- seats -----------------------------------------------------------------------------------


@dataclass
class Desk:
    """Takes what a workload sends; nothing of it is mined unless a test says so."""

    sent: list[tuple[str, int]] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)

    def nonce(self, worker) -> int:
        return 5

    def send(self, worker, calls) -> None:
        self.sent.append(("server", len(calls)))

    def go_on(self, submission, calls) -> None:
        self.sent.append((submission.name, len(calls)))

    def end(self, submission, outcome, reason) -> None:
        submission.outcome = outcome
        self.ended[submission.name] = outcome


def begin(workload: PaidWorkload, number: int, name: str) -> Submission:
    worker = account("paid", process=1, number=number)
    assert workload.draft(worker).open_ended
    submission = Submission(name, "a", worker, [], 0, 0.0, 0.0, open_ended=True)
    workload.begun(submission)
    return submission


def deployed(*jobs: int, end: int = 120) -> list[dict[str, object]]:
    return [
        one
        for job in jobs
        for one in (log(market.JOB_DEPLOYED, job), log(market.JOB_STARTED, job, end))
    ]


def test_submissions_wait_for_a_seat_in_a_job_of_their_process():
    workload, desk = PaidWorkload(paid(), 1, 2), Desk()
    workload.start(desk)
    submissions = [begin(workload, number, f"s{number}") for number in range(4)]
    assert desk.sent == []
    workload.hear(101, deployed(1, 2))  # 2 is another process's, and three seats are in 1
    assert desk.sent == [("s0", 2), ("s1", 2), ("s2", 2)]
    assert all(one.account.busy for one in submissions)
    workload.hear(102, deployed(3))
    assert desk.sent[3:] == [("s3", 2)]


def test_a_worker_is_in_one_job_at_a_time():
    workload, desk = PaidWorkload(paid(evil="1", evil_behaviour=("silent",)), 1, 2), Desk()
    workload.start(desk)
    workload.hear(101, deployed(1, 3, 5))
    first = begin(workload, 0, "first")
    second = begin(workload, 0, "second")
    workload.mined(first)
    address = first.account.address
    workload.hear(102, [log(market.PICKED, 1, 1, worker=address)])
    assert desk.ended == {"first": "included"}
    assert (first.job, second.job) == (1, 0)
    assert desk.sent == [("first", 1)]
    workload.hear(103, [log(market.JOB_CLOSED, 1, Outcome.VOID, bytes(32), 0, 0)])
    assert desk.sent == [("first", 1), ("second", 1)]
    workload.mined(second)
    workload.hear(104, [log(market.PICKED, 3, 1, worker=address)])
    workload.hear(105, [log(market.JOB_CLOSED, 3, Outcome.VOID, bytes(32), 0, 0)])
    assert not second.account.busy


def test_a_seat_that_was_not_had_is_given_again():
    workload, desk = PaidWorkload(paid(job_size=1), 1, 2), Desk()
    workload.start(desk)
    workload.hear(101, deployed(1))
    lost, waits = begin(workload, 0, "lost"), begin(workload, 1, "waits")
    lost.outcome = "rejected"
    workload.hear(102, [])
    assert desk.sent == [("lost", 2), ("waits", 2)]
    assert waits.outcome is None
    assert not lost.account.busy


def test_behaviours_of_all_processes_together_are_the_mix():
    session = paid(users=10, evil="2/5", evil_behaviour=("silent", "grief"))
    workloads = [PaidWorkload(session, process, 2) for process in range(2)]
    names = Counter(
        workloads[process]._name(account("x", process=process, number=number))
        for process in range(2)
        for number in range(5)
    )
    assert names == {"honest": 6, "silent": 2, "grief": 2} == Counter(behaviours_of(session))
    assert STRIDE % 2 == 0


@pytest.mark.parametrize("rate_per_s", [None, 0.5, 20.0, 400.0])
def test_the_markets_limit_has_room_for_all_workers_jobs(rate_per_s):
    session = paid(rate_per_s=rate_per_s, users=200, job_size=5)
    supply = Supply.of(session)
    assert supply.limit >= 200 / 5 + supply.seats_ahead / 5
    assert Supply.of(session, 64).limit >= supply.limit
    terms = terms_of(session, seats=5, supply=supply)
    waits = supply.seats_ahead / (rate_per_s or 200)  # until the last seat of those ahead is taken
    assert terms.commit_blocks - BINDING >= waits
