"""What models and mechanisms are called, for those who only choose one."""

from __future__ import annotations

from typing import Final

KINDS: Final = (
    "dense-perceptron",
    "sparse-perceptron",
    "naive-bayes",
    "nearest-centroid",
    "sparse-nearest-centroid",
    "softmax",
)
STAKE, POINTS, MARKET = "stake", "points", "market"
INCENTIVES: Final = (STAKE, POINTS, MARKET)
# What a dense model may have: the contracts' own limit. A sample of so many is 128 KB of call data.
MOST_FEATURES: Final = 4_096
SPARSE: Final = ("sparse-perceptron", "naive-bayes", "sparse-nearest-centroid")
