"""Before the clock starts: probe the chain, deploy, publish the job, send one of each size."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bench.load.calibrate import calibrate
from bench.load.calibrated import Calibrated, Walled
from bench.load.config import SwarmConfig
from bench.load.outlook import first_wall, gas_predicted, record_limits
from bench.load.session import CellPlan, Session, write_session
from bench.load.systems import Carriage, System
from bench.load.systems.registry import system_in, system_of
from bench.network import state
from bench.record.files import RUN_FILE, cell_path, safe_name
from bench.record.provenance import run_meta
from bench.record.schema import CellEnd, CellFacts
from bench.record.writer import RunWriter, create_run, open_run
from system.chain.private import Route, require_manager
from system.chain.probe import Chain, WrongChain, block_period_s, probe
from system.chain.rpc import Rpc
from system.errors import UsageError
from system.learning.models import WeightSpec
from system.paths import REPORTS_DIR


def prepare(config: SwarmConfig, *, argv: Sequence[str]) -> tuple[Path, Session]:
    """The run directory and the session, ready to be sent to.

    Raises UsageError where what the user gave can't be used: an endpoint, a chain, weights.
    """
    system = system_of(config.system, paid=config.job_size is not None)
    system.require(config)
    urls = config.rpc_urls or running_network()
    route = _route(config, urls)
    chain = _probe_all(urls, config.chain_id)
    run = _run(config, argv, chain)
    rpc = Rpc(urls[0])
    session = Session(
        id=f"{config.cell or time.strftime('%H%M%S')}.{secrets.token_hex(3)}",
        rpc_urls=urls,
        chain=chain,
        contracts={},
        topics=system.topics,
        completed_topics=system.completed(config),
        cells=_cells(system, config, run.path),
        first_block=0,
        system=config.system,
        seed=config.seed,
        users=config.users or 1,  # Locust's own default
        rate_per_s=config.rate_per_s,
        schedule=config.schedule,
        warmup_s=config.warmup_s,
        duration_s=config.duration_s,
        drain_s=config.drain_s,
        batch=config.batch,
        route=route,
        job_size=config.job_size,
        evil=str(config.evil),
        evil_behaviour=config.evil_behaviour,
        settings=config.settings,
    )
    contracts = system.deploy(rpc, config, session)
    # A young chain has no two blocks to tell its period from; by now it has.
    chain = replace(chain, period_s=block_period_s(rpc, raft=chain.consensus == "raft"))
    session = replace(session, chain=chain, contracts=contracts)
    limits = record_limits(run, chain)
    calibrated = _calibrated(rpc, run, config, session, limits=limits)
    session = replace(
        session,
        cells=tuple(one.cell for one in calibrated),
        first_block=int(rpc.call("eth_blockNumber"), 16) + 1,
    )
    for one in calibrated:
        run.begin_cell(_facts(config, session, one, limits=limits))
    write_session(run.path, session)
    return run.path, session


def _calibrated(
    rpc: Rpc, run: RunWriter, config: SwarmConfig, session: Session, *, limits: str
) -> list[Calibrated]:
    """The cells that can run; the others end here, with the wall they met."""
    system = system_in(session)
    passed, walls = [], []
    for cell in session.cells:
        try:
            passed.append(calibrate(system, rpc, session, cell))
        except Walled as wall:
            walls.append(str(wall))
            run.begin_cell(_facts(config, session, Calibrated.walled(cell), limits=limits))
            run.end_cell(CellEnd.walled(cell.id, str(wall)))
    if not passed:
        raise Walled("; ".join(walls))
    return passed


def running_network() -> tuple[str, ...]:
    """The endpoints of the network that `weighbridge network up` left running."""
    found = state.current()
    if found is None:
        raise UsageError(
            "no endpoint: start a network with `weighbridge network up`, or give --rpc-url"
        )
    return found.endpoints[:1]


def _route(config: SwarmConfig, urls: Sequence[str]) -> Route | None:
    """How private transactions travel; raises UsageError where they can't."""
    if config.privacy != "private":
        return None
    for url in urls:
        require_manager(Rpc(url))
    if config.route is None:
        raise UsageError("--privacy private needs --ptm-url, the manager's HTTP address")
    return config.route


