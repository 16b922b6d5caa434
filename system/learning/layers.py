"""What nets are made of: layers that compute forwards, and backwards for the gradient.

Arrays have the batch first and channels last. Only `Affine` has weights; a convolution is `Patches`
followed by `Affine`, so that every sum of products of a net goes through one guarded product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from system.learning.arithmetic import Arithmetic, Array


class Layer(Protocol):
    """One step of a net: `size` weights, which `forward` and `backward` are given flat."""

    @property
    def size(self) -> int: ...
    def forward(self, numbers: Arithmetic, weights: Array, x: Array) -> Array: ...
    def backward(self, numbers: Arithmetic, weights: Array, x: Array, delta: Array) -> Array: ...


@dataclass(frozen=True, slots=True)
class Affine:
    """`units` weighted sums of `inputs` values and a bias each, over the last axis."""

    inputs: int
    units: int

    @property
    def size(self) -> int:
        """A weight an input and a bias, for every unit."""
        return (self.inputs + 1) * self.units

    def forward(self, numbers: Arithmetic, weights: Array, x: Array) -> Array:
        """The sums: the last axis becomes units long."""
        sums = numbers.product(x.reshape(-1, self.inputs), self._kernel(weights))
        sums += weights[self.inputs * self.units :]
        return sums.reshape(*x.shape[:-1], self.units)

    def backward(self, numbers: Arithmetic, weights: Array, x: Array, delta: Array) -> Array:
        """How the loss changes with the inputs."""
        back = numbers.product(delta.reshape(-1, self.units), self._kernel(weights).T)
        return back.reshape(x.shape)

    def gradient(self, numbers: Arithmetic, x: Array, delta: Array, *, bits: int) -> Array:
        """How the loss changes with the weights, divided by 2^bits before it is rounded."""
        rows = delta.reshape(-1, self.units)
        kernel = numbers.product(x.reshape(-1, self.inputs).T, rows, bits)
        return np.concatenate((kernel.ravel(), numbers.reduced(rows.sum(axis=0), bits)))

    def _kernel(self, weights: Array) -> Array:
        return weights[: self.inputs * self.units].reshape(self.inputs, self.units)


@dataclass(frozen=True, slots=True)
class Relu:
    """max(x, 0): exact in whole numbers, and needs no table."""

    size: int = 0

    def forward(self, numbers: Arithmetic, weights: Array, x: Array) -> Array:
        """The positive values; 0 for the rest."""
        return np.maximum(x, 0)

    def backward(self, numbers: Arithmetic, weights: Array, x: Array, delta: Array) -> Array:
        """The change where the value was positive."""
        return delta * (x > 0)


@dataclass(frozen=True, slots=True)
class Image:
    """Rows of pixels as square images of one channel with a border of zeros."""

    side: int
    border: int
    size: int = 0

    def forward(self, numbers: Arithmetic, weights: Array, x: Array) -> Array:
        """Shape (batch, side + 2 border, side + 2 border, 1)."""
        edge = (self.border, self.border)
        return np.pad(x.reshape(-1, self.side, self.side, 1), ((0, 0), edge, edge, (0, 0)))

    def backward(self, numbers: Arithmetic, weights: Array, x: Array, delta: Array) -> Array:
        """The change of the pixels, without the border."""
        inner = slice(self.border, self.border + self.side)
        return delta[:, inner, inner].reshape(x.shape)


@dataclass(frozen=True, slots=True)
class Patches:
    """Every side × side window of the images as one row of values: rows, columns, channels."""

    side: int
    size: int = 0

    def forward(self, numbers: Arithmetic, weights: Array, x: Array) -> Array:
        """Shape (batch, height - side + 1, width - side + 1, side² × channels)."""
        windows = sliding_window_view(x, (self.side, self.side), axis=(1, 2))
        return np.moveaxis(windows, 3, 5).reshape(*windows.shape[:3], -1)

    def backward(self, numbers: Arithmetic, weights: Array, x: Array, delta: Array) -> Array:
        """A pixel's change: the sum over the windows it stands in."""
        height, width = delta.shape[1:3]
        windows = delta.reshape(-1, height, width, self.side, self.side, x.shape[3])
        back = np.zeros(x.shape, delta.dtype)
        for row in range(self.side):
            for column in range(self.side):
                back[:, row : row + height, column : column + width] += windows[
                    :, :, :, row, column
                ]
        return back


@dataclass(frozen=True, slots=True)
class Pool:
    """The mean of every 2 × 2 pixels: a sum and a shift by two bits."""

    size: int = 0

    def forward(self, numbers: Arithmetic, weights: Array, x: Array) -> Array:
        """Images of half the height and width."""
        fours = x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]
        return numbers.reduced(fours, 2)

    def backward(self, numbers: Arithmetic, weights: Array, x: Array, delta: Array) -> Array:
        """A quarter of the change for each of the four."""
        return numbers.reduced(delta, 2).repeat(2, axis=1).repeat(2, axis=2)


@dataclass(frozen=True, slots=True)
class Flat:
    """Each image as one row."""

    size: int = 0

    def forward(self, numbers: Arithmetic, weights: Array, x: Array) -> Array:
        """Shape (batch, values of an image)."""
        return x.reshape(len(x), -1)

    def backward(self, numbers: Arithmetic, weights: Array, x: Array, delta: Array) -> Array:
        """The same change in the image's shape."""
        return delta.reshape(x.shape)
