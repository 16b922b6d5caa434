"""Labelled samples for models on the chain: the digits by default, regrouped, encoded, split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from system.errors import UsageError
from system.learning.data import digits
from system.learning.order import permutation
from system.models.encoders.encoder import Encoder
from system.models.encoders.features import Features


@dataclass(frozen=True, slots=True)
class Labelled:
    """Samples as they are found: rows of numbers or texts, and each one's class.

    A label is the place of its class's name in `classes`.
    """

    samples: Sequence[Any]
    labels: Sequence[int]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What a contribution is made of: a sample's features and its class."""

    features: Features
    label: int


@dataclass(frozen=True, slots=True)
class Examples:
    """A data set as a model takes it; a fifth of it is the test part."""

    train: tuple[Example, ...]
    test: tuple[Example, ...]
    classes: tuple[str, ...]
    width: int
    sparse: bool


def digit_images() -> Labelled:
    """The bundled digits: 1,797 rows of 64 pixels in 0 … 1, classes "0" to "9"."""
    data = digits()
    rows = np.concatenate((data.train_x, data.test_x))
    labels = np.concatenate((data.train_y, data.test_y)).tolist()
    return Labelled(list(rows), labels, tuple(map(str, range(10))))


def regrouped(data: Labelled, groups: Mapping[str, Sequence[str]]) -> Labelled:
    """The same samples under new classes, each made of old ones; those in no group are left out.

    {"3": ["3"], "8": ["8"]} keeps two classes, {"even": ["0", …], "odd": ["1", …]} has all digits.
    Raises UsageError for a class that is not there, or in two groups.
    """
    target: dict[int, int] = {}
    for place, olds in enumerate(groups.values()):
        for old in olds:
            if old not in data.classes or data.classes.index(old) in target:
                raise UsageError(
                    f"class {old!r}: name each of {', '.join(data.classes)} once at most"
                )
            target[data.classes.index(old)] = place
    kept = _taken(data, [at for at, label in enumerate(data.labels) if label in target])
    return Labelled(kept.samples, [target[label] for label in kept.labels], tuple(groups))


def against_rest(data: Labelled, chosen: str) -> Labelled:
    """Two classes: every other one together (0), and the chosen one (1)."""
    rest = [name for name in data.classes if name != chosen]
    return regrouped(data, {"rest": rest, chosen: [chosen]})


def divided(data: Labelled, count: int, *, seed: int = 0) -> tuple[Labelled, Labelled]:
    """`count` of the samples, chosen by the seed, and the rest: a part to prepare something on."""
    order = permutation(len(data.labels), seed=seed).tolist()
    return _taken(data, order[:count]), _taken(data, order[count:])


def encoded(data: Labelled, encoder: Encoder, *, seed: int = 0) -> Examples:
    """The samples' features in an order that the seed decides, the first fifth as the test part.

    Raises what the encoder raises, with the sample's number in front; UsageError for fewer than
    ten samples or two classes.
    """
    if len(data.labels) < 10 or len(set(data.labels)) < 2:
        raise UsageError(
            f"{len(data.labels)} samples of {len(set(data.labels))} classes: "
            "a model needs ten samples and two classes at least"
        )
    order = permutation(len(data.labels), seed=seed).tolist()
    examples = tuple(_example(data, at, encoder) for at in order)
    cut = len(examples) // 5
    return Examples(examples[cut:], examples[:cut], data.classes, encoder.width, encoder.sparse)


def _taken(data: Labelled, places: Sequence[int]) -> Labelled:
    return Labelled(
        [data.samples[at] for at in places], [data.labels[at] for at in places], data.classes
    )


def _example(data: Labelled, at: int, encoder: Encoder) -> Example:
    try:
        return Example(encoder.encode(data.samples[at]), data.labels[at])
    except UsageError as error:
        raise type(error)(f"sample {at + 1}: {error}") from None
