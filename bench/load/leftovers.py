"""What became of the submissions that no block held when the waiting ended."""

from __future__ import annotations

from bench.load.clock import now_s
from bench.load.endpoint import Endpoint
from bench.load.ledger import Ledger
from bench.load.sender import Sender
from bench.load.submission import Submission

# A pending transaction comes back with its whole input: few at a time.
_ASKED_AT_ONCE = 4
_RESENT_AT_ONCE = 8
_MOST_RESENT = 3


def resend_lost(ledger: Ledger, endpoint: Endpoint, sender: Sender, *, older_than_s: float) -> None:
    """Send the oldest submissions' transactions again where the node's pool dropped them.

    A dropped transaction leaves a gap that all later ones of its account would wait behind. Called
    once a second; it asks about few submissions, and only about such as are overdue.
    """
    overdue = [
        one
        for one in ledger.open()
        if one.accepted_s is not None
        and now_s() - one.accepted_s > older_than_s
        and one.mined < len(one.transactions)
    ][:_RESENT_AT_ONCE]
    for submission in overdue:
        for index in _unknown(endpoint, submission):
            if submission.retries >= _MOST_RESENT:
                ledger.end(submission, "evicted", "dropped from the pool again and again")
                break
            submission.retries += 1
            submission.accepted -= 1
            submission.accepted_s = None
            sender.send_one(submission, index)


def classify(ledger: Ledger, endpoint: Endpoint, halted: str) -> None:
    """End every open submission: evicted where the node lost a transaction, else timed out.

    Asked once, after the clock: a question for each transaction would load the node under test.
    """
    for submission in ledger.open():
        if submission.sent_s == 0.0:
            waits = "no seat came free for it" if submission.open_ended else ""
            ledger.end(submission, "aborted", waits or "never handed to the node")
        elif submission.mined == len(submission.transactions):
            ledger.end(submission, "timed_out", halted or "its job had not ended with the drain")
        elif submission.accepted < len(submission.transactions):
            ledger.end(submission, "timed_out", halted or "the node did not answer")
        elif halted:
            ledger.end(submission, "timed_out", halted)
        else:
            known = _known(endpoint, submission)
            ledger.end(
                submission,
                "timed_out" if known else "evicted",
                "still in the pool when the drain ended" if known else "gone from the pool",
            )


def _known(endpoint: Endpoint, submission: Submission) -> bool:
    return not _unknown(endpoint, submission)


def _unknown(endpoint: Endpoint, submission: Submission) -> list[int]:
    """Which transactions of a submission the node knows neither in a block nor in its pool."""
    lost: list[int] = []
    ids = [transaction.id for transaction in submission.transactions]
    try:
        for start in range(0, len(ids), _ASKED_AT_ONCE):
            part = ids[start : start + _ASKED_AT_ONCE]
            answers = endpoint.call(*(("eth_getTransactionByHash", [one]) for one in part))
            lost += [start + offset for offset, one in enumerate(answers) if one is None]
    except (OSError, ValueError):  # a node that answers no more has dropped nothing we know of
        return []
    return lost
