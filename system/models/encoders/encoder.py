"""What makes features of samples; `dense`, `sparse` and `words` hold those there are."""

from __future__ import annotations

from typing import Any, Protocol

from system.models.encoders.features import Features


class Encoder(Protocol):
    """Features of one sample at a time: a row of numbers, or a text.

    `width` is how many features the model has, `sparse` whether a sample is indices of them. A
    sample that can't be encoded raises one of `errors`, all of them UsageErrors.
    """

    @property
    def width(self) -> int: ...
    @property
    def sparse(self) -> bool: ...
    def encode(self, sample: Any) -> Features: ...
