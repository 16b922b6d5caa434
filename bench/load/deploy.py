"""What a session of the jobs system needs on chain: counter, board, store and a published job."""

from __future__ import annotations

from system.chain.keys import derive_key
from system.chain.probe import Chain
from system.chain.rpc import Rpc
from system.chain.sender import Sender
from system.jobs.board import deploy_board, publish_weights
from system.jobs.counter import deploy_counter
from system.jobs.store import deploy_store
from system.jobs.stores import STORES
from system.learning.models import WeightSpec, weights
from system.weights import codec
from system.weights.chunks import split


def deploy_jobs(
    rpc: Rpc, chain: Chain, specs: tuple[WeightSpec, ...], *, store: str, seed: int, salt: str
) -> dict[str, str]:
    """The addresses of the contracts; the server has published the first model's weights.

    The server's key depends on `salt`, so that sessions on one chain never share its nonces.
    """
    server = Sender(rpc, derive_key(f"{seed}|{salt}", "server", 0), chain.chain_id)
    if all(spec.count == 0 for spec in specs):
        return {"counter": deploy_counter(server).address}
    board = deploy_board(server).address
    contracts = {"board": board, "store": deploy_store(server, store, board).address}
    if any(spec.count == 0 for spec in specs):
        contracts["counter"] = deploy_counter(server).address
    model = next(spec for spec in specs if spec.count)
    # The server's weights travel as float32: 4 bytes each, exact for what training produced.
    payload = codec("float32").encode(weights(model, seed))
    chunk_bytes = STORES["calldata"].chunk_limit(chain)
    publish_weights(server, board, split(payload, chunk_bytes), weights=model.count)
    return contracts
