"""What an account can do with a model that everybody may train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from system.models.encoders.features import Features


@dataclass(frozen=True, slots=True)
class Contribution:
    """Data as it is known by its key: what was added, when (the block's second), and by whom."""

    author: str
    features: Features
    label: int
    added_at: int


@dataclass(frozen=True, slots=True)
class Add:
    """Contribute a sample with `value` wei."""

    features: Features
    label: int
    value: int = 0


@dataclass(frozen=True, slots=True)
class Refund:
    """Ask for the deposit of one's own data."""

    features: Features
    label: int
    added_at: int


@dataclass(frozen=True, slots=True)
class Report:
    """Ask for a share of the deposit of somebody's data."""

    contribution: Contribution


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take what one is owed."""


Action: TypeAlias = Add | Refund | Report | Withdraw
