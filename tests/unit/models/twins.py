"""A model's contract together with its twin: both are driven by the same words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from eth_abi.abi import encode

from system.chain.abi import call_data, selector, view
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.models.classifiers import calls
from system.models.classifiers.bayes import NaiveBayes
from system.models.classifiers.centroid import NearestCentroid, SparseNearestCentroid
from tests.unit.models.beside import Beside

Model = TypeVar("Model", NaiveBayes, NearestCentroid, SparseNearestCentroid)
UPDATE = "update(int64[],uint64)"
PREDICT = "predict(int64[])"


@dataclass(slots=True)
class Pair(Beside, Generic[Model]):
    """A contract, and `twin`."""

    twin: Model

    def call(self, signature: str, *arguments: Any) -> Call:
        """A transaction to the contract."""
        return Call(self.model, call_data(signature, *arguments), 0)

    def done(self, step: Callable[[], object], signature: str, *arguments: Any) -> str:
        """Do a step on both sides: the refusal they share, "" where they do it."""
        return self.both(self.call(signature, *arguments), step)

    def update(self, features: Sequence[int], cls: int) -> str:
        """Learn a sample on both sides: the refusal they share."""
        return self.updated(self.twin, features, cls)

    def reset(self) -> str:
        """Reset both sides."""
        return self.both(calls.resetting(self.model), self.twin.reset)

    def finish(self) -> str:
        """Finish both sides."""
        return self.both(calls.finishing(self.model), self.twin.finish)

    def predict(self, features: Sequence[int]) -> int | str:
        """The class that both sides give, or the refusal they share."""
        return self.predicted(self.twin, features) or self.twin.predict(features)

    def refused_word(self, word: int) -> list[str]:
        """How an update and a prediction refuse a sample of one word, which may be no int64."""
        one = encode(["int256[]", "uint64"], [[word], 0])
        alone = encode(["int256[]"], [[word]])
        return [
            self.evm.refusal(self.account, Call(self.model, selector(signature) + data, 0))
            for signature, data in ((UPDATE, one), (PREDICT, alone))
        ]

    def strangers(self, *steps: tuple[Any, ...]) -> list[str]:
        """How steps are refused that an account does which is neither admin nor trainer."""
        stranger = self.evm.account()
        return [self.evm.refusal(stranger, self.call(*step)) for step in steps]

    def asked(self, signature: str, *arguments: Any, returns: Sequence[str]) -> tuple[Any, ...]:
        """What a view of the contract returns."""
        return view(self.evm, self.model, signature, *arguments, returns=returns)


def paired(twin: Model, *arguments: Any) -> Pair[Model]:
    """A new contract of the twin's name, created with these arguments, beside it."""
    made = Beside.made(artifact(type(twin).__name__), *arguments)
    return Pair(made.evm, made.account, made.model, twin)
