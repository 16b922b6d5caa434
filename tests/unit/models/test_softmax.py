"""Softmax regression on chain and its twin, to the last unit; and that it learns."""

from __future__ import annotations

from decimal import Decimal, localcontext
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from system.chain.abi import call_data, view
from system.chain.compiler import artifact, compile_sources, read_sources
from system.chain.sender import Call
from system.learning.data import digits
from system.models.classifiers import calls
from system.models.classifiers.classifier import ONE, ONE_SQUARED
from system.models.classifiers.exponential import ERROR_UNITS, negative_exponential
from system.models.classifiers.row import MOST_WEIGHTS
from system.models.classifiers.softmax import SoftmaxRegression
from system.paths import CONTRACTS_DIR
from tests.evm import Evm
from tests.unit.models.beside import Beside, attempt, unit

INT64 = st.integers(-(2**63), 2**63 - 1)
usual = st.integers(-3 * ONE, 3 * ONE)
CALLER = """
pragma solidity ^0.8.30;
import {Exponential} from "models/lib/Exponential.sol";
contract Caller {
    function negative(uint256 x) external pure returns (uint256) {
        return Exponential.negative(x);
    }
}
"""


class Softmax(RuleBasedStateMachine):
    """Chunks, classes, samples and resets, most of which fit."""

    @initialize(count=st.integers(1, 9), rate=st.integers(0, 9 * ONE) | st.integers(0, 2**64 - 1))
    def make(self, count: int, rate: int) -> None:
        self.pair = Beside.made(artifact("SoftmaxRegression"), count, rate)
        self.twin = SoftmaxRegression(count, rate)

    @rule(
        weights=st.lists(usual, min_size=9, max_size=9),
        wild=st.booleans(),
        size=st.integers(0, 9),
        off=st.sampled_from([0, 0, 0, 1]),
    )
    def bring(self, weights: list[int], wild: bool, size: int, off: int) -> None:
        first = len(self.twin.coming.now) + off
        part = [w * 2**31 if wild else w for w in weights[:size]]
        self.pair.both(
            self.call("bring(uint256,int64[])", first, part), lambda: self.twin.bring(first, part)
        )

    @rule(bias=usual | INT64)
    def add_class(self, bias: int) -> None:
        rest = self.twin.feature_count - len(self.twin.coming.now)
        if rest and bias % 4:  # mostly a class that is whole
            part = [bias % ONE + i for i in range(rest)]
            first = len(self.twin.coming.now)
            self.pair.both(
                self.call("bring(uint256,int64[])", first, part),
                lambda: self.twin.bring(first, part),
            )
        self.pair.both(
            self.call("addClass(string,int64)", "one more", bias),
            lambda: self.twin.add_class(bias),
        )

    @rule(count=st.integers(0, 3) | st.just(MOST_WEIGHTS))
    def add_features(self, count: int) -> None:
        self.pair.both(
            calls.widening(self.pair.model, count), lambda: self.twin.add_features(count)
        )

    @rule()
    def finish(self) -> None:
        self.pair.both(calls.finishing(self.pair.model), self.twin.finish)

    @rule(seed=st.randoms(use_true_random=False), cls=st.integers(0, 5))
    def learn(self, seed: Random, cls: int) -> None:
        sample = unit([seed.randint(-9, 9) or 1 for _ in range(self.twin.feature_count)])
        self.pair.updated(self.twin, sample, cls)
        self.pair.predicted(self.twin, sample)
        assert self.shares(sample) == attempt(lambda: tuple(self.twin.shares(sample)))

    @rule(features=st.lists(INT64, max_size=12), cls=st.integers(0, 2))
    def learn_anything(self, features: list[int], cls: int) -> None:
        self.pair.updated(self.twin, features, cls)
        self.pair.predicted(self.twin, features)

    @rule()
    def reset(self) -> None:
        self.pair.both(calls.resetting(self.pair.model), self.twin.reset)

    @invariant()
    def every_weight_is_equal(self) -> None:
        assert self.pair.read("classCount()", returns="uint64") == len(self.twin.classes)
        for k, one in enumerate(self.twin.classes):
            weights = self.pair.read("weightsOf(uint64)", k, returns="int64[]")
            assert weights == tuple(one.row.now)
            assert self.pair.read("biasOf(uint256)", k, returns="int64") == one.bias

    def shares(self, sample: list[int]) -> tuple[str, object]:
        return attempt(lambda: self.pair.read("sharesOf(int64[])", sample, returns="uint256[]"))

    def call(self, signature: str, *arguments: object) -> Call:
        return Call(self.pair.model, call_data(signature, *arguments), 0)


TestSoftmax = Softmax.TestCase
TestSoftmax.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def made(rows: list[list[int]], *, rate: int = ONE) -> tuple[Beside, SoftmaxRegression]:
    """A finished model on chain and its twin; a row is a class's weights, then its bias."""
    count = len(rows[0]) - 1
    pair = Beside.made(artifact("SoftmaxRegression"), count, rate)
    for k, (*weights, bias) in enumerate(rows):
        pair.send(*calls.adding_class(pair.model, f"class {k}", weights, bias=bias))
    pair.send(calls.finishing(pair.model))
    return pair, twin_of(rows, rate=rate)


def twin_of(rows: list[list[int]], *, rate: int = ONE) -> SoftmaxRegression:
    """A finished twin."""
    twin = SoftmaxRegression(len(rows[0]) - 1, rate)
    for *weights, bias in rows:
        for start in range(0, len(weights), calls.CHUNK_WEIGHTS):
            twin.bring(start, weights[start : start + calls.CHUNK_WEIGHTS])
        twin.add_class(bias)
    twin.finish()
    return twin


