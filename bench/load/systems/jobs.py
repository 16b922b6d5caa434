"""The jobs system as a swarm sends it: the board, which pays nobody, and the market, which does."""

from __future__ import annotations

from collections.abc import Sequence

from bench.load.calibrate import calibrate_board, calibrate_market
from bench.load.config import SwarmConfig
from bench.load.deploy import deploy_jobs
from bench.load.outlook import predicted
from bench.load.session import Session
from bench.load.systems import Carriage, Recount, System
from bench.load.workloads.jobs import TOPICS, JobsWorkload, completed_topics
from bench.load.workloads.paid.audit import behaviours, market_counts, read_books
from bench.load.workloads.paid.deploy import deploy_paid
from bench.load.workloads.paid.job import TOPICS as PAID_TOPICS
from bench.load.workloads.paid.part import is_expected
from bench.load.workloads.paid.workload import PaidWorkload
from bench.record.schema import SubmissionRow
from system.chain.rpc import Rpc
from system.jobs.market import PICKED
from system.learning.models import WeightSpec


def _carriage(config: SwarmConfig, spec: WeightSpec) -> Carriage:
    if spec.count == 0:  # the counter carries nothing
        return Carriage("none", "none")
    return Carriage(config.encoding, config.store, config.privacy)


def _deploy_board(rpc: Rpc, config: SwarmConfig, session: Session) -> dict[str, str]:
    return deploy_jobs(
        rpc,
        session.chain,
        config.weights,
        store=config.store,
        privacy=config.privacy,
        seed=config.seed,
        salt=session.id,
        manager=session.manager(),
    )


def _deploy_market(rpc: Rpc, config: SwarmConfig, session: Session) -> dict[str, str]:
    return deploy_paid(
        rpc, session, store=config.store, topology=config.topology, funder=config.funder
    )


def _recount_market(rpc: Rpc, session: Session, rows: Sequence[SubmissionRow]) -> Recount:
    books = read_books(rpc, session)
    market = market_counts(rpc, session, books, rows)
    held, owed = market.balance_wei, market.owed_wei
    fault = "" if market.conserved else f"the market holds {held:,} wei and owes {owed:,}"
    return Recount(behaviours=behaviours(books, rows), market=market, fault=fault)


def _has_a_seat(row: SubmissionRow) -> bool:
    """Each seat taken is one submission on chain, whatever its worker did with it."""
    return row.job > 0


BOARD = System(
    topics=TOPICS,
    completed=lambda config: completed_topics(config.privacy),
    carriage=_carriage,
    deploy=_deploy_board,
    calibrate=calibrate_board,
    workload=lambda session, process, processes: JobsWorkload(session, process),
    predict=predicted,
)
MARKET = System(
    topics=PAID_TOPICS,
    completed=lambda config: (PICKED,),
    carriage=_carriage,
    deploy=_deploy_market,
    calibrate=calibrate_market,
    workload=PaidWorkload,
    # What it predicts is one result, and says which wall comes first; a part in a job is more.
    predict=predicted,
    recount=_recount_market,
    expected=is_expected,
    claims=_has_a_seat,
)
