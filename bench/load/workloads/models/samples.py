"""What the swarm contributes: real digits where they fit, else draws that a rule tells apart.

All of it is encoded before the clock: a submission then costs a copy of its bytes and a signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from system.models.data import Example, Labelled, digit_images, encoded, regrouped
from system.models.encoders.dense import Dense, normalised
from system.models.encoders.encoder import Encoder
from system.models.encoders.features import Features
from system.models.encoders.sparse import Above, indices
from system.models.kinds import Start, begun
from system.models.names import SPARSE
from system.models.trainer import LEARNED_FEATURE_GAS

DIGIT_PIXELS: Final = 64
_STEADY: Final = ("dense-perceptron", "softmax")
_PERCEPTRONS: Final = ("dense-perceptron", "sparse-perceptron")
# A pixel is there where it is half black or more: some 20 of a digit's 64 are.
_INK: Final = 0.5
# What is contributed again and again, at most 128,000 bytes each; and what the model begins with.
POOL: Final = 192
# Examples that a model knows as it begins, and the fewest of a class: deposits pay where it tells
# bad data from good.
_KNOWN: Final = 40
_LEAST_KNOWN: Final = 8
_TEST: Final = 96
# Draws: the class moves the mean so far, in deviations of a sample's length; so many of a sparse
# sample's indices are drawn, and so often from its class's own half.
_SHIFT: Final = 0.7
_INDICES: Final = 20
_OWN: Final = 0.85
# Half of what is drawn is among so many indices of each half, however many features there are.
_COMMON: Final = 16


@dataclass(frozen=True, slots=True)
class Sample:
    """A contribution's data."""

    features: NDArray[np.int64] = field(repr=False)
    label: int


@dataclass(frozen=True, slots=True)
class Samples:
    """What a model of that kind knows as it begins, what is contributed, and what tests it."""

    kind: str
    width: int
    names: tuple[str, ...]
    known: tuple[Example, ...]
    pool: tuple[Sample, ...]
    test: tuple[Example, ...]

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(self.names)

    @property
    def sparse(self) -> bool:
        """Whether a sample is indices."""
        return self.kind in SPARSE

    @property
    def feature_gas(self) -> int:
        """What a feature costs at most where the model learns it."""
        return LEARNED_FEATURE_GAS * (self.classes if self.kind == "softmax" else 1)

    def start(self) -> Start:
        """The model that knows what it is given: seconds of arithmetic for many features."""
        return begun(self.kind, self.known, classes=self.names, width=self.width)


@lru_cache(maxsize=4)
def samples_of(kind: str, width: int, seed: int, *, market: bool = False) -> Samples:
    """The samples of a cell, the same in every process for the same seed.

    A market's model tells two classes and knows little: what is learned has to change its answers,
    or nobody wins or loses. Others know enough to tell good data from bad.
    """
    if width == DIGIT_PIXELS:
        examples, classes = _digits(kind, seed, pair=market or kind in _PERCEPTRONS)
    else:
        examples, classes = _drawn(kind, width, seed), ("0", "1")
    known, rest = _divided(examples, len(classes), _known(kind, len(classes), market=market))
    test, pool = rest[:_TEST], rest[_TEST : _TEST + POOL]
    contributed = tuple(Sample(np.array(one.features), one.label) for one in pool)
    return Samples(kind, width, classes, tuple(known), contributed, tuple(test))


def _known(kind: str, classes: int, *, market: bool) -> int:
    """How many examples of each class a model knows."""
    if not market:
        return max(_LEAST_KNOWN, _KNOWN // classes)
    # These learn in steps of one size, however much they know; a mean of many hardly moves.
    return _LEAST_KNOWN if kind in _STEADY else 1


def _digits(kind: str, seed: int, *, pair: bool) -> tuple[Sequence[Example], tuple[str, ...]]:
    """The bundled digits: all ten, or a pair that is easily mistaken."""
    data = digit_images()
    if pair:
        data = regrouped(data, {"3": ["3"], "8": ["8"]})
    encoder: Encoder = Above(DIGIT_PIXELS, _INK) if kind in SPARSE else Dense(DIGIT_PIXELS)
    found = encoded(_with_ink(data), encoder, seed=seed)
    return (*found.train, *found.test), found.classes


def _with_ink(data: Labelled) -> Labelled:
    """The images that have something to see."""
    kept = [at for at, row in enumerate(data.samples) if row.max() > _INK]
    rows, labels = [data.samples[at] for at in kept], [data.labels[at] for at in kept]
    return Labelled(rows, labels, data.classes)


def _drawn(kind: str, width: int, seed: int) -> Sequence[Example]:
    """Two classes in turn, drawn apart."""
    chance = np.random.default_rng([seed, width])
    draw = _indices_of if kind in SPARSE else _vector_of(chance, width)
    count = _KNOWN + _TEST + POOL
    return [Example(draw(chance, width, at % 2), at % 2) for at in range(count)]


def _vector_of(
    chance: np.random.Generator, width: int
) -> Callable[[np.random.Generator, int, int], Features]:
    """Unit vectors around two opposite points: noise of length one, and the class's side."""
    direction = chance.normal(size=width)
    direction *= _SHIFT / np.linalg.norm(direction)

    def draw(chance: np.random.Generator, width: int, label: int) -> Features:
        noise = chance.normal(scale=width**-0.5, size=width)
        return normalised(noise + (direction if label else -direction))

    return draw


def _indices_of(chance: np.random.Generator, width: int, label: int) -> Features:
    """Indices of which most are the class's own: even ones of class 0, odd ones of class 1.

    Low ones are common and high ones rare, as words are: samples of many features share some.
    """
    count = min(_INDICES, max(1, width // 2))
    own = chance.random(count) < _OWN
    half = max(1, width // 2)
    halves = (half * chance.random(count) ** max(1.0, log2(half / _COMMON))).astype(np.int64)
    chosen = 2 * halves + np.where(own, label, 1 - label)
    return indices(np.minimum(chosen, width - 1).tolist(), width)


def _divided(
    examples: Sequence[Example], classes: int, known_a_class: int
) -> tuple[list[Example], list[Example]]:
    """The first few of each class, and the rest in order."""
    known: list[Example] = []
    rest: list[Example] = []
    counted = [0] * classes
    for one in examples:
        counted[one.label] += 1
        (known if counted[one.label] <= known_a_class else rest).append(one)
    return known, rest


def turns(pool: Sequence[Sample], *, first: int) -> Iterator[Sample]:
    """The pool's samples one after the other for ever, from a place of its own for each account.

    An account gives no sample twice in a block, where the contract would take both for one.
    """
    at = first
    while True:
        yield pool[at % len(pool)]
        at += 1
