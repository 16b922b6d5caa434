"""The world on a chain: what a node's answers become, and agents on contracts as on their twins."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from eth_abi.abi import encode

from system.chain.abi import selector
from system.chain.compiler import artifact
from system.chain.keys import address_of, derive_key
from system.chain.rpc import RpcError
from system.models import world_chain
from system.models.data import Example, Examples
from system.models.events import DATA_LEARNED
from system.models.incentives.stake import Stake, StakeTerms
from system.models.refused import Refused
from system.models.simulation.actions import Add, Withdraw
from system.models.simulation.agents import ROLES, Agent
from system.models.simulation.claims import Waits
from system.models.simulation.run import Plan, simulate
from system.models.simulation.world import UNAFFORDABLE, Moved
from system.models.trainer import Part, Wiring
from system.models.world_chain import Node, OnChain
from tests.unit.models.worlds import MODELS, WIDTH, Both, Setting, sample

KEY = derive_key("world", "agent", 0)
ME = address_of(KEY)
WIRING = Wiring(*("0x" + str(at) * 40 for at in (1, 2, 3, 4)))


class FakeNode:
    """A node that mines each transaction in a block of its own, three seconds apart."""

    def __init__(self, *, refusal: str = "", logs: tuple[Any, ...] = ()) -> None:
        self.blocks = 1
        self.refusal = selector(f"{refusal}()") if refusal else b""
        self.logs = list(logs)

    def call(self, method: str, *params: Any) -> Any:
        if method == "eth_getBlockByNumber":
            number = self.blocks if params[0] == "latest" else int(params[0], 16)
            self.blocks += params[0] == "latest"
            return {"timestamp": hex(3 * number)}
        if method == "eth_call":
            raise RpcError(3, "execution reverted", self.refusal)
        if method == "debug_traceTransaction":
            return {"output": "0x" + self.refusal.hex()}
        if method == "eth_getTransactionReceipt":
            status = "0x0" if self.refusal else "0x1"
            return {
                "status": status,
                "blockNumber": "0x5",
                "transactionHash": params[0],
                "logs": self.logs,
            }
        known = {"eth_getTransactionCount": "0x0", "eth_getBalance": "0x64"}
        return known.get(method, "0x" + "ab" * 32)


def on(node: FakeNode) -> OnChain:
    return OnChain(Node(node, 1337, {ME: KEY}), WIRING)  # type: ignore[arg-type]


def test_an_action_is_what_its_event_tells_and_when_its_block_was():
    other = {"topics": ["0x00"], "data": "0x"}
    told = {"topics": [DATA_LEARNED], "data": "0x" + encode(["uint256"], [77]).hex()}
    assert on(FakeNode(logs=(other, told))).act(ME, Add((1,), 0, 80)) == Moved(77, 15)


def test_a_failed_transaction_is_refused_by_its_error():
    with pytest.raises(Refused) as caught:
        on(FakeNode(refusal="NothingToClaim")).act(ME, Withdraw())
    assert caught.value.name == "NothingToClaim"


def test_a_prediction_is_refused_by_its_error():
    with pytest.raises(Refused) as caught:
        on(FakeNode(refusal="NoFeatures")).predict(())
    assert caught.value.name == "NoFeatures"


def test_a_node_s_own_errors_stay_what_they_are():
    with pytest.raises(RpcError):
        on(FakeNode()).predict((1,))


def test_what_one_has_not_is_not_sent():
    with pytest.raises(Refused) as caught:
        on(FakeNode()).act(ME, Add((1,), 0, 101))
    assert caught.value.name == UNAFFORDABLE


def test_waiting_is_until_a_block_is_so_much_later(monkeypatch):
    slept = []
    monkeypatch.setattr(world_chain.time, "sleep", slept.append)
    world = on(FakeNode())
    began = world.now()
    world.wait(9)
    assert world.now() - began >= 9
    assert len(slept) == 2


def test_agents_do_the_same_on_contracts_as_on_twins():
    chance = Random(8)
    model = MODELS["dense_perceptron"](chance)
    terms = StakeTerms(10**13, 600, 1200, 1800)
    names = ["good"] * 3 + ["bad"] * 2 + ["mistaken", "limited", "careless"]
    roles = [replace(ROLES[name], wait=replace(ROLES[name].wait, mean=300)) for name in names]

    def staked(setting: Setting) -> tuple[Part, Stake]:
        return Part(artifact("StakeIncentive"), terms.arguments()), Stake(
            terms, created_at=setting.now
        )

    both = Both.built(model, staked, wei=[one.start_wei for one in roles])
    agents = [Agent(who, one) for who, one in zip(both.accounts, roles, strict=True)]
    examples = [Example(*sample(model, chance, width=WIDTH)) for _ in range(60)]
    data = Examples(tuple(examples[:40]), tuple(examples[40:]), ("a", "b"), WIDTH, False)
    plan = Plan(3_000, 600, Waits(600, 1_800), seed=4)
    histories = [simulate(world, agents, data, plan) for world in (both.twins, both.chain)]
    assert histories[0] == histories[1]
    assert min(histories[0].done[name] for name in ("Add", "Refund", "Report", "Withdraw")) > 5
