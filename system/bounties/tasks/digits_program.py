"""The program of a digits task: trains a net in whole numbers, or judges the model it is given.

It runs shut in as `python digits_program.py INPUTS RESULTS SEED`, with this project's arithmetic
beside it in the task. Given `model.npy` (a payload's bytes) it judges that; else it trains as
`recipe.npy` says: the net's place in NETS, mini-batches, and the learning rate 2^-shift.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError
from system.learning import nets
from system.learning.arithmetic import INTEGER
from system.learning.data import Dataset
from system.learning.integer import ONE, Integers
from system.learning.rounds import mini_batch

NETS: Final = ("digits-softmax", "digits-64-32-10")
LOSS_ONE: Final = 1_000_000
# What the market's voters report of something that is no model of the task.
UNUSABLE: Final = 2**64 - 1
# A pixel of the digits is one of 17 shades, which a float32 holds exactly.
_SHADES: Final = np.float32(16)


def loss(model: str, weights: Integers, x: NDArray[np.float32], y: NDArray[np.int64]) -> int:
    """The Brier score in millionths, rounded down: 0 for a model that is always right and sure.

    The mean over examples of the squared distance between what the model gives each class and what
    is so; at most 2,000,000. Whole numbers all through, so it is the same on every machine. Source:
    Brier, Monthly Weather Review 78 (1950).
    """
    shares = INTEGER.shares(nets.scores(model, weights, x))
    shares[np.arange(len(y)), y] -= ONE
    return int((shares * shares).sum()) * LOSS_ONE // (len(y) * ONE * ONE)


def trained(data: Dataset, recipe: NDArray[np.int64], seed: int) -> bytes:
    """The model's payload: four bytes a weight, big-endian, in Q16."""
    place, steps, rate_shift = map(int, recipe)
    weights = nets.initial_weights(NETS[place], seed)
    for number in range(steps):
        one = mini_batch(data, number, seed=seed)
        weights = nets.sgd_step(NETS[place], weights, one.x, one.y, rate_shift=rate_shift)
    return INTEGER.to_bytes(weights)


def judged(data: Dataset, payload: bytes) -> dict[str, int]:
    """The loss of a payload, and its right answers in millionths; UNUSABLE for no model at all."""
    weights = np.frombuffer(payload[: len(payload) & ~3], dtype=">i4").astype(np.int64)
    for model in NETS:
        if len(payload) == 4 * nets.net(model).size:
            return _judged(model, weights, data)
    return {"loss": UNUSABLE, "right": 0}


def _judged(model: str, weights: Integers, data: Dataset) -> dict[str, int]:
    try:
        found = loss(model, weights, data.test_x, data.test_y)
        right = nets.accuracy(model, weights, data.test_x, data.test_y)
    except UsageError:  # weights beyond what the arithmetic takes
        return {"loss": UNUSABLE, "right": 0}
    return {"loss": found, "right": round(right * LOSS_ONE)}


def main() -> None:
    """Do what the inputs ask for."""
    inputs, results, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    data = _data(Path(__file__).parent)
    given = inputs / "model.npy"
    if given.exists():
        answer = judged(data, np.load(given, allow_pickle=False).tobytes())
        (results / "judged.json").write_text(json.dumps(answer), encoding="utf-8")
        return
    payload = trained(data, np.load(inputs / "recipe.npy", allow_pickle=False), seed)
    np.save(results / "model.npy", np.frombuffer(payload, dtype=np.uint8))


def _data(folder: Path) -> Dataset:
    arrays = [
        np.load(folder / place / f"{name}.npy", allow_pickle=False)
        for place in ("training", "evaluation")
        for name in ("x", "y")
    ]
    x, y, test_x, test_y = arrays
    return Dataset(x / _SHADES, y.astype(np.int64), test_x / _SHADES, test_y.astype(np.int64))


if __name__ == "__main__":
    main()
