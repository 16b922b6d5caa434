"""A model's contract and its twin, driven alike: the same answers and the same refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from eth_abi.abi import encode

from system.chain.abi import call_data, selector, view
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.models import refused
from system.models.classifiers.classifier import Classifier
from tests.evm import Evm, Receipt, Refused

UPDATE = "update(int64[],uint64)"
PREDICT = "predict(int64[])"


Twin = TypeVar("Twin", bound=Classifier)


@dataclass(slots=True)
class Pair(Generic[Twin]):
    """The contract of that name, deployed with `arguments`, beside `twin`."""

    name: str
    twin: Twin
    arguments: tuple[Any, ...]
    evm: Evm = field(default_factory=Evm)
    address: str = field(init=False)
    admin: str = field(init=False)
    trainer: str = field(init=False)

    def __post_init__(self) -> None:
        self.admin, self.trainer = self.evm.account(), self.evm.account()
        made = artifact(self.name)
        self.address = self.evm.deploy(made, *self.arguments, sender=self.admin)
        self.sent(self.admin, "appoint(address)", self.trainer)

    def call(self, signature: str, *arguments: Any) -> Call:
        """A transaction to the contract."""
        return Call(self.address, call_data(signature, *arguments), 0)

    def refused_word(self, word: int) -> list[str]:
        """How an update and a prediction refuse a sample of one word, which may be no int64."""
        one = encode(["int256[]", "uint64"], [[word], 0])
        alone = encode(["int256[]"], [[word]])
        return [
            self.evm.refusal(self.trainer, Call(self.address, selector(signature) + data, 0))
            for signature, data in ((UPDATE, one), (PREDICT, alone))
        ]

    def sent(self, sender: str, signature: str, *arguments: Any) -> Receipt:
        """The receipt of a transaction to the contract."""
        return self.evm.send(sender, self.call(signature, *arguments))

    def both(self, step: Callable[[], object], sender: str, signature: str, *arguments: Any) -> str:
        """Do a step on both sides: the refusal they share, "" where they do it."""
        told = self.evm.refusal(sender, self.call(signature, *arguments))
        assert told == refusal_of(step)
        return told

    def configured(self, step: Callable[[], object], signature: str, *arguments: Any) -> str:
        """`both`, of the admin."""
        return self.both(step, self.admin, signature, *arguments)

    def update(self, features: Sequence[int], cls: int) -> str:
        """Learn a sample on both sides, of the trainer."""
        return self.both(
            lambda: self.twin.update(features, cls), self.trainer, UPDATE, features, cls
        )

    def reset(self) -> str:
        """Reset both sides, of the trainer."""
        return self.both(self.twin.reset, self.trainer, "reset()")

    def finish(self) -> str:
        """Finish both sides."""
        return self.configured(self.twin.finish, "finish()")

    def predict(self, features: Sequence[int]) -> int | str:
        """The class that both sides give, or the refusal they share."""
        told: list[int | str] = []
        for predict in (self._predicted, self.twin.predict):
            try:
                told.append(predict(features))
            except (Refused, refused.Refused) as error:
                told.append(error.name)
        assert told[0] == told[1]
        return told[0]

    def _predicted(self, features: Sequence[int]) -> int:
        return int(self.asked(PREDICT, features, returns=["uint64"])[0])

    def asked(self, signature: str, *arguments: Any, returns: Sequence[str]) -> tuple[Any, ...]:
        """What a view of the contract returns."""
        return view(self.evm, self.address, signature, *arguments, returns=returns)


def refusal_of(step: Callable[[], object]) -> str:
    """The name by which a twin refuses a step; "" where it does it."""
    try:
        step()
    except refused.Refused as error:
        return error.name
    return ""
