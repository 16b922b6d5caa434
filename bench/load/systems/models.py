"""The models system as a swarm sends it: contributions that a model on the chain learns from."""

from __future__ import annotations

from collections.abc import Sequence

from bench.load.choices import require_models
from bench.load.config import SwarmConfig
from bench.load.session import Session
from bench.load.systems import Carriage, Recount, System
from bench.load.workloads.models.audit import accounts_of, calls_of
from bench.load.workloads.models.calibration import calibrate_models
from bench.load.workloads.models.closing import close_models
from bench.load.workloads.models.deploy import deploy_models
from bench.load.workloads.models.workload import TOPICS, ModelsWorkload
from bench.record.schema import SubmissionRow
from system.chain.rpc import Rpc
from system.learning.models import WeightSpec
from system.models.events import DATA_LEARNED


def _carriage(config: SwarmConfig, spec: WeightSpec) -> Carriage:
    return Carriage("int64", "model")


def _deploy(rpc: Rpc, config: SwarmConfig, session: Session) -> dict[str, str]:
    return deploy_models(rpc, session, topology=config.topology, funder=config.funder)


def _recount(rpc: Rpc, session: Session, rows: Sequence[SubmissionRow]) -> Recount:
    accounts = accounts_of(rpc, session, rows)
    held, owed = int(accounts.held), int(accounts.owed)
    fault = "" if accounts.conserved else f"the incentive holds {held:,} wei and owes {owed:,}"
    return Recount(accounts=accounts, calls=calls_of(rpc, session, rows), fault=fault)


def _require(config: SwarmConfig) -> None:
    """What no models session can be."""
    require_models(
        config.weights,
        config.settings,
        privacy=config.privacy,
        job_size=config.job_size,
    )


MODELS = System(
    topics=TOPICS,
    completed=lambda config: (DATA_LEARNED,),
    carriage=_carriage,
    deploy=_deploy,
    calibrate=calibrate_models,
    workload=ModelsWorkload,
    require=_require,
    recount=_recount,
    close=close_models,
)
