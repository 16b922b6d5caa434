"""The encrypted system as a swarm sends it: updates of groups, added on the chain unread."""

from __future__ import annotations

from bench.load.config import SwarmConfig
from bench.load.session import Session
from bench.load.systems import Carriage, System
from bench.load.workloads.encrypted.calibration import calibrate_encrypted
from bench.load.workloads.encrypted.setting import PAILLIER
from bench.load.workloads.encrypted.workload import TEST_BITS, TOPICS, EncryptedWorkload
from system.chain.compiler import artifact
from system.chain.deploy import created_address, creation
from system.chain.keys import derive_key
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send_all
from system.encrypted.contracts.agreement import MOST_SEATS
from system.encrypted.contracts.rounds import UPDATE_COMPLETE
from system.encrypted.paillier import generate
from system.errors import UsageError
from system.learning.models import WeightSpec


def _require(config: SwarmConfig) -> None:
    parties = int(config.settings["parties"])
    if len(config.weights) != 1 or config.weights[0].count == 0:
        raise UsageError("--system encrypted takes one size of --weights, and not the counter")
    if not 2 <= parties <= MOST_SEATS:
        raise UsageError(f"--parties {parties}: give 2 to {MOST_SEATS}")
    if (config.users or 1) < parties:
        raise UsageError(
            f"a group takes {parties} parties and there are {config.users or 1}: "
            "raise --users, or lower --parties"
        )
    if config.privacy != "plain":
        raise UsageError("--system encrypted hides updates itself: leave --privacy out")


def _carriage(config: SwarmConfig, spec: WeightSpec) -> Carriage:
    scheme = str(config.settings["scheme"])
    bits = f"-{config.settings['key_bits']}" if scheme == PAILLIER else ""
    return Carriage(f"{scheme}{bits}", "sum")


def _deploy(rpc: Rpc, config: SwarmConfig, session: Session) -> dict[str, str]:
    """Everything goes out at once: the deployer's nonces begin at 0, so all addresses are known."""
    key = derive_key(f"{session.seed}|{session.id}", "server", 0)
    server = Sender(rpc, key, session.chain.chain_id)
    parties, groups, places, adder = (created_address(server.address, n) for n in range(4))
    send_all(
        server,
        [
            creation(artifact("PartyRegistry")),
            creation(artifact("Agreement"), parties),
            creation(artifact("EncryptedRounds"), groups),
            _aggregation(config),
        ],
    )
    return {"registry": parties, "agreement": groups, "rounds": places, "aggregation": adder}


def _aggregation(config: SwarmConfig) -> Call:
    if config.settings["scheme"] != PAILLIER:
        return creation(artifact("LaneAggregation"))
    bits = int(config.settings["key_bits"])
    # Nobody opens these sums: the private key is thrown away.
    public = generate(bits, for_tests=bits == TEST_BITS).public
    return creation(artifact("PaillierAggregation"), public.to_bytes(), bits == TEST_BITS)


ENCRYPTED = System(
    topics=TOPICS,
    completed=lambda config: (UPDATE_COMPLETE,),
    carriage=_carriage,
    deploy=_deploy,
    calibrate=calibrate_encrypted,
    workload=EncryptedWorkload,
    require=_require,
)
