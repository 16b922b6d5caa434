"""Every submission gets exactly one outcome, whatever happens to its transactions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.account import STRIDE, account
from bench.load.endpoint import Refusal
from bench.load.ledger import Ledger, Mined, is_held, is_past, is_transient
from bench.load.submission import Submission
from system.chain.transaction import SignedTransaction

WORKER = account("test", process=0, number=0)


def submission(name: str, chunks: int = 1) -> Submission:
    signed = [SignedTransaction(f"{name}/{index}".encode()) for index in range(chunks)]
    return Submission(
        name=name,
        cell="cell",
        account=WORKER,
        transactions=signed,
        payload_bytes=3,
        encode_s=0.0,
        sign_s=0.0,
    )


def hashes(one: Submission) -> list[str]:
    return [transaction.id for transaction in one.transactions]


def begin(ledger: Ledger, one: Submission) -> None:
    """Open a submission all of whose transactions the node took."""
    ledger.begin(one)
    for index in range(len(one.transactions)):
        ledger.accepted(one, index, 0.5)


def test_all_chunks_in_blocks_make_it_included():
    settled: list[Submission] = []
    ledger = Ledger(settle=settled.append)
    one = submission("a", chunks=3)
    begin(ledger, one)
    ours = ledger.mined(
        [*hashes(one)[:2], "0xforeign"], proven=set(hashes(one)), block=7, seen_s=1.0
    )
    assert (ours, ledger.unproven, one.outcome) == (2, [], None)
    ledger.mined(hashes(one)[2:], proven=set(hashes(one)), block=9, seen_s=3.0)
    assert (one.outcome, one.first_block, one.last_block, one.seen_s) == ("included", 7, 9, 3.0)
    assert settled == [one]
    assert ledger.waiting == 0
    assert WORKER.in_flight == 0


def test_a_transaction_without_proof_waits_for_its_receipt():
    ledger = Ledger(settle=lambda _: None)
    one = submission("a", chunks=2)
    begin(ledger, one)
    ledger.mined(hashes(one), proven={hashes(one)[0]}, block=1, seen_s=1.0)
    assert [mined.id for mined in ledger.unproven] == [hashes(one)[1]]
    assert one.outcome is None
    ledger.included(ledger.unproven[0], reverted="WrongSequence(1, 2)")
    assert (one.outcome, one.reason) == ("reverted", "WrongSequence(1, 2)")
    assert one.account.broken


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from(["mine", "revert", "reject", "time out", "evict", "mine twice"]),
        ),
        max_size=40,
    )
)
def test_outcomes_add_up_whatever_the_order(steps):
    settled: list[Submission] = []
    ledger = Ledger(settle=settled.append)
    worker = account("test", process=1, number=1)
    ones = [submission(f"s{index}", chunks=1 + index % 3) for index in range(6)]
    for one in ones:
        one.account = worker
        begin(ledger, one)
    for index, step in steps:
        one = ones[index]
        if step in ("mine", "mine twice"):
            for _ in range(1 + (step == "mine twice")):
                ledger.mined(hashes(one), proven=set(hashes(one)), block=1, seen_s=1.0)
        elif step == "revert":
            for each in hashes(one):
                ledger.included(Mined(each, 1, 1.0, proven=False), reverted="no")
        else:
            ending = {"reject": "rejected", "time out": "timed_out", "evict": "evicted"}[step]
            ledger.end(one, ending)
    assert len(settled) == len({one.name for one in settled})  # never twice
    assert len(settled) + ledger.waiting == len(ones)
    assert all((one in settled) == (one.outcome is not None) for one in ones)
    assert worker.in_flight == ledger.waiting
    for one in ledger.open():
        ledger.end(one, "timed_out")
    assert len(settled) == len(ones)
    assert not any(hashes(one)[0] in ledger._by_hash for one in ones)


@pytest.mark.parametrize(
    ("refusal", "held", "transient"),
    [
        (Refusal(-32000, "already known"), True, False),
        (Refusal(-32000, "txpool is full"), False, True),
        (Refusal(0, "ConnectionResetError: reset"), False, True),
        (Refusal(-32000, "oversized data"), False, False),
        (Refusal(-32000, "nonce too low"), False, False),
        (Refusal(-32000, "exceeds block gas limit"), False, False),
    ],
)
def test_which_refusals_are_worth_another_try(refusal, held, transient):
    assert (is_held(refusal), is_transient(refusal)) == (held, transient)


def test_a_block_seen_before_the_nodes_answer_still_counts():
    ledger = Ledger(settle=lambda _: None)
    one = submission("a", chunks=2)
    ledger.begin(one)
    ours = ledger.mined(hashes(one), proven={hashes(one)[0]}, block=4, seen_s=2.0)
    assert (ours, one.mined) == (0, 0)
    ledger.accepted(one, 0, 2.1)
    ledger.accepted(one, 1, 2.2)
    assert [mined.id for mined in ledger.unproven] == [hashes(one)[1]]
    ledger.included(ledger.unproven[0])
    assert (one.outcome, one.last_block, one.seen_s) == ("included", 4, 2.0)


def test_a_used_nonce_is_told_from_other_refusals():
    assert is_past(Refusal(-32000, "nonce too low"))
    assert not is_past(Refusal(-32000, "txpool is full"))


def test_accounts_of_different_processes_never_meet():
    indexes = [account("s", process=p, number=n).index for p in range(3) for n in (0, 1, 999)]
    assert len(set(indexes)) == len(indexes)
    with pytest.raises(ValueError, match="outside"):
        account("s", process=0, number=STRIDE)
