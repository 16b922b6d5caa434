"""What a model on the chain is given of a sample: whole numbers, `int64[]` on the wire."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from system.models.encoders.errors import NoFeatures, NotFinite, NotNumbers, WrongWidth

# Values at nine decimals, or ascending indices; a tuple, so that samples can be told and counted.
Features: TypeAlias = tuple[int, ...]
Floats: TypeAlias = NDArray[np.float64]


def row_of(values: ArrayLike) -> Floats:
    """The values as one row of float64, all of them finite.

    Raises NotNumbers for what is no row of real numbers, NoFeatures for an empty one, and
    NotFinite for NaN and infinities.
    """
    try:
        row: NDArray[np.generic] = np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise NotNumbers(f"the sample is no array of numbers: {error}") from None
    if row.dtype.kind not in "biuf" or row.dtype.itemsize > 8:
        raise NotNumbers(f"the sample is {row.dtype}: give floats or integers of at most 64 bits")
    if row.ndim != 1:
        raise NotNumbers(f"the sample has {row.ndim} dimensions: give one row, by array.ravel()")
    if not row.size:
        raise NoFeatures("the sample is empty: give one value at least")
    with np.errstate(invalid="ignore"):  # a signalling NaN would warn; it is refused below
        floats: Floats = row.astype(np.float64)
    wrong = int(row.size - np.count_nonzero(np.isfinite(floats)))
    if wrong:
        raise NotFinite(f"{wrong} of {row.size} values are NaN or infinite: drop the sample")
    return floats


def row_of_width(values: ArrayLike, width: int) -> Floats:
    """The same; raises WrongWidth too, where there are not `width` values."""
    row = row_of(values)
    if row.size != width:
        raise WrongWidth(f"a sample of {row.size} values: this encoder takes {width}")
    return row
