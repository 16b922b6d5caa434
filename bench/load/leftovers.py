"""What became of the submissions that no block held when the waiting ended."""

from __future__ import annotations

from bench.load.endpoint import Endpoint
from bench.load.ledger import Ledger
from bench.load.submission import Submission

# A pending transaction comes back with its whole input: few at a time.
_ASKED_AT_ONCE = 4


def classify(ledger: Ledger, endpoint: Endpoint, halted: str) -> None:
    """End every open submission: evicted where the node lost a transaction, else timed out.

    Asked once, after the clock: a question for each transaction would load the node under test.
    """
    for submission in ledger.open():
        if submission.sent_s == 0.0:
            ledger.end(submission, "aborted", "never handed to the node")
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
    hashes = [transaction.id for transaction in submission.transactions]
    try:
        for start in range(0, len(hashes), _ASKED_AT_ONCE):
            part = hashes[start : start + _ASKED_AT_ONCE]
            answers = endpoint.call(*(("eth_getTransactionByHash", [one]) for one in part))
            if any(answer is None for answer in answers):
                return False
    except (OSError, ValueError):  # a node that answers no more has evicted nothing we know of
        return True
    return True
