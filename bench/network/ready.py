"""When a network is ready, and why it is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.network.logs import last_errors
from bench.network.node import Node
from bench.network.process import ProcessId, is_alive
from bench.network.topology import Topology
from system.chain.rpc import Rpc, RpcError, Unreachable
from system.errors import NetworkError

# Four validators need 3 s on an idle machine; a busy one may take ten times as long.
_PATIENCE_S = 25.0
_POLL_S = 0.1
_ANSWER_S = 5.0


Complaint = tuple[Node, str]


class PortTaken(NetworkError):
    """Another process was faster to listen on a port that was free a moment ago."""


class NodeDied(NetworkError):
    """A node ended while the network was starting."""


class NotReady(NetworkError):
    """The nodes run but did not come together in time.

    Two validators that dial each other at the same moment can both hang up, and geth dials a
    static peer again only after half a minute: a new start is quicker than waiting.
    """


def wait_until(
    complaints: Callable[[], Sequence[Complaint]],
    running: Mapping[ProcessId, Node],
    period_s: float,
) -> None:
    """Returns when there are no more complaints.

    Raises NodeDied or PortTaken if one of the `running` nodes ends meanwhile, NotReady with
    the complaints when it takes longer than 25 s and ten block periods.
    """
    patience_s = _PATIENCE_S + 10 * period_s
    deadline = time.monotonic() + patience_s
    while found := complaints():
        for process, node in running.items():
            if not is_alive(process):
                raise _died(node)
        if time.monotonic() > deadline:
            raise _too_slow(found[0], patience_s)
        time.sleep(_POLL_S)


def complaints(topology: Topology, nodes: Sequence[Node], first_block: int) -> list[Complaint]:
    """What keeps these nodes from being ready; nothing if they are.

    Ready: each sees all the others and has the block `first_block`. A Raft chain makes no block
    before there is a transaction, so there it is that each sees the others and knows a leader.
    """
    found = [(node, _complaint(topology, node, len(nodes) - 1, first_block)) for node in nodes]
    return [(node, text) for node, text in found if text]


def _complaint(topology: Topology, node: Node, peers_wanted: int, first_block: int) -> str:
    try:
        peers, height, leader = _ask(topology, node)
    except (Unreachable, RpcError):
        return "does not answer"
    if peers < peers_wanted:
        return f"sees {peers} of {peers_wanted} peers"
    if topology.idles:
        return "" if leader else "knows no leader"
    return "" if height >= first_block else f"is at block {height}, not yet at {first_block}"


def _ask(topology: Topology, node: Node) -> tuple[int, int, bool]:
    requests: list[tuple[str, list[Any]]] = [("net_peerCount", []), ("eth_blockNumber", [])]
    if topology.idles:
        requests.append(("raft_leader", []))
    peers, height, *leader = Rpc(node.endpoint, timeout_s=_ANSWER_S).batch(requests)
    for answer in (peers, height):
        if isinstance(answer, RpcError):
            raise answer
    return int(peers, 16), int(height, 16), bool(leader) and isinstance(leader[0], str)


def _died(node: Node) -> NetworkError:
    said = last_errors(node.log)
    message = f"validator {node.validator.index} ended: {said} (log: {node.log})"
    return (PortTaken if "address already in use" in said else NodeDied)(message)


def _too_slow(complaint: Complaint, patience_s: float) -> NotReady:
    node, text = complaint
    return NotReady(
        f"the network was not ready after {patience_s:g} s: validator {node.validator.index} "
        f"{text}; {node.log} ends with: {last_errors(node.log)}"
    )
