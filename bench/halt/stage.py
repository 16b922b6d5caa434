"""A network made ready for an attack: who is asked, what will be sent, how it was before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.halt import view
from bench.halt.refund import filled_contract
from bench.halt.sending import Account, signed_accounts
from bench.halt.trial import Trial
from bench.halt.witness import committed_all, send_small
from bench.network.running import Network
from system.chain.rpc import Rpc

_ANSWER_S = 30.0
_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Stage:
    """`rpcs` are the validators that run during the attack; `first_block` is their head before."""

    trial: Trial
    network: Network
    rpcs: tuple[Rpc, ...]
    accounts: tuple[Account, ...]
    peers_before: tuple[int | None, ...]
    first_block: int

    @property
    def raft(self) -> bool:
        """Whether blocks come only when there are transactions, and in no rounds."""
        return self.network.topology.idles


def staged(trial: Trial, network: Network) -> Stage:
    """The stage of that trial; raises RpcError, Unreachable or NotMined where it can't be set."""
    rpcs = endpoints(network)
    if trial.away_blocks:
        network.kill(len(rpcs) - 1)
        rpcs = rpcs[:-1]
    for rpc in rpcs:
        view.ask(rpc, "debug_vmodule", view.LOGGING)
    if trial.remedies:  # something must be there that a remedy could lose
        small = send_small(rpcs, chain_id=network.topology.chain_id, salt="before")
        committed_all(rpcs, small, limit_s=_LIMIT_S)
    return Stage(
        trial=trial,
        network=network,
        rpcs=rpcs,
        accounts=tuple(_accounts(trial, network, rpcs)),
        peers_before=tuple(view.number(view.ask(rpc, "net_peerCount")) for rpc in rpcs),
        first_block=int(rpcs[0].call("eth_blockNumber"), 16),
    )


def endpoints(network: Network) -> tuple[Rpc, ...]:
    """A connection to each validator, whether it runs or not."""
    return tuple(Rpc(endpoint, timeout_s=_ANSWER_S) for endpoint in network.endpoints)


def _accounts(trial: Trial, network: Network, rpcs: Sequence[Rpc]) -> list[Account]:
    attack, chain_id = trial.attack, network.topology.chain_id
    clearing = None
    if attack.refund_slots:
        slots = attack.refund_slots * attack.transactions
        clearing = filled_contract(rpcs[0], chain_id=chain_id, slots=slots, timeout_s=_LIMIT_S)
    return signed_accounts(attack, chain_id=chain_id, clearing=clearing)
