"""The gas of a model's life on a node, from receipts: deployed, taught, refunded, reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from bench.limits.models.cases import CLASSES, Case, cases
from bench.limits.models.rows import Row
from system.chain.compiler import artifact
from system.chain.keys import derive_key
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send, send_all
from system.errors import WeighbridgeError
from system.models import trainer
from system.models.incentives.stake import StakeTerms
from system.models.trainer import Part, Wiring

# A deposit may be claimed at once, and nobody but reporters takes it while we measure. The waits
# are in units of the chain's timestamp: nanoseconds on Raft.
_TERMS: Final = StakeTerms(
    cost_weight=10**12, refund_wait_s=0, owner_wait_s=10**18, any_wait_s=10**18
)
_WEALTH: Final = 10**18
# An upper bound for a value of any model: a slot is written, others are read.
_FEATURE_GAS: Final = 30_000
_ROLES: Final = ("admin", "good", "bad", "third")
# Classes change sides within as many samples that speak against them.
_MOST_FLIPS: Final = 8


class Unmeasured(WeighbridgeError):
    """The model did not take the side that a measurement needs."""


@dataclass(frozen=True, slots=True)
class Given:
    """A contribution: its author, what it is made of, when it was taken and for how much gas."""

    author: Sender
    features: list[int]
    label: int
    added_at: int
    gas: int


@dataclass(frozen=True, slots=True)
class Site:
    """A model with its trainer on a node."""

    wiring: Wiring
    rpc: Rpc

    def predict(self, features: list[int]) -> int:
        """The class the model gives a sample."""
        return trainer.predicted(self.rpc, self.wiring.trainer, features)

    def add(self, author: Sender, features: list[int], *, agrees: bool) -> Given:
        """A contribution with which the model agrees when it comes in, or does not."""
        answer = self.predict(features)
        label = answer if agrees else len(CLASSES) - 1 - answer
        cost = trainer.cost_now(self.rpc, self.wiring.incentive)
        receipt = send(
            author,
            trainer.adding(
                self.wiring.trainer, features, label, value=cost, feature_gas=_FEATURE_GAS
            ),
        )
        block = self.rpc.call("eth_getBlockByNumber", receipt["blockNumber"], False)
        return Given(author, features, label, int(block["timestamp"], 16), _gas(receipt))


def measure(url: str, treasury: bytes, *, salt: str) -> list[Row]:
    """A row for each case, measured side by side.

    `treasury` is the key of an account with ether; accounts depend on `salt`, a new one each time.
    Raises Reverted, NotMined, RpcError; Unmeasured where a model won't take the side it has to.
    """
    chosen = cases()
    people = [_people(url, f"{salt}|{number}") for number in range(len(chosen))]
    _endow(_sender(url, treasury), (one for group in people for one in group))
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(_measured, chosen, people))


def _measured(case: Case, people: Sequence[Sender]) -> Row:
    admin, good, bad, third = people
    site, deploy_gas = _deployed(case, admin)
    source = Random(1)
    if case.first:
        site.add(third, list(case.first), agrees=False)
    agreed = site.add(good, case.sample(source), agrees=True)
    disagreed = site.add(bad, case.sample(source), agrees=False)
    _turn(site, agreed, third, agrees=True)
    refund_gas = _refund(site, agreed)
    _turn(site, disagreed, third, agrees=False)
    return Row(
        case.model,
        case.configuration,
        deploy_gas=deploy_gas,
        agree_gas=agreed.gas,
        disagree_gas=disagreed.gas,
        refund_gas=refund_gas,
        report_gas=_report(site, disagreed, good),
    )


def _deployed(case: Case, admin: Sender) -> tuple[Site, int]:
    """The model, and what all transactions took that put it and its parts up."""
    wiring, calls = trainer.deployment(
        admin.address,
        nonce=0,
        classifier=case.part,
        incentive=Part(artifact("StakeIncentive"), _TERMS.arguments()),
        initial=case.initial,
    )
    return Site(wiring, admin.rpc), sum(map(_gas, send_all(admin, calls)))


def _turn(site: Site, given: Given, third: Sender, *, agrees: bool) -> None:
    """Let the model learn from somebody else until it agrees with a contribution, or disagrees."""
    for _ in range(_MOST_FLIPS):
        if (site.predict(given.features) == given.label) == agrees:
            return
        site.add(third, given.features, agrees=False)
    raise Unmeasured(f"{_MOST_FLIPS} samples did not change the model's mind")


def _refund(site: Site, given: Given) -> int:
    call = trainer.refunding(
        site.wiring.trainer,
        given.features,
        given.label,
        added_at=given.added_at,
        feature_gas=_FEATURE_GAS,
    )
    return _gas(send(given.author, call))


def _report(site: Site, given: Given, reporter: Sender) -> int:
    call = trainer.reporting(
        site.wiring.trainer,
        given.features,
        given.label,
        added_at=given.added_at,
        author=given.author.address,
        feature_gas=_FEATURE_GAS,
    )
    return _gas(send(reporter, call))


def _people(url: str, salt: str) -> list[Sender]:
    return [_sender(url, derive_key(salt, role, 0)) for role in _ROLES]


def _sender(url: str, key: bytes) -> Sender:
    rpc = Rpc(url)
    return Sender(rpc, key, int(rpc.call("eth_chainId"), 16))


def _endow(treasury: Sender, people: Iterable[Sender]) -> None:
    send_all(treasury, [Call(one.address, b"", 21_000, value=_WEALTH) for one in people])


def _gas(receipt: dict[str, Any]) -> int:
    return int(receipt["gasUsed"], 16)
