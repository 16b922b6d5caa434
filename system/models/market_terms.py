"""What a prediction market promises, and the phases it goes through."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

from system.models.refused import Refused

MOST_PIECES = 256
WEI_BITS = 96


class Phase(IntEnum):
    """Where a market is; the last three are its ends."""

    UNOPENED = 0
    DRAWING = 1
    SHOWING = 2
    PARTICIPATING = 3
    REVEALING = 4
    REWARDING = 5
    SETTLED = 6
    VOID = 7
    FORFEITED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTerms:
    """What the provider promises; the contract's IMarketIncentive.Terms says what each field means.

    `stake` is in wei, `samples` is a piece's, times are what the block's timestamp counts.
    """

    stake: int
    least: int
    most: int
    rounds: int
    shown: int
    samples: int
    show_time: int
    participation_time: int
    reveal_time: int
    reward_time: int

    def values(self) -> tuple[int, ...]:
        """The fields in the contract's order."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def hidden(self, pieces: int) -> int:
        """How many samples count, of so many pieces."""
        return (pieces - self.shown) * self.samples


# The ABI's types of `MarketTerms.values`.
MARKET_TERMS_TYPES = ("uint96", *["uint32"] * 3, *["uint16"] * 2, *["uint56"] * 4)


def checked_unit(terms: MarketTerms, *, pieces: int, bounty: int) -> int:
    """Wei for each right answer and round; refuses terms that can't be met."""
    times = (terms.show_time, terms.participation_time, terms.reveal_time, terms.reward_time)
    if 0 in times:
        raise Refused("NoTime")
    if 0 in (terms.rounds, terms.samples):
        raise Refused("EmptyMarket")
    if pieces > MOST_PIECES or not 1 <= terms.shown < pieces:
        raise Refused("PiecesOutOfRange")
    if not 1 <= terms.least <= terms.most:
        raise Refused("ContributionsOutOfRange")
    if bounty >> WEI_BITS:
        raise Refused("TooMuch")
    hidden = terms.hidden(pieces)
    unit = bounty // (terms.rounds * hidden)
    if unit == 0:
        raise Refused("BountyTooSmall")
    if terms.stake < unit * hidden:
        raise Refused("StakeTooSmall")
    return unit
