"""The same model twice: as twins, and as contracts in this process, with the same beginnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from system.chain.abi import call_data
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.models.classifiers.bayes import NaiveBayes
from system.models.classifiers.centroid import NearestCentroid, SparseNearestCentroid
from system.models.classifiers.classifier import ONE, Classifier
from system.models.classifiers.perceptron import DensePerceptron, SparsePerceptron
from system.models.classifiers.softmax import SoftmaxRegression
from system.models.encoders.dense import normalised
from system.models.encoders.features import Features
from system.models.incentives.incentive import Incentive
from system.models.refused import Refused
from system.models.simulation.twins import Twins
from system.models.trainer import Part, Wiring, appointing, joining
from system.models.twin import Twin
from system.models.world_chain import Mined, OnChain
from tests import evm
from tests.evm import Evm

GAS = 30_000_000
WIDTH = 6


@dataclass(frozen=True)
class Step:
    """One thing the admin does to a model: on the twin, and by a call."""

    method: str
    twin_arguments: tuple[Any, ...]
    signature: str
    arguments: tuple[Any, ...]

    def on(self, twin: Classifier) -> None:
        """Do it to the twin."""
        getattr(twin, self.method)(*self.twin_arguments)

    def call(self, model: str) -> Call:
        """Do it to the contract."""
        return Call(model, call_data(self.signature, *self.arguments), GAS)


@dataclass(frozen=True)
class Model:
    """A model's kind, how it begins, and how it grows: by a feature, then by a class."""

    contract: str
    arguments: tuple[Any, ...]
    twin: Callable[[], Classifier]
    begins: tuple[Step, ...]
    grows: Step
    sparse: bool
    classes: int
    joins: tuple[Step, ...] = ()

    def learned(self) -> Classifier:
        """The twin with its initial weights."""
        twin = self.twin()
        for step in self.begins:
            step.on(twin)
        return twin


FINISH = Step("finish", (), "finish()", ())


