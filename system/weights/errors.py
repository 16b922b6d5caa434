"""What can be wrong with weights or with a payload: one line each, and what to do about it."""

from __future__ import annotations

from system.errors import UsageError


class NotNumeric(UsageError):
    """The array holds something else than real numbers of at most 64 bits."""


class NotOneDimensional(UsageError):
    """The array has another number of dimensions than one, so decoding could not restore it."""


class EmptyWeights(UsageError):
    """The array has no weights at all."""


class NotFinite(UsageError):
    """The array holds NaN or infinities."""


class InexactInteger(UsageError):
    """The array holds integers that float64 cannot tell apart."""


class FixedPointOverflow(UsageError):
    """Weights too large for a fixed-point encoding."""


class FloatOverflow(UsageError):
    """Weights too large for a narrow floating-point encoding."""


class PayloadTooLarge(UsageError):
    """The payload is beyond what the matching decoder agrees to unpack."""


class MalformedPayload(UsageError):
    """Bytes that no encoder of that name ever produces."""


class UnknownCodec(UsageError):
    """No encoding has that name."""


class BadChunkSize(UsageError):
    """A chunk or payload size that cannot be used."""


class Unsealable(UsageError):
    """A sealed payload that does not open with this key in this place."""
