"""The samples of a training: what the model begins with, what is contributed, what tests it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bench.learn.models.options import FINE_TUNED, ModelsOptions
from system.errors import UsageError
from system.models.data import Example, Labelled, digit_images, divided, encoded, regrouped
from system.models.encoders.dense import Dense
from system.models.encoders.encoder import Encoder
from system.models.encoders.errors import NoFeatures, ZeroVector
from system.models.encoders.sparse import Above
from system.models.encoders.words import HashedWords
from system.models.files import read_samples
from system.models.kinds import Start, begun
from system.models.names import SPARSE
from system.models.representation import RandomFeatures, fitted, pretrained

# Digits that are easily mistaken for each other: what a model of two classes is given by default.
_PAIR: Final = ("3", "8")
# A pixel counts as ink from half of black on.
_INK: Final = 0.5
_HASHED_WIDTH: Final = 1_024
_MAPPED_WIDTH: Final = 127
_PERCEPTRONS: Final = ("dense-perceptron", "sparse-perceptron")


@dataclass(frozen=True, slots=True)
class Material:
    """A model's beginning, and the samples: nothing of `test` is ever learned.

    `body` says in words what the features are made by; `prepared` counts the samples that were
    used off the chain for it.
    """

    start: Start
    train: tuple[Example, ...]
    test: tuple[Example, ...]
    classes: tuple[str, ...]
    width: int
    body: str
    prepared: int = 0


def material(options: ModelsOptions) -> Material:
    """The data set that was asked for, encoded and divided by the seed.

    Raises UsageError where it does not fit the model.
    """
    labelled = _labelled(options)
    kind = "softmax" if options.model == FINE_TUNED else options.model
    rest, encoder, body = _encoder(options, labelled)
    examples = encoded(_usable(rest, encoder), encoder, seed=options.seed)
    test = examples.test[: options.tested]
    tested = {one.features for one in test}
    # Two images may have the same features: what is tested is not learned in that guise either.
    others = [one for one in examples.train if one.features not in tested]
    known, train = _begun_with(others, len(examples.classes), options.known)
    if not train:
        raise UsageError(
            f"--initial {options.known} of each class leaves no sample to contribute: lower it"
        )
    start = begun(kind, known, classes=examples.classes, width=examples.width)
    return Material(
        replace(start, kind=options.model),
        train,
        test,
        examples.classes,
        examples.width,
        body,
        len(labelled.labels) - len(rest.labels),
    )


def _labelled(options: ModelsOptions) -> Labelled:
    if options.text and options.model not in SPARSE:
        raise UsageError(
            f"--text makes indices of words: take --model {', '.join(SPARSE[:2])} or {SPARSE[2]}"
        )
    if options.data is not None:
        found = read_samples(options.data, text=options.text)
    else:
        found = digit_images()
    default = _PAIR if options.data is None and options.model in _PERCEPTRONS else ()
    if chosen := options.classes or default:
        return regrouped(found, {name: [name] for name in chosen})
    return found


def _encoder(options: ModelsOptions, data: Labelled) -> tuple[Labelled, Encoder, str]:
    """The samples for the chain, what encodes them, and that in words."""
    if options.text:
        return data, HashedWords(_HASHED_WIDTH), f"words hashed to {_HASHED_WIDTH:,} features"
    width = len(data.samples[0])
    if options.model in SPARSE:
        cut = _INK if options.data is None else _middle(data)
        return data, Above(width, cut), f"values above {cut:g}"
    if options.model != FINE_TUNED:
        return data, Dense(width), "values, made one long"
    aside, rest = divided(data, len(data.labels) // 2, seed=options.seed)
    if options.data is None and len(data.classes) == 10:
        net = fitted(pretrained(aside, seed=options.seed), aside.samples)
        return rest, net, "the hidden layer of digits-64-32-10, trained off the chain"
    mapped = RandomFeatures(width, _MAPPED_WIDTH, seed=options.seed)
    return rest, fitted(mapped, aside.samples), f"a random map to {_MAPPED_WIDTH} values"


def _middle(data: Labelled) -> float:
    return float(np.mean(np.array(data.samples)))


def _usable(data: Labelled, encoder: Encoder) -> Labelled:
    """The samples that have any feature: an empty image teaches nothing."""
    kept = [at for at, sample in enumerate(data.samples) if _has_features(sample, encoder)]
    return Labelled(
        [data.samples[at] for at in kept], [data.labels[at] for at in kept], data.classes
    )


def _has_features(sample: object, encoder: Encoder) -> bool:
    try:
        encoder.encode(sample)
    except (NoFeatures, ZeroVector):
        return False
    return True


def _begun_with(
    examples: Sequence[Example], classes: int, each: int
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """The first few of each class, and the rest, both in order."""
    seen = [0] * classes
    known: list[Example] = []
    rest: list[Example] = []
    for one in examples:
        seen[one.label] += 1
        (known if seen[one.label] <= each else rest).append(one)
    return tuple(known), tuple(rest)
