"""What paid jobs need on chain: a registry, a market and a store, and ether for their server."""

from __future__ import annotations

from pathlib import Path

from bench.load.session import Session
from bench.load.workloads.paid.employer import server_key
from bench.load.workloads.paid.terms import ESCROWS, LENT, MOST_PROCESSES, Supply
from bench.load.workloads.paid.treasury import fund
from system.chain.compiler import artifact
from system.chain.deploy import created_address, creation
from system.chain.rpc import Rpc
from system.chain.sender import Sender, send_all
from system.errors import UsageError
from system.jobs.board import authorising
from system.jobs.registry import appointing
from system.jobs.stores import STORES


def deploy_paid(
    rpc: Rpc, session: Session, *, store: str, topology: str, funder: Path | None
) -> dict[str, str]:
    """The addresses of the contracts; their server has the ether for a long run.

    Everything goes out at once: the server's nonces begin at 0, so all addresses are known. Raises
    UsageError on a chain of Raft and where no account pays.
    """
    if session.chain.consensus == "raft":
        raise UsageError(
            "--job-size needs blocks that come by themselves, since a job's deadlines are counted "
            "in blocks: Raft makes none while nothing is sent; use a QBFT or IBFT chain"
        )
    server = Sender(rpc, server_key(session.seed, session.id), session.chain.chain_id)
    wei = ESCROWS + LENT * (session.users + 4 * MOST_PROCESSES)
    fund(rpc, server.address, wei, chain_id=server.chain_id, topology=topology, funder=funder)
    registry, market, _, bound = (created_address(server.address, nonce) for nonce in range(4))
    limit = Supply.of(session, MOST_PROCESSES).limit
    send_all(
        server,
        [
            creation(artifact("WorkerRegistry")),
            creation(artifact("JobMarket"), registry, limit),
            appointing(registry, market),
            creation(artifact(STORES[store].contract), market),
            authorising(market, bound),
        ],
    )
    return {"registry": registry, "market": market, "store": bound}
