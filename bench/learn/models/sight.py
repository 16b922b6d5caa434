"""How things stand, asked of the chain by free calls and of the twin: both have to say the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bench.learn.models.stage import Stage
from system.chain.abi import decoded, view_request
from system.chain.rpc import RpcError
from system.models.trainer import with_features

_A_BODY = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """At one time: the share of test samples that the model gets right, by the chain and by the
    twin; wei in hand and owed by address, of the chain."""

    accuracy: float
    accuracy_twin: float
    held_wei: dict[str, int]


@dataclass(frozen=True)
class Sight:
    """Looks at a stage."""

    stage: Stage

    def look(self) -> Seen:
        """How things stand; what chain and twin see differently goes to the exchange's list."""
        chain, twin = self._answers(), self._twin_answers()
        differing = self.stage.exchange.differing
        wrong = sum(one != other for one, other in zip(chain, twin, strict=True))
        if wrong:
            differing.append(f"{wrong} of {len(twin)} predictions")
        held = self._held()
        for address, wei in held.items():
            if wei != (known := self.stage.exchange.world.purse(address).wei):
                differing.append(f"{address} has {wei} wei, and {known} by the twin")
        return Seen(self._share(chain), self._share(twin), held)

    @cached_property
    def _requests(self) -> list[tuple[str, list[object]]]:
        model = self.stage.wiring.classifier
        samples = [
            with_features("predict(int64[])", one.features) for one in self.stage.material.test
        ]
        return [
            ("eth_call", [{"to": model, "data": "0x" + data.hex()}, "latest"]) for data in samples
        ]

    def _answers(self) -> list[int]:
        requests, rpc = self._requests, self.stage.place.rpc
        bodies = (requests[at : at + _A_BODY] for at in range(0, len(requests), _A_BODY))
        return [_number(answer, "uint64") for body in bodies for answer in rpc.batch(body)]

    def _twin_answers(self) -> list[int]:
        world = self.stage.exchange.world
        return [world.predict(one.features) for one in self.stage.material.test]

    def _share(self, answers: list[int]) -> float:
        labels = [one.label for one in self.stage.material.test]
        return sum(map(int.__eq__, answers, labels)) / len(labels)

    def _held(self) -> dict[str, int]:
        rpc, addresses = self.stage.place.rpc, list(self.stage.given_wei)
        hands = rpc.batch([("eth_getBalance", [one, "latest"]) for one in addresses])
        incentive = self.stage.wiring.incentive
        owed = rpc.batch([view_request(incentive, "owed(address)", one) for one in addresses])
        return {
            one: int(hand, 16) + _number(debt, "uint256")
            for one, hand, debt in zip(addresses, hands, owed, strict=True)
        }


def _number(answer: object, kind: str) -> int:
    if isinstance(answer, RpcError):
        raise answer
    return int(decoded(answer, [kind])[0])
