"""What a session of the models system needs on chain: a trainer with its parts, and its ether."""

from __future__ import annotations

import time
from pathlib import Path

from bench.load.session import Session
from bench.load.workloads.models.game import opened, shown_pieces
from bench.load.workloads.models.samples import Samples, samples_of
from bench.load.workloads.models.terms import (
    BOUNTY,
    LENT,
    incentive_of,
    stake_terms,
)
from bench.load.workloads.paid.employer import server_key
from bench.load.workloads.paid.terms import MOST_PROCESSES
from bench.load.workloads.paid.treasury import fund
from system.chain.compiler import artifact
from system.chain.rpc import Rpc
from system.chain.sender import Sender, send, send_all
from system.errors import UsageError
from system.models import market_calls
from system.models.kinds import Start
from system.models.names import MARKET, POINTS
from system.models.trainer import Part, Wiring, deploy_trainer

_BLOCK_S = 0.2


def deploy_models(
    rpc: Rpc, session: Session, *, topology: str, funder: Path | None
) -> dict[str, str]:
    """The addresses of the contracts; the model has its initial weights, and a market is open.

    Raises UsageError on a chain of Raft and where no account pays.
    """
    if session.chain.consensus == "raft":
        raise UsageError(
            "--system models needs blocks with timestamps in seconds, and Raft's are nanoseconds: "
            "use a QBFT or IBFT chain"
        )
    provider = provider_of(rpc, session)
    wei = BOUNTY + LENT * (session.users + 4 * MOST_PROCESSES)
    fund(
        rpc,
        provider.address,
        wei,
        chain_id=provider.chain_id,
        topology=topology,
        funder=funder,
        option="--system models",
    )
    samples = samples_in(session)
    start = samples.start()
    if incentive_of(session) == MARKET:
        return _with_market(provider, session, samples, start)
    return named(
        deploy_trainer(
            provider,
            classifier=start.part,
            incentive=_incentive(session),
            initial=start.initial,
        )
    )


def provider_of(rpc: Rpc, session: Session) -> Sender:
    """The account that deploys, lends, and is a market's provider."""
    return Sender(rpc, server_key(session.seed, session.id), session.chain.chain_id)


def samples_in(session: Session) -> Samples:
    """The samples of the session's one cell."""
    [cell] = session.cells
    kind, market = str(session.settings["classifier"]), incentive_of(session) == MARKET
    return samples_of(kind, cell.weights, session.seed, market=market)


def named(wiring: Wiring) -> dict[str, str]:
    """The contracts by their roles."""
    return {
        "trainer": wiring.trainer,
        "classifier": wiring.classifier,
        "handler": wiring.handler,
        "incentive": wiring.incentive,
    }


def _incentive(session: Session) -> Part:
    terms = stake_terms(session)
    if incentive_of(session) == POINTS:
        return Part(artifact("PointsIncentive"), (terms.refund_wait_s,))
    return Part(artifact("StakeIncentive"), terms.arguments())


def _with_market(
    provider: Sender, session: Session, samples: Samples, start: Start
) -> dict[str, str]:
    """A market that takes contributions: opened, drawn, and the drawn pieces shown."""
    rpc = provider.rpc
    wiring, scorer = market_calls.deploy_market(
        provider, classifier=start.part, initial=start.initial
    )
    send(provider, opened(session, samples, market=wiring.incentive, scorer=scorer))
    due = market_calls.drawing_block(rpc, wiring.incentive)
    while int(rpc.call("eth_blockNumber"), 16) < due:
        time.sleep(_BLOCK_S)
    send(provider, market_calls.drawing(wiring.incentive))
    send_all(provider, shown_pieces(rpc, session, samples, market=wiring.incentive))
    return {**named(wiring), "scorer": scorer}
