"""What is done on chain once all have contributed: a market's rewards, and the withdrawals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.load.session import Session
from bench.load.workloads.models.audit import owed_by, workers_of
from bench.load.workloads.models.deploy import provider_of, samples_in
from bench.load.workloads.models.game import rewarded
from bench.load.workloads.models.terms import (
    incentive_of,
)
from bench.record.schema import SubmissionRow
from system.chain.receipts import wait_for_receipt
from system.chain.rpc import Rpc
from system.chain.sender import Sender, hand_over
from system.models.names import MARKET
from system.models.trainer import withdrawing

# Which of a swarm's accounts take their wei out: the others' stay credited.
MOST_WITHDRAWALS: Final = 100


def close_models(rpc: Rpc, session: Session, rows: Sequence[SubmissionRow]) -> str:
    """What was left undone, or "". Raises what `send_all` raises."""
    said = ""
    if incentive_of(session) == MARKET:
        said = rewarded(provider_of(rpc, session), session, samples_in(session))
    _withdraw(rpc, session, rows)
    return said


def _withdraw(rpc: Rpc, session: Session, rows: Sequence[SubmissionRow]) -> None:
    """Let the workers take out what they are owed, all in the same blocks."""
    keys = workers_of(session, rows)
    people = sorted(keys)
    owed = zip(people, owed_by(rpc, session, people), strict=True)
    rich = [who for who, wei in owed if wei][:MOST_WITHDRAWALS]
    take = withdrawing(session.contracts["incentive"])
    sent = [hand_over(Sender(rpc, keys[who], session.chain.chain_id), [take])[0] for who in rich]
    for one in sent:
        wait_for_receipt(rpc, one)