def _probe_all(urls: Sequence[str], chain_id: int | None) -> Chain:
    chains = [probe(Rpc(url), chain_id=chain_id) for url in urls]
    for chain in chains[1:]:
        if chain.genesis_hash != chains[0].genesis_hash:
            raise WrongChain(f"{chains[0].url} and {chain.url} are nodes of different chains")
    return chains[0]


def _run(config: SwarmConfig, argv: Sequence[str], chain: Chain) -> RunWriter:
    if config.run_dir is not None and (config.run_dir / RUN_FILE).exists():
        return open_run(config.run_dir)
    name = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    path = config.run_dir or REPORTS_DIR / f"{name}-swarm"
    plan = {key: str(value) for key, value in asdict(config).items() if key != "weights"}
    plan["weights"] = ",".join(spec.name for spec in config.weights)
    meta = run_meta(
        run=path.name,
        argv=argv,
        plan=plan,
        seed=config.seed,
        client_version=chain.client_version,
    )
    return create_run(path, meta)


def _cells(system: System, config: SwarmConfig, run_dir: Path) -> tuple[CellPlan, ...]:
    """One a size, under names that no other cell of the run has, be it of an earlier session."""
    if config.cell and len(config.weights) == 1:
        return (_cell(system, config.cell, config.weights[0], config),)
    cells: list[CellPlan] = []
    for spec in config.weights:
        carriage = system.carriage(config, spec)
        if not spec.count:  # a counter is called by what it was asked for with
            carriage = Carriage(config.encoding, config.store)
        name = f"{Path(spec.name).stem}_{carriage.encoding}_{carriage.store}".replace("+", "-")
        names = (safe_name(name), *(f"{safe_name(name)}_{number}" for number in range(2, 1000)))
        taken = {cell.id for cell in cells}
        free = (one for one in names if one not in taken and not cell_path(run_dir, one).exists())
        cells.append(_cell(system, next(free), spec, config))
    return tuple(cells)


def _cell(system: System, name: str, spec: WeightSpec, config: SwarmConfig) -> CellPlan:
    carriage = system.carriage(config, spec)
    return CellPlan(
        id=name,
        weights_name=spec.name,
        weights=spec.count,
        encoding=carriage.encoding,
        store=carriage.store,
        chunk_bytes=0,
        gas=(),
        privacy=carriage.privacy,
    )


def _facts(config: SwarmConfig, session: Session, one: Calibrated, *, limits: str) -> CellFacts:
    cell, chain = one.cell, session.chain
    expected = system_in(session).predict(session, cell)
    share = None if config.rate_per_s is None else config.rate_per_s / len(session.cells)
    return CellFacts(
        cell=cell.id,
        session=session.id,
        system=session.system,
        weights=cell.weights,
        weights_name=cell.weights_name,
        encoding=cell.encoding,
        store=cell.store,
        privacy=cell.privacy,
        payload_bytes=one.payload_bytes,
        wire_bytes=one.wire_bytes,
        transactions_per_submission=one.transactions,
        offered_per_s=share,
        users=config.users,
        loop="open" if config.open_loop else "closed",
        schedule=config.schedule,
        repeat=config.repeat,
        topology=config.topology or chain.consensus,
        validators=chain.validators,
        client_version=chain.client_version,
        chain_id=chain.chain_id,
        gas_limit=chain.gas_limit,
        transaction_size_limit_bytes=chain.transaction_size_limit_bytes,
        period_s=chain.period_s,
        gas_predicted=gas_predicted(cell, expected) if config.job_size is None else None,
        decode_error_max=one.decode_error_max,
        warmup_s=config.warmup_s,
        duration_s=config.duration_s,
        drain_s=config.drain_s,
        contracts=session.contracts,
        first_block=session.first_block,
        seed=config.seed,
        gas_calibrated=one.gas_used,
        first_wall=first_wall(expected),
        limits=limits,
        job_size=config.job_size,
        evil=float(config.evil) if config.evil or config.job_size is not None else None,
        evil_behaviour=list(config.evil_behaviour) or (None if config.job_size is None else []),
        settings=config.settings or None,
    )
