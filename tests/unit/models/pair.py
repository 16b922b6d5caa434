"""A trainer on an in-process chain and its twin beside it, which have to agree in all they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from system.chain.abi import call_data
from system.chain.compiler import Artifact, artifact, compile_sources
from system.chain.sender import Call
from system.models import trainer
from system.models.incentives.incentive import Incentive
from system.models.incentives.points import Points
from system.models.incentives.stake import Stake, StakeTerms
from system.models.records import Features, data_key
from system.models.refused import Refused
from system.models.trainer import Part, Wiring
from system.models.twin import Twin
from tests.evm import Evm

CLASSES = 3
STAKE = StakeTerms(cost_weight=1_000, refund_wait_s=10, owner_wait_s=20, any_wait_s=30)

# The class learned last for a sample's first feature: anybody's next sample can change the model's
# mind. It can grow, as dense models do, and then refuses shorter samples.
_TABLE = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Table {
    error NoFeatures();
    error NotTrainer(address sender);
    error UnknownClass(uint64 class, uint256 classes);
    error WrongLength(uint256 expected, uint256 given);
    error FeatureOutOfRange(uint256 position, int64 value);

    uint256 private constant CLASSES = 3;
    address private _trainer;
    uint256 private _least;
    mapping(int64 feature => uint64 class) private _classOf;

    function appoint(address trainer) external {
        _trainer = trainer;
    }

    function need(uint256 least) external {
        _least = least;
    }

    function predict(int64[] calldata features) external view returns (uint64) {
        return _classOf[_first(features)];
    }

    function update(int64[] calldata features, uint64 class) external {
        if (msg.sender != _trainer) revert NotTrainer(msg.sender);
        if (class >= CLASSES) revert UnknownClass(class, CLASSES);
        _classOf[_first(features)] = class;
    }

    function _first(int64[] calldata features) private view returns (int64) {
        if (features.length == 0) revert NoFeatures();
        if (features.length < _least) revert WrongLength(_least, features.length);
        int256 word;
        assembly { word := calldataload(features.offset) }
        if (word != int64(word)) revert FeatureOutOfRange(0, int64(word));
        return int64(word);
    }
}
"""


def table() -> Artifact:
    """The model, compiled."""
    return compile_sources({"Table.sol": _TABLE})["Table"]


@dataclass(slots=True)
class TableTwin:
    """The model in Python: samples need `least` features."""

    least: int = 0
    classes: dict[int, int] = field(default_factory=dict)

    def predict(self, features: Features) -> int:
        """The class learned last for the first feature; 0 at first."""
        return self.classes.get(self._first(features), 0)

    def update(self, features: Features, cls: int) -> None:
        """Learn that class."""
        if cls >= CLASSES:
            raise Refused("UnknownClass")
        self.classes[self._first(features)] = cls

    def _first(self, features: Features) -> int:
        if not len(features):
            raise Refused("NoFeatures")
        if len(features) < self.least:
            raise Refused("WrongLength")
        return int(features[0])


@dataclass(frozen=True, slots=True)
class Sample:
    """A contribution that was taken."""

    features: tuple[int, ...]
    cls: int
    added_at: int
    author: str

    @property
    def key(self) -> bytes:
        """Its key."""
        return _key(self)


@lru_cache(maxsize=4_096)
def _key(sample: Sample) -> bytes:
    return data_key(sample.features, sample.cls, sample.added_at, sample.author)