def dense_perceptron(chance: Random) -> Model:
    """Two classes over values."""
    weights = small(chance, WIDTH)
    begin = Step("add_features", (0, weights), "addFeatures(uint256,int64[])", (0, weights))
    grow = Step(
        "add_features", (WIDTH, [ONE // 2]), "addFeatures(uint256,int64[])", (WIDTH, [ONE // 2])
    )
    start, rate = 3 * 10**8, ONE // 2
    return Model(
        "DensePerceptron",
        (["no", "yes"], start, rate),
        lambda: DensePerceptron(start, rate),
        (begin, FINISH),
        grow,
        sparse=False,
        classes=2,
    )


def sparse_perceptron(chance: Random) -> Model:
    """Two classes over indices."""
    weights = small(chance, WIDTH)
    begin = Step("bring", (0, weights), "bring(uint256,int64[])", (0, weights))
    grow = Step(
        "add_features", (WIDTH, [ONE // 2]), "addFeatures(uint256,int64[])", (WIDTH, [ONE // 2])
    )
    return Model(
        "SparsePerceptron",
        (["no", "yes"], WIDTH, -(10**8), ONE),
        lambda: SparsePerceptron(WIDTH, -(10**8), ONE),
        (begin, FINISH),
        grow,
        sparse=True,
        classes=2,
    )


def scored(name: str, weights: list[int], bias: int) -> tuple[Step, ...]:
    """A class of weights and a bias."""
    return (
        Step("bring", (0, weights), "bring(uint256,int64[])", (0, weights)),
        Step("add_class", (bias,), "addClass(string,int64)", (name, bias)),
    )


def softmax(chance: Random) -> Model:
    """Three classes over values."""
    steps: list[Step] = []
    for name in ("a", "b", "c"):
        steps += scored(name, small(chance, WIDTH), chance.randrange(-ONE, ONE))
    return Model(
        "SoftmaxRegression",
        (WIDTH, 2 * ONE),
        lambda: SoftmaxRegression(WIDTH, 2 * ONE),
        (*steps, FINISH),
        Step("add_features", (1,), "addFeatures(uint256)", (1,)),
        sparse=False,
        classes=3,
        joins=scored("d", small(chance, WIDTH + 1), chance.randrange(-ONE, ONE)),
    )


def centred(name: str, values: list[int], samples: int) -> tuple[Step, ...]:
    """A class that is the mean of so many samples."""
    return (
        Step("bring", (0, values), "bring(uint256,int64[])", (0, values)),
        Step("add_class", (samples,), "addClass(string,uint32)", (name, samples)),
    )


def centroid(chance: Random) -> Model:
    """Three classes over values."""
    steps: list[Step] = []
    for name in ("a", "b", "c"):
        steps += centred(name, small(chance, WIDTH), chance.randrange(1, 4))
    more = [[ONE // 2], [-ONE // 2], [0]]
    return Model(
        "NearestCentroid",
        (WIDTH,),
        lambda: NearestCentroid(WIDTH),
        (*steps, FINISH),
        Step("add_features", (more,), "addFeatures(int64[][])", (more,)),
        sparse=False,
        classes=3,
        joins=centred("d", small(chance, WIDTH + 1), 2),
    )


def counting(chance: Random) -> tuple[Step, ...]:
    """Three classes of counts."""
    steps: list[Step] = []
    for name in ("a", "b", "c"):
        steps += counted(name, [chance.randrange(4) for _ in range(WIDTH)])
    return (*steps, FINISH)


def counted(name: str, counts: list[int]) -> tuple[Step, ...]:
    """A class of four samples with these counts."""
    places, samples = list(range(len(counts))), 4
    return (
        Step("bring", (places, counts), "bring(uint32[],uint32[])", (places, counts)),
        Step("add_class", (samples,), "addClass(string,uint32)", (name, samples)),
    )


def sparse_centroid(chance: Random) -> Model:
    """Three classes over indices."""
    return Model(
        "SparseNearestCentroid",
        (WIDTH,),
        lambda: SparseNearestCentroid.empty(WIDTH),
        counting(chance),
        Step("add_features", (1,), "addFeatures(uint256)", (1,)),
        sparse=True,
        classes=3,
        joins=counted("d", [chance.randrange(4) for _ in range(WIDTH + 1)]),
    )


def bayes(chance: Random) -> Model:
    """Three classes over indices."""
    return Model(
        "NaiveBayes",
        (WIDTH, ONE),
        lambda: NaiveBayes.empty(WIDTH, ONE),
        counting(chance),
        Step("add_features", (1,), "addFeatures(uint256)", (1,)),
        sparse=True,
        classes=3,
        joins=counted("d", [chance.randrange(4) for _ in range(WIDTH + 1)]),
    )


MODELS = {
    one.__name__: one
    for one in (dense_perceptron, sparse_perceptron, softmax, centroid, sparse_centroid, bayes)
}


@dataclass(frozen=True)
class Setting:
    """What a mechanism's beginning depends on; the admin is its provider, where it has one."""

    model: Model
    admin: str
    accounts: list[str]
    now: int


# A mechanism to be created, and its twin.
Mechanism = Callable[[Setting], tuple[Part, Incentive]]


@dataclass(slots=True)
class InProcess:
    """The in-process chain as `OnChain` takes one; it is its own JSON-RPC."""

    evm: Evm

    @property
    def rpc(self) -> InProcess:
        return self

    def call(self, method: str, *params: Any) -> Any:
        """What a node answers; refuses by name where a node gives an error with data."""
        try:
            return self.evm.call(method, *params)
        except evm.Refused as error:
            raise Refused(error.name) from None

    def send(self, who: str, call: Call) -> Mined:
        """What a transaction left; refuses by name."""
        try:
            receipt = self.evm.send(who, call)
        except evm.Refused as error:
            raise Refused(error.name) from None
        logs = [{"topics": log.topics, "data": log.data} for log in receipt.logs]
        return Mined(logs, self.evm.number)

    def now(self) -> int:
        return self.evm.number

    def wait(self, seconds: int) -> None:
        self.evm.mine(seconds)


@dataclass(slots=True)
class Both:
    """Twins and contracts that began alike, with the same accounts."""

    twins: Twins
    chain: OnChain
    admin: str
    evm: Evm
    accounts: list[str]

    @classmethod
    def built(cls, model: Model, mechanism: Mechanism, *, wei: list[int]) -> Both:
        """A world of each kind, with accounts that have so much."""
        evm = Evm()
        admin = evm.account()
        accounts = [evm.account(amount) for amount in wei]
        part, incentive = mechanism(Setting(model, admin, accounts, evm.number))
        twins = Twins(
            Twin(model.learned(), incentive), dict(zip(accounts, wei, strict=True)), evm.number
        )
        wiring = wired(evm, admin, model, part)
        return cls(twins, OnChain(InProcess(evm), wiring), admin, evm, accounts)

    def wait(self, seconds: int) -> None:
        """Let seconds pass in both."""
        self.twins.wait(seconds)
        self.chain.wait(seconds)

    def grow(self, step: Step) -> None:
        """Let the admin add to both models."""
        step.on(self.twins.twin.model)
        self.evm.send(self.admin, step.call(self.chain.wiring.classifier))


def wired(evm: Evm, admin: str, model: Model, incentive: Part) -> Wiring:
    """A trainer whose parts are there and whose model has begun."""
    classifier = created(evm, admin, model)
    handler = evm.deploy(artifact("DataHandler"), sender=admin)
    mechanism = evm.deploy(incentive.artifact, *incentive.arguments, sender=admin)
    parts = Wiring(classifier, handler, mechanism, "")
    trainer = evm.deploy(artifact("CollaborativeTrainer"), *joining(parts).arguments, sender=admin)
    wiring = Wiring(classifier, handler, mechanism, trainer)
    for call in appointing(wiring):
        evm.send(admin, call)
    return wiring


def created(evm: Evm, admin: str, model: Model) -> str:
    """The model's contract with its initial weights."""
    address = evm.deploy(artifact(model.contract), *model.arguments, sender=admin)
    for step in model.begins:
        evm.send(admin, step.call(address))
    return address


def small(chance: Random, count: int) -> list[int]:
    """Numbers within ±1."""
    return [chance.randrange(-ONE, ONE + 1) for _ in range(count)]


def sample(model: Model, chance: Random, *, width: int) -> tuple[Features, int]:
    """A sample that the model takes, and a class that fits it mostly."""
    label = chance.randrange(model.classes)
    if model.sparse:
        chosen = {at for at in range(width) if chance.random() < 0.25} | {label}
        return tuple(sorted(chosen)), label
    row = [chance.gauss(0, 0.4) + (at == label) for at in range(width)]
    return normalised(row), label
