"""A board with every store behind it and a job to take, put up in one go: for measuring stores."""

from __future__ import annotations

from dataclasses import dataclass

from system.chain.compiler import artifact
from system.chain.deploy import created_address, creation
from system.chain.sender import Call, Sender, send_all
from system.jobs.board import JOIN_GAS, authorising, join_calldata, opening, publishing
from system.jobs.stores import STORES

# What is handed out does not matter: only results are measured.
_JOB = (b"weights",)


@dataclass(frozen=True, slots=True)
class Depot:
    """The addresses of the board and of each store by its name in STORES."""

    board: str
    stores: dict[str, str]

    def joining(self) -> Call:
        """The transaction by which a worker joins."""
        return Call(self.board, join_calldata(), JOIN_GAS)


def deploy_depot(server: Sender) -> Depot:
    """The contracts, once they are mined, in a block or two; `server` must be a fresh account.

    Its nonces begin at 0, so all addresses are known beforehand. Raises as `send_all`.
    """
    board = created_address(server.address, 0)
    stores = {name: created_address(server.address, n) for n, name in enumerate(STORES, start=1)}
    send_all(
        server,
        [
            creation(artifact("JobBoard")),
            *(creation(artifact(STORES[name].contract), board) for name in stores),
            *(authorising(board, store) for store in stores.values()),
            opening(board, _JOB, weights=1),
            *publishing(board, _JOB, job=1),
        ],
    )
    return Depot(board, stores)