@dataclass(slots=True)
class Pair:
    """The contracts and the twin; `wallets` is what accounts have by the twin's account."""

    evm: Evm
    admin: str
    wiring: Wiring
    twin: Twin
    wallets: dict[str, int] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)

    @classmethod
    def staked(cls, terms: StakeTerms = STAKE, *, evm: Evm | None = None) -> Pair:
        """With deposits."""
        evm = evm or Evm()
        part = Part(artifact("StakeIncentive"), terms.arguments())
        return cls._built(evm, part, Stake(terms, created_at=evm.number))

    @classmethod
    def pointed(cls, refund_wait_s: int = STAKE.refund_wait_s) -> Pair:
        """With points."""
        part = Part(artifact("PointsIncentive"), (refund_wait_s,))
        return cls._built(Evm(), part, Points(refund_wait_s))

    @classmethod
    def _built(cls, evm: Evm, part: Part, incentive: Incentive) -> Pair:
        admin = evm.account()
        wiring = deployed(evm, admin, Part(table()), part)
        return cls(evm, admin, wiring, Twin(TableTwin(), incentive))

    @property
    def now_s(self) -> int:
        """The block's timestamp: here its number."""
        return self.evm.number

    def account(self) -> str:
        """A new account that the wallets follow."""
        return self.follow(self.evm.account())

    def follow(self, account: str) -> str:
        """An account that is there, which the wallets follow from now on."""
        self.wallets[account] = self.evm.balance(account)
        return account

    def need(self, least: int) -> None:
        """Let the model take samples of so many features and more."""
        data = call_data("need(uint256)", least)
        self.evm.send(self.admin, Call(self.wiring.classifier, data, 100_000))
        self.twin.model.least = least

    def cost(self) -> int:
        """What adding data costs now; both agree."""
        cost = trainer.cost_now(self.evm, self.wiring.incentive)
        assert cost == self.twin.incentive.cost(self.now_s)
        return cost

    def add(
        self, author: str, features: Sequence[int], cls: int, *, paid: int | None = None
    ) -> str:
        """Contribute, for the very cost if nothing is said; why it was refused, "" if not."""
        value = self.cost() if paid is None else paid
        call = trainer.adding(self.wiring.trainer, features, cls, value=value)

        def twin() -> None:
            self.twin.add(author, features, cls, paid=value, now_s=self.now_s)
            self.wallets[author] -= value
            self.samples.append(Sample(tuple(features), cls, self.now_s, author))

        return self.both(author, call, twin)

    def added(self, author: str, features: Sequence[int], cls: int) -> Sample:
        """What was contributed for the very cost."""
        assert self.add(author, features, cls) == ""
        return self.samples[-1]

    def refund(self, claimer: str, sample: Sample) -> str:
        """Ask for a deposit as its author; why it was refused."""
        at, given = sample.added_at, (sample.features, sample.cls)
        call = trainer.refunding(self.wiring.trainer, *given, added_at=at)
        return self.both(
            claimer,
            call,
            lambda: self.twin.refund(claimer, *given, added_at=at, now_s=self.now_s),
        )

    def report(self, reporter: str, sample: Sample) -> str:
        """Take of a deposit; why it was refused."""
        where = {"added_at": sample.added_at, "author": sample.author}
        given = (sample.features, sample.cls)
        call = trainer.reporting(self.wiring.trainer, *given, **where)
        return self.both(
            reporter, call, lambda: self.twin.report(reporter, *given, **where, now_s=self.now_s)
        )

    def withdraw(self, account: str) -> str:
        """Be paid; why it was refused."""

        def twin() -> None:
            self.wallets[account] += self.twin.incentive.withdraw(account)

        return self.both(account, trainer.withdrawing(self.wiring.incentive), twin)

    def both(self, sender: str, call: Call, twin: Callable[[], object]) -> str:
        """Do a thing on the chain and in the twin; the name both refuse it by, "" if none does."""
        name = ""
        try:
            twin()
        except Refused as refused:
            name = refused.name
        assert self.evm.refusal(sender, call) == name
        return name

    def owed(self, account: str) -> int:
        """What the account can withdraw; both agree."""
        owed = trainer.owed_to(self.evm, self.wiring.incentive, account)
        assert owed == self.twin.incentive.owed(account)
        return owed

    def left(self, sample: Sample) -> int:
        """What can still be claimed of a contribution; both agree in all they know of it."""
        data = trainer.contribution_of(self.evm, self.wiring.handler, sample.key)
        assert data == self.twin.records.contribution(sample.key)
        return data.claimable


def deployed(evm: Evm, admin: str, classifier: Part, incentive: Part) -> Wiring:
    """A trainer with its parts in the in-process chain."""

    def created(part: Part) -> str:
        return evm.deploy(part.artifact, *part.arguments, sender=admin)

    parts = [created(one) for one in (classifier, Part(artifact("DataHandler")), incentive)]
    address = created(Part(artifact("CollaborativeTrainer"), tuple(parts)))
    wiring = Wiring(*parts, address)
    for call in trainer.appointing(wiring):
        evm.send(admin, call)
    return wiring
