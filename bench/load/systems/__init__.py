"""What the swarm has to know of a system of learning, to send and to judge its traffic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.load.session import CellPlan, Session
from bench.load.workloads import Workload
from bench.record.accounts import Accounts
from bench.record.calls import CallCounts
from bench.record.paid import BehaviourCounts, MarketCounts
from bench.record.schema import SubmissionRow
from system.chain.rpc import Rpc
from system.learning.models import WeightSpec

if TYPE_CHECKING:  # both know systems
    from bench.limits.prediction import Prediction
    from bench.load.calibrated import Calibrated
    from bench.load.config import SwarmConfig


@dataclass(frozen=True, slots=True)
class Carriage:
    """How a cell's weights travel."""

    encoding: str
    store: str
    privacy: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """What a session's contracts say beside who completed what; `fault` voids the figures.

    `calls` are the transactions that are no submissions, by what they call.
    """

    behaviours: dict[str, BehaviourCounts] | None = None
    market: MarketCounts | None = None
    accounts: Accounts | None = None
    calls: dict[str, CallCounts] | None = None
    fault: str = ""


def nothing_to_require(config: SwarmConfig) -> None:
    """Take every configuration that the options themselves allow."""


def no_prediction(session: Session, cell: CellPlan) -> Prediction | None:
    """None: no model computes such a submission beforehand."""
    return None


def nothing_to_recount(rpc: Rpc, session: Session, rows: Sequence[SubmissionRow]) -> Recount:
    """Nothing: who completed what is all there is."""
    return Recount()


def nothing_to_close(rpc: Rpc, session: Session, rows: Sequence[SubmissionRow]) -> str:
    """The empty text: nothing is left to be done."""
    return ""


def nothing_expected(row: SubmissionRow) -> bool:
    """False: a submission that fails has failed."""
    return False


def was_included(row: SubmissionRow) -> bool:
    """Whether the row claims a submission that the contracts recorded."""
    return row.outcome == "included"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One system's traffic: functions of what was asked for and of the session.

    `topics`: every transaction that succeeds leaves an event with one of these. `completed`: those
    of which a submission leaves exactly one, whose first indexed argument is its worker. `carriage`
    says how a size travels, `deploy` gives the contracts' addresses by role, `calibrate` sends one
    submission of a cell (raising as `bench.load.calibrate` says), `workload` makes one process's
    traffic. `require` raises UsageError for what can't be asked of it. `expected`: failures that
    belong to a worker's behaviour; `claims`: rows of which the chain must hold a completed
    submission. `close` does what is left to do on chain when all submissions have ended, in a
    bounded time, and says what it left undone.
    """

    topics: tuple[str, ...]
    completed: Callable[[SwarmConfig], tuple[str, ...]]
    carriage: Callable[[SwarmConfig, WeightSpec], Carriage]
    deploy: Callable[[Rpc, SwarmConfig, Session], dict[str, str]]
    calibrate: Callable[[Rpc, Session, CellPlan], Calibrated]
    workload: Callable[[Session, int, int], Workload]
    require: Callable[[SwarmConfig], None] = nothing_to_require
    predict: Callable[[Session, CellPlan], Prediction | None] = no_prediction
    recount: Callable[[Rpc, Session, Sequence[SubmissionRow]], Recount] = nothing_to_recount
    expected: Callable[[SubmissionRow], bool] = nothing_expected
    claims: Callable[[SubmissionRow], bool] = was_included
    close: Callable[[Rpc, Session, Sequence[SubmissionRow]], str] = nothing_to_close
