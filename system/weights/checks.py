"""What every encoder takes and every decoder takes, checked once and refused by name."""

from __future__ import annotations

from typing import NoReturn, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from system.weights.errors import (
    EmptyWeights,
    InexactInteger,
    MalformedPayload,
    NotFinite,
    NotNumeric,
    NotOneDimensional,
)

Floats: TypeAlias = NDArray[np.float64]
Payload: TypeAlias = bytes | bytearray | memoryview

# float64 has 53 bits of significand: beyond it neighbouring integers become the same number.
_EXACT_INTEGER = 2**53


def one_dimensional(array: ArrayLike) -> NDArray[np.generic]:
    """The array itself, which holds at least one real number of at most 64 bits in one dimension.

    Booleans, complex numbers, text, objects and long doubles raise NotNumeric; 0 or more than
    1 dimensions NotOneDimensional; no weights EmptyWeights.
    """
    try:
        values: NDArray[np.generic] = np.asarray(array)
    except (ValueError, TypeError, OverflowError) as error:
        raise NotNumeric(f"the weights are no array of numbers: {error}") from None
    if values.dtype.kind not in "fiu" or values.dtype.itemsize > 8:
        raise NotNumeric(
            f"the weights are {values.dtype}: give floats or integers of at most 64 bits"
        )
    if values.ndim != 1:
        raise NotOneDimensional(
            f"the weights have {values.ndim} dimensions: flatten them first, with array.ravel()"
        )
    if values.size == 0:
        raise EmptyWeights("there are no weights to encode: give an array of at least one")
    return values


def as_floats(array: ArrayLike) -> Floats:
    """The weights as float64, not copied where they are already; see `one_dimensional`.

    They may still be NaN or infinite: each encoder finds that out in the pass it makes anyway.
    """
    values = one_dimensional(array)
    with np.errstate(invalid="ignore"):  # a signalling NaN would warn here; it is refused later
        floats = values.astype(np.float64, copy=False)
    if values.dtype.kind in "iu" and values.dtype.itemsize == 8:
        beyond = int(np.count_nonzero(np.abs(floats) >= _EXACT_INTEGER))
        if beyond:
            raise InexactInteger(
                f"{beyond} of {values.size} integers reach ±2^53, from where float64 rounds them: "
                "scale them down or convert them to float64 yourself"
            )
    return floats


def require_finite(values: Floats) -> None:
    """Raises NotFinite if a weight is NaN or infinite."""
    if not np.isfinite(values).all():
        refuse_not_finite(values)


def refuse_not_finite(values: Floats) -> NoReturn:
    """Raises NotFinite with the counts: how many weights are NaN, how many infinite."""
    nan = int(np.count_nonzero(np.isnan(values)))
    infinite = int(np.count_nonzero(np.isinf(values)))
    raise NotFinite(
        f"{nan + infinite} of {values.size} weights are not finite "
        f"({nan} NaN, {infinite} infinite): the training diverged, send none of them"
    )


def view_of(data: Payload) -> memoryview:
    """The payload as plain bytes without a copy; MalformedPayload if it is not bytes or empty."""
    try:
        view = memoryview(data).cast("B")
    except TypeError:
        raise MalformedPayload(f"a payload is bytes, not {type(data).__name__}") from None
    if not view.nbytes:
        raise MalformedPayload("the payload is empty: every encoding of weights has some bytes")
    return view


def require_multiple(view: memoryview, element_bytes: int, name: str) -> None:
    """Raises MalformedPayload if the payload does not end on an element's boundary."""
    if view.nbytes % element_bytes:
        raise MalformedPayload(
            f"{view.nbytes} bytes are no {name} payload: {view.nbytes % element_bytes} bytes "
            f"are left over after whole elements of {element_bytes}"
        )
