"""A model's contract in process and its twin beside it: the same is done to both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import TypeVar

from system.chain.abi import view
from system.chain.compiler import Artifact
from system.chain.sender import Call
from system.models.classifiers import calls
from system.models.classifiers.classifier import ONE, Classifier
from system.models.refused import Refused
from tests import evm
from tests.evm import Evm, Receipt

T = TypeVar("T")


@dataclass(slots=True)
class Beside:
    """A contract, and the account that is its admin and its trainer."""

    evm: Evm
    account: str
    model: str

    @classmethod
    def made(cls, contract: Artifact, *arguments: object) -> Beside:
        """A new contract on a chain of its own, whose trainer is appointed."""
        chain = Evm()
        account = chain.account()
        made = cls(chain, account, chain.deploy(contract, *arguments, sender=account))
        made.send(calls.appointing(made.model, account))
        return made

    def send(self, *transactions: Call) -> list[Receipt]:
        """The receipts of transactions in order; raises the chain's Refused."""
        return [self.evm.send(self.account, one) for one in transactions]

    def both(self, transaction: Call, act: Callable[[], object]) -> str:
        """Do the same to contract and twin: by which name both refuse, "" where neither does."""
        theirs, _ = attempt(lambda: self.send(transaction))
        ours, _ = attempt(act)
        assert theirs == ours
        return ours

    def updated(self, twin: Classifier, features: Sequence[int], cls: int) -> str:
        """Let both learn a sample; they say alike whether it changed them."""
        theirs, receipts = attempt(lambda: self.send(calls.updating(self.model, features, cls)))
        ours, changed = attempt(lambda: twin.update(features, cls))
        assert theirs == ours
        for receipt in receipts or []:
            [log] = receipt.named(calls.UPDATED)
            assert bool(int(log.data, 16)) == changed
        return ours

    def predicted(self, twin: Classifier, features: Sequence[int]) -> str:
        """Ask both for the class of a sample: they agree, or refuse alike."""
        theirs = attempt(lambda: calls.predicted(self.evm, self.model, features))
        assert theirs == attempt(lambda: twin.predict(features))
        return theirs[0]

    def read(self, signature: str, *arguments: object, returns: str) -> object:
        """What a view of the contract returns."""
        [value] = view(self.evm, self.model, signature, *arguments, returns=[returns])
        return value


def attempt(act: Callable[[], T]) -> tuple[str, T | None]:
    """The name by which something is refused, and what came of it."""
    try:
        return "", act()
    except (Refused, evm.Refused) as error:
        return error.name, None


def unit(values: Sequence[int]) -> list[int]:
    """The values as a sample of length one, with nine decimals; not all of them are zero."""
    length = isqrt(sum(value * value for value in values) * ONE**2)
    return [round(value * ONE**2 / length) for value in values]
