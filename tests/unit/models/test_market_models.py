"""A market for each model: good data pays, bad data costs, and the twin agrees to the wei."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from system.chain.compiler import artifact
from system.chain.sender import Call
from system.learning.data import digits
from system.models.classifiers import calls
from system.models.classifiers.bayes import NaiveBayes
from system.models.classifiers.centroid import NearestCentroid, SparseNearestCentroid
from system.models.classifiers.classifier import ONE
from system.models.classifiers.filling import adding_counts, adding_mean
from system.models.classifiers.perceptron import DensePerceptron, SparsePerceptron
from system.models.classifiers.softmax import SoftmaxRegression
from system.models.market_terms import Phase
from system.models.pieces import cut
from tests.unit.models import words
from tests.unit.models.beside import unit
from tests.unit.models.market_house import TERMS, House, Kind
from tests.unit.models.market_pair import Pair

Sample = tuple[list[int], int]
NAMES = ["0", "1"]
PIECES = 4
ROUNDS, STAKE = 40, 10_000
# Bad data comes last, when there is something to spoil.
GOOD, BAD = 6, 5


@lru_cache(maxsize=1)
def images() -> list[Sample]:
    """Zeros and ones among the digits, as 64 values of unit length."""
    data = digits()
    rows = zip(data.train_x.tolist(), data.train_y.tolist(), strict=True)
    return [(unit([round(16 * pixel) for pixel in row]), y) for row, y in rows if y < 2]


def sentences() -> list[Sample]:
    """Sentences on two subjects, as the indices of their words."""
    return words.samples()[0]


def kind(
    contract: str,
    arguments: tuple[Any, ...],
    classes: Callable[[str], Sequence[Call]],
    twin: Callable[[], Any],
    *steps: tuple[Any, ...],
) -> Kind:
    """A model of that contract; `steps` are the twin's methods and arguments that fill it."""

    def made() -> Any:
        model = twin()
        for name, *given in (*steps, ("finish",)):
            getattr(model, name)(*given)
        return model

    def fill(model: str) -> list[Call]:
        return [*classes(model), calls.finishing(model)]

    return Kind(artifact(contract), arguments, fill, made)


def dense() -> Kind:
    return kind(
        "DensePerceptron",
        (NAMES, 0, ONE),
        lambda model: calls.adding_features(model, [0] * 64),
        lambda: DensePerceptron(0, ONE),
        ("add_features", 0, [0] * 64),
    )


def sparse() -> Kind:
    count = words.samples()[1]
    return kind(
        "SparsePerceptron",
        (NAMES, count, 0, ONE),
        lambda _: [],
        lambda: SparsePerceptron(count, 0, ONE),
    )


def softmax() -> Kind:
    return kind(
        "SoftmaxRegression",
        (64, ONE // 2),
        lambda model: [
            call for name in NAMES for call in calls.adding_class(model, name, [0] * 64, bias=0)
        ],
        lambda: SoftmaxRegression(64, ONE // 2),
        *[("bring", 0, [0] * 64), ("add_class", 0)] * 2,
    )


def centroid() -> Kind:
    # Both classes begin as the same zero: the lower one is always nearest.
    start = images()[[y for _, y in images()].index(0)][0]
    return kind(
        "NearestCentroid",
        (64,),
        lambda model: [
            call for name in NAMES for call in adding_mean(model, name, start, samples=1)
        ],
        lambda: NearestCentroid(64),
        *[("bring", 0, start), ("add_class", 1)] * 2,
    )


def counted(contract: str, twin: Callable[[], Any], *arguments: int) -> Kind:
    # Both classes begin with every word once: the lower one is always more likely, or nearest.
    count = words.samples()[1]
    counts = dict.fromkeys(range(count), 1)
    return kind(
        contract,
        (count, *arguments),
        lambda model: [
            call for name in NAMES for call in adding_counts(model, name, counts, samples=1)
        ],
        twin,
        *[("bring", list(counts), list(counts.values())), ("add_class", 1)] * 2,
    )


def bayes() -> Kind:
    count = words.samples()[1]
    return counted("NaiveBayes", lambda: NaiveBayes.empty(count, ONE), ONE)


def sparse_centroid() -> Kind:
    count = words.samples()[1]
    return counted("SparseNearestCentroid", lambda: SparseNearestCentroid.empty(count))


KINDS: list[tuple[Callable[[], Kind], Callable[[], list[Sample]]]] = [
    (dense, images),
    (sparse, sentences),
    (softmax, images),
    (centroid, images),
    (bayes, sentences),
    (sparse_centroid, sentences),
]


@pytest.mark.parametrize(("model", "data"), KINDS, ids=[one.__name__ for one, _ in KINDS])
def test_good_data_pays_and_bad_data_costs(
    model: Callable[[], Kind], data: Callable[[], list[Sample]]
) -> None:
    samples = data()
    piece = 3 if data is sentences else 8  # of 24 sentences, half are left to learn
    test, rest = samples[: piece * PIECES], samples[piece * PIECES :]
    pieces = cut(
        [features for features, _ in test],
        [cls for _, cls in test],
        size=piece,
        salt=lambda: bytes(32),
    )
    pair = Pair(House.of(model(), pieces), [])
    house = pair.house
    good, bad = house.evm.account(), house.evm.account()
    hidden = piece * (PIECES - 1)
    terms = replace(TERMS, samples=piece, rounds=ROUNDS, stake=STAKE, least=1, reward_time=100_000)
    bounty = ROUNDS * hidden * (STAKE // hidden)
    assert pair.open(house.provider, terms, bounty=bounty) == ""
    pair.show()
    for turn, (features, cls) in enumerate(rest[: GOOD + BAD]):
        author, given = (good, cls) if turn < GOOD else (bad, 1 - cls)
        assert pair.give(author, features, given, stake=STAKE) == ""
    pair.wait_out()
    pair.reveal_hidden()
    pair.settle(good)
    pair.check()
    assert pair.phase()[0] is Phase.SETTLED
    gains = {good: 0, bad: 0}
    for entry in house.book.rounds.entries:
        gains[entry.author] += entry.balance - entry.stake
    assert gains[good] > 0 > gains[bad]
    pair.pay_all(bad)
    assert house.evm.balance(house.market) == 0
