"""What can be wrong with a sample before it becomes features: one line each, and what to do."""

from __future__ import annotations

from system.errors import UsageError


class NotNumbers(UsageError):
    """The sample is no single row of real numbers of at most 64 bits."""


class NotFinite(UsageError):
    """The sample holds NaN or infinities."""


class FeatureOverflow(UsageError):
    """A value is too large for nine decimals in 64 bits."""


class NoFeatures(UsageError):
    """Nothing of the sample is left to be a feature."""


class ZeroVector(UsageError):
    """All values are zero: nothing makes such a sample one long."""


class WrongWidth(UsageError):
    """A sample with another number of values than the encoder was made for."""


class TooManyFeatures(UsageError):
    """More features than a contract takes."""


class BadIndex(UsageError):
    """An index that is no whole number, or beyond the features."""
