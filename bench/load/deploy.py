"""What a session of the jobs system needs on chain: counter, board, store and a published job."""

from __future__ import annotations

from system.chain.compiler import artifact
from system.chain.deploy import created_address, creation
from system.chain.keys import derive_key
from system.chain.private import Manager
from system.chain.probe import Chain
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send_all
from system.jobs.board import authorising, opening, publishing
from system.jobs.gates import GATES
from system.jobs.stores import STORES
from system.learning.models import WeightSpec, weights
from system.weights import codec
from system.weights.chunks import split

# The shortest round there is: what a swarm measures is the chain and not a wait that was chosen. An
# hour of 1 s blocks to reveal in: a chain that falls behind has to show as latency, not as reverts.
ROUND_BLOCKS, REVEAL_BLOCKS = 1, 3_600


def deploy_jobs(
    rpc: Rpc,
    chain: Chain,
    specs: tuple[WeightSpec, ...],
    *,
    store: str,
    privacy: str,
    seed: int,
    salt: str,
    manager: Manager | None = None,
) -> dict[str, str]:
    """The addresses of the contracts; the server has published the first model's weights.

    The server's key depends on `salt`, so that sessions on one chain never share its nonces: its
    nonces begin at 0, the addresses of what it creates are known beforehand, and everything goes
    out at once, into a block or two.
    """
    key = derive_key(f"{seed}|{salt}", "server", 0)
    server = Sender(rpc, key, chain.chain_id, manager=manager)
    calls: list[Call] = []
    contracts: dict[str, str] = {}
    if any(spec.count == 0 for spec in specs):
        contracts["counter"] = created_address(server.address, len(calls))
        calls.append(creation(artifact("Counter")))
    model = next((spec for spec in specs if spec.count), None)
    if model is not None:
        board = created_address(server.address, len(calls))
        calls.append(creation(artifact("JobBoard")))
        contracts["board"] = front = board
        if privacy in GATES:
            # To the store the gate is the board, to the board it is a store.
            front = contracts["gate"] = created_address(server.address, len(calls))
            calls.append(creation(artifact(GATES[privacy]), board, ROUND_BLOCKS, REVEAL_BLOCKS))
            calls.append(authorising(board, front))
        contracts["store"] = created_address(server.address, len(calls))
        calls.append(creation(artifact(STORES[store].contract), front))
        calls.append(authorising(front, contracts["store"]))
        calls += _first_job(chain, board, model, seed)
    send_all(server, calls)
    return contracts


def _first_job(chain: Chain, board: str, model: WeightSpec, seed: int) -> list[Call]:
    # The server's weights travel as float32: 4 bytes each, as frameworks train them.
    payload = codec("float32").encode(weights(model, seed))
    chunks = split(payload, STORES["calldata"].chunk_limit(chain))
    return [opening(board, chunks, weights=model.count), *publishing(board, chunks, job=1)]
