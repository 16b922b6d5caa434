"""Whose weights go over the chain: models by name, a bare count, or a file of the user's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tokenize import TokenError
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError, suggestion
from system.learning import softmax
from system.learning.data import digits

Weights: TypeAlias = NDArray[np.float64]

# The layers of each model as (inputs of a unit, units): a unit has a weight an input and a bias.
# LeNet-5's convolutions see 5 × 5 × 1 and 5 × 5 × 6 inputs (LeCun et al. 1998, C3 connected fully).
MODELS: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "counter": (),
    "digits-softmax": ((64, 10),),
    "digits-64-32-10": ((64, 32), (32, 10)),
    "mnist-softmax": ((784, 10),),
    "mnist-784-32-10": ((784, 32), (32, 10)),
    "lenet5": ((25, 6), (150, 16), (400, 120), (120, 84), (84, 10)),
}
# What numpy raises for files that are missing, torn, or have a header made of anything.
_UNREADABLE: Final = (OSError, ValueError, TypeError, ArithmeticError, TokenError)
TRAINED: Final = "digits-softmax"
LARGEST_COUNT: Final = 1_000_000_000  # 8 GB of float64
# The spread of a bare count's draws: that of trained dense layers with some hundred inputs.
COUNT_SCALE: Final = 0.05


class UnknownModel(UsageError):
    """No model has that name, and it is no count and no .npy file."""


class BadWeightCount(UsageError):
    """A count of weights that nothing can be made of."""


class BadWeightFile(UsageError):
    """A file that holds no usable weights."""


@dataclass(frozen=True, slots=True)
class WeightSpec:
    """What to send: `name` as the user wrote it, `count` weights, and where they come from."""

    name: str
    count: int
    origin: Literal["trained", "drawn", "file"]


def parse_weights(text: str) -> tuple[WeightSpec, ...]:
    """What a comma-separated list of names, counts and .npy files asks for, in order, each once.

    Files are opened and checked. Raises UnknownModel, BadWeightCount or BadWeightFile.
    """
    return tuple(dict.fromkeys(_parse(part.strip()) for part in text.split(",")))


def weights(spec: WeightSpec, seed: int) -> Weights:
    """The weights themselves, float64 in one dimension, the same for the same seed.

    `digits-softmax` is trained on the bundled digits. The other models are draws, layer by layer
    from N(0, 1/inputs), the scale near which trained layers stay; a count is from N(0, 0.05²).
    Files come as they are, flattened row by row.
    """
    if spec.origin == "file":
        return _load(spec.name)
    if spec.origin == "trained":
        return _trained_digits(seed).copy()
    generator = np.random.default_rng(seed % 2**64)
    if spec.name not in MODELS:
        return generator.normal(0.0, COUNT_SCALE, spec.count)
    layers = [
        generator.normal(0.0, inputs**-0.5, (inputs + 1) * units)
        for inputs, units in MODELS[spec.name]
    ]
    return np.concatenate(layers) if layers else np.zeros(0)


def model_count(name: str) -> int:
    """How many weights a named model has."""
    return sum((inputs + 1) * units for inputs, units in MODELS[name])


@lru_cache(maxsize=8)
def _trained_digits(seed: int) -> Weights:
    return softmax.train(digits(), seed=seed)


def _parse(part: str) -> WeightSpec:
    if part in MODELS:
        return WeightSpec(part, model_count(part), "trained" if part == TRAINED else "drawn")
    if part.lower().endswith(".npy"):
        return WeightSpec(part, _load(part).size, "file")
    if re.fullmatch(r"[+-]?[0-9][0-9_.eE+-]*", part):
        return _counted(part)
    raise _unknown(part)


def _counted(part: str) -> WeightSpec:
    count = int(part) if re.fullmatch(r"[0-9]{1,20}", part) else 0
    if not 1 <= count <= LARGEST_COUNT:
        raise BadWeightCount(
            f"{part!r} is no count of weights: give a whole number from 1 to {LARGEST_COUNT}, "
            "or `counter` for a job without weights"
        )
    return WeightSpec(str(count), count, "drawn")


def _unknown(part: str) -> UnknownModel:
    hint = suggestion(part.lower(), MODELS)
    return UnknownModel(f"no model {part!r}: {hint} (or a whole number, or a .npy file)")


def _load(name: str) -> Weights:
    path = Path(name).expanduser()
    try:
        # Mapped, so that a header that claims more than the file holds allocates nothing; and
        # never unpickled, for a pickle runs what its author likes.
        with np.errstate(over="raise"):
            array: NDArray[np.generic] = np.lib.format.open_memmap(path, mode="r")
    except _UNREADABLE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadWeightFile(f"{path} can't be read as a numpy array: {reason}") from None
    if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8:
        raise BadWeightFile(f"{path} holds {array.dtype}: save floats or integers up to 64 bits")
    if not 1 <= array.size <= LARGEST_COUNT:
        raise BadWeightFile(f"{path} holds {array.size} weights: give 1 to {LARGEST_COUNT}")
    flat: Weights = np.array(array, dtype=np.float64).ravel()
    wrong = int(flat.size - np.count_nonzero(np.isfinite(flat)))
    if wrong:
        raise BadWeightFile(
            f"{path} has {wrong} of {flat.size} weights that are NaN or infinite: train again"
        )
    return flat