@given(st.integers(0, 45 * ONE_SQUARED))
@settings(max_examples=400, deadline=None)
def test_the_exponential_is_within_its_error(x: int) -> None:
    with localcontext(prec=60):
        exact = (Decimal(-x) / ONE_SQUARED).exp() * ONE_SQUARED
        assert abs(negative_exponential(x) - exact) < ERROR_UNITS


def test_the_exponential_of_the_contract_is_the_twins() -> None:
    sources = {"Caller.sol": CALLER, **read_sources(CONTRACTS_DIR)}
    needed = {name: sources[name] for name in ("Caller.sol", "models/lib/Exponential.sol")}
    evm, seed = Evm(), Random(3)
    caller = evm.deploy(compile_sources(needed)["Caller"], sender=evm.account())
    ln_2 = 693_147_180_559_945_309
    ends = [0, 1, ln_2 - 1, ln_2, ln_2 + 1, 42 * ONE_SQUARED - 1, 42 * ONE_SQUARED, 2**256 - 1]
    for x in ends + [seed.randrange(45 * ONE_SQUARED) for _ in range(300)]:
        [power] = view(evm, caller, "negative(uint256)", x, returns=["uint256"])
        assert power == negative_exponential(x)


@pytest.mark.parametrize("start", [2**63 - 1, -(2**63)])
def test_a_weight_stays_at_the_end_of_its_64_bits(start: int) -> None:
    pair, twin = made([[start, 0, start], [0, start, -1], [5, 5, 5]], rate=2**64 - 1)
    for turn in range(6):
        assert pair.updated(twin, unit([3, (-1) ** turn]), turn % 3) == ""
        for k, one in enumerate(twin.classes):
            assert pair.read("weightsOf(uint64)", k, returns="int64[]") == tuple(one.row.now)
            assert pair.read("biasOf(uint256)", k, returns="int64") == one.bias
    assert {2**63 - 1, -(2**63)} & {w for one in twin.classes for w in one.row.now}


def test_a_class_comes_when_its_weights_are_whole() -> None:
    pair = Beside.made(artifact("SoftmaxRegression"), calls.CHUNK_WEIGHTS + 1, ONE)
    first, second, name = calls.adding_class(
        pair.model, "one", [1] * (calls.CHUNK_WEIGHTS + 1), bias=3
    )
    refuse = pair.evm.refusal
    assert refuse(pair.account, second) == "OutOfOrder"
    assert refuse(pair.account, name) == "WrongLength"
    pair.send(first)
    assert refuse(pair.account, first) == "OutOfOrder"
    assert refuse(pair.account, name) == "WrongLength"
    pair.send(second, name)
    assert refuse(pair.account, calls.finishing(pair.model)) == "NotReady"  # of one class
    assert pair.read("className(uint64)", 0, returns="string") == "one"


def test_each_step_is_its_actors_alone() -> None:
    pair, _ = made([[0, 0], [0, 0]])
    stranger = pair.evm.account()
    for call in (
        *calls.adding_class(pair.model, "mine", [1], bias=0),
        calls.widening(pair.model, 1),
        calls.finishing(pair.model),
        calls.appointing(pair.model, stranger),
    ):
        assert pair.evm.refusal(stranger, call) == "NotAdmin"
    for call in (calls.updating(pair.model, [ONE], 0), calls.resetting(pair.model)):
        assert pair.evm.refusal(stranger, call) == "NotTrainer"


def test_a_class_added_to_a_model_that_has_learned_is_learned() -> None:
    pair, twin = made([[0, 0, 0], [0, 0, 0]])
    pair.updated(twin, unit([1, 2]), 1)
    pair.send(*calls.adding_class(pair.model, "third", [4, 5], bias=6))
    twin.bring(0, [4, 5])
    twin.add_class(6)
    for turn in range(20):
        pair.updated(twin, unit([-1, 1]), 2 if turn % 2 else 1)
    assert pair.read("weightsOf(uint64)", 2, returns="int64[]") == tuple(twin.classes[2].row.now)
    assert calls.predicted(pair.evm, pair.model, unit([-1, 1])) == twin.predict(unit([-1, 1]))


def test_a_linear_model_of_the_digits_learns_most_of_them_in_an_epoch() -> None:
    data = digits()
    twin = twin_of([[0] * 65] * 10, rate=4 * ONE)
    for row, label in zip(data.train_x, data.train_y, strict=True):
        twin.update(pixels(row), int(label))
    answers = [twin.predict(pixels(row)) for row in data.test_x]
    assert sum(a == b for a, b in zip(answers, data.test_y, strict=True)) > 0.9 * len(answers)


def test_the_contract_learns_the_digits_as_the_twin_does() -> None:
    data = digits()
    pair, twin = made([[0] * 65] * 10, rate=4 * ONE)
    for row, label in zip(data.train_x[:40], data.train_y[:40], strict=True):
        assert pair.updated(twin, pixels(row), int(label)) == ""
    for k, one in enumerate(twin.classes):
        assert pair.read("weightsOf(uint64)", k, returns="int64[]") == tuple(one.row.now)
    for row in data.test_x[:20]:
        pair.predicted(twin, pixels(row))


def pixels(row: object) -> list[int]:
    """A digit as a sample of length one."""
    return unit([int(16 * pixel) for pixel in row])
