"""A prediction market with its trainer on an in-process chain, and its twin beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from system.chain.compiler import Artifact, artifact, compile_sources, read_sources
from system.chain.sender import Call
from system.models import market_calls as calls
from system.models import trainer
from system.models.classifiers.calls import appointing
from system.models.incentives.market import Market
from system.models.market_terms import MarketTerms
from system.models.pieces import Piece, piece_of
from system.models.records import Features
from system.models.refused import Refused
from system.models.trainer import Wiring
from system.models.twin import Twin
from system.paths import CONTRACTS_DIR
from tests.evm import Evm, Receipt

GAS = 5_000_000
# A model that remembers the class of each value that it saw. Class 3 is poison: a value of that
# class makes it refuse to predict. Values from 100 on take a million gas and more.
TABLE_MODEL = """
pragma solidity ^0.8.30;
import {Classifier} from "../classifiers/Classifier.sol";
contract TableModel is Classifier {
    uint64 private _epoch;
    mapping(uint64 => mapping(int64 => uint64)) private _table;
    constructor() {
        for (uint256 i = 0; i < 4; ++i) _addClass("class");
        _note(abi.encode("table"));
        isReady = true;
    }
    function _isWhole() internal pure override returns (bool) { return true; }
    function predict(int64[] calldata features) external view returns (uint64 class) {
        _requireLength(1, features.length);
        for (uint256 i = 0; features[0] >= 100 && i < 20_000; ++i) {}
        class = _table[_epoch][features[0]];
        if (class == 3) revert UnknownClass(class, 3);
    }
    function update(int64[] calldata features, uint64 class) external {
        _requireTrainer();
        _requireLength(1, features.length);
        if (class >= classCount()) revert UnknownClass(class, classCount());
        _table[_epoch][features[0]] = class;
    }
    function reset() external { _requireTrainer(); ++_epoch; }
    function addClass() external { _requireAdmin(); _addClass("late"); _note(msg.data); }
    function featureCount() external pure returns (uint256) { return 1; }
}
"""
TRUTH = [value % 3 for value in range(12)]
TERMS = MarketTerms(
    stake=200,
    least=2,
    most=20,
    rounds=5,
    shown=1,
    samples=3,
    show_time=20,
    participation_time=20,
    reveal_time=20,
    reward_time=200,
)


@lru_cache(maxsize=1)
def table_model() -> Artifact:
    """The model, compiled."""
    needed = ("models/classifiers/Classifier.sol", "models/interfaces/IClassifier.sol")
    sources = {path: read_sources(CONTRACTS_DIR)[path] for path in needed}
    return compile_sources({**sources, "models/test/TableModel.sol": TABLE_MODEL})["TableModel"]


@dataclass(slots=True)
class Table:
    """The twin of TableModel."""

    classes: int = 4
    seen: dict[int, int] = field(default_factory=dict)

    def predict(self, features: Features) -> int:
        self._require_one(features)
        cls = self.seen.get(int(features[0]), 0)
        if cls == 3:
            raise Refused("UnknownClass")
        return cls

    def update(self, features: Features, cls: int) -> bool:
        self._require_one(features)
        if cls >= self.classes:
            raise Refused("UnknownClass")
        before = self.seen.get(int(features[0]), 0)
        self.seen[int(features[0])] = cls
        return before != cls

    def reset(self) -> None:
        self.seen = {}

    def _require_one(self, features: Features) -> None:
        if len(features) != 1:
            raise Refused("WrongLength" if len(features) else "NoFeatures")


@dataclass(frozen=True, slots=True)
class Kind:
    """A model: its contract, what it is created and filled with, and its twin.

    `shape` gives of a twin what an admin can still change.
    """

    contract: Artifact
    arguments: tuple[Any, ...]
    fill: Callable[[str], Sequence[Call]]
    twin: Callable[[], Any]
    shape: Callable[[Any], object] = lambda _: None


def table() -> Kind:
    """The model that remembers."""
    return Kind(table_model(), (), lambda _: (), Table, lambda twin: twin.classes)


def test_set(pieces: int, samples: int) -> list[Piece]:
    """Pieces with the values 0, 1, 2, … and their true classes."""
    values = [value % len(TRUTH) for value in range(pieces * samples)]
    return [
        piece_of(
            [[value] for value in values[at : at + samples]],
            [TRUTH[value] for value in values[at : at + samples]],
            salt=at.to_bytes(32, "big"),
        )
        for at in range(0, len(values), samples)
    ]


@dataclass(slots=True)
class House:
    """The contracts, the provider, and the twin that has to agree."""

    evm: Evm
    provider: str
    wiring: Wiring
    scorer: str
    twin: Twin
    pieces: list[Piece]

    @classmethod
    def built(cls, *, pieces: int = 4, samples: int = 3) -> House:
        """A market for the model that remembers, not opened yet."""
        return cls.of(table(), test_set(pieces, samples))

    @classmethod
    def of(cls, kind: Kind, pieces: list[Piece]) -> House:
        """A market that is not opened yet."""
        evm = Evm()
        provider = evm.account(10**30)
        models = [evm.deploy(kind.contract, *kind.arguments, sender=provider) for _ in range(2)]
        handler = evm.deploy(artifact("DataHandler"), sender=provider)
        market = evm.deploy(artifact("MarketIncentive"), sender=provider)
        parts = (models[0], handler, market)
        wiring = Wiring(
            *parts, evm.deploy(artifact("CollaborativeTrainer"), *parts, sender=provider)
        )
        filling = [call for model in models for call in kind.fill(model)]
        for call in [*filling, *trainer.appointing(wiring), appointing(models[1], market)]:
            evm.send(provider, call)
        scorer = kind.twin()
        model = kind.twin()
        shapes = {"shape": lambda: kind.shape(scorer), "model_shape": lambda: kind.shape(model)}
        incentive = Market(scorer, provider=provider, **shapes)
        return cls(evm, provider, wiring, models[1], Twin(model, incentive), pieces)

    @property
    def market(self) -> str:
        """The market's address."""
        return self.wiring.incentive

    @property
    def book(self) -> Market:
        """The market's twin."""
        assert isinstance(self.twin.incentive, Market)
        return self.twin.incentive

    @property
    def now_s(self) -> int:
        """The time, which is the block's number here."""
        return self.evm.number

    def opening(self, terms: MarketTerms = TERMS, *, bounty: int = 1_000) -> Call:
        """The provider's opening transaction."""
        return calls.opening(self.market, terms, self.pieces, scorer=self.scorer, bounty=bounty)

    def opened(self, terms: MarketTerms = TERMS, *, bounty: int = 1_000) -> House:
        """Open the market, draw, and show the drawn pieces."""
        terms = replace(terms, samples=len(self.pieces[0].samples))
        self.evm.send(self.provider, self.opening(terms, bounty=bounty))
        self.evm.mine(3)
        self.evm.send(self.provider, calls.drawing(self.market))
        for index in self.shown():
            self.send(calls.revealing(self.market, index, self.pieces[index]))
        return self

    def shown(self) -> list[int]:
        """The numbers of the drawn pieces."""
        bits, _ = calls.drawn_pieces(self.evm, self.market)
        return [index for index in range(len(self.pieces)) if bits >> index & 1]

    def hidden(self) -> dict[int, Piece]:
        """The pieces that count, by number."""
        shown = self.shown()
        return {at: piece for at, piece in enumerate(self.pieces) if at not in shown}

    def send(self, call: Call, sender: str | None = None) -> Receipt:
        """What a transaction of the provider, or of another account, left."""
        return self.evm.send(sender or self.provider, call)
