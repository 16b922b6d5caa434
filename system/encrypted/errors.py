"""What can be wrong with a key, a ciphertext, an update or a share: each by its own name."""

from __future__ import annotations

from collections.abc import Sequence

from system.errors import UsageError


class InvalidKey(UsageError):
    """Numbers that are no Paillier key, or not the key they are said to be."""


class WeakKey(InvalidKey):
    """A key of a size that protects nothing, or of no size that is known here."""


class InvalidCiphertext(UsageError):
    """A number that no encryption gives; `position` is its place among its units, from 0."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"ciphertext {position} {reason}: its party has to encrypt again")
        self.position = position


class MalformedUnits(UsageError):
    """Bytes that are no whole number of units, or another number of them than expected."""


class NotIntegers(UsageError):
    """An update that is no one-dimensional array of signed integers, or an empty one."""


class LaneOverflow(UsageError):
    """A weight or a sum that leaves its lane: it would run into its neighbour."""


class UnusableLanes(UsageError):
    """Lanes of a width, or for a number of parties, that cannot hold anything."""


class PlaintextOutOfRange(UsageError):
    """A plaintext outside 0 … n-1."""


class UnusableThreshold(UsageError):
    """A threshold that cannot be met, or that would protect nothing."""


class WrongShare(UsageError):
    """Shares that do not fit what they are shares of; `parties` sent them, counted from 0."""

    def __init__(self, parties: Sequence[int], reason: str) -> None:
        super().__init__(f"wrong shares of {_named(parties)}: {reason}")
        self.parties = tuple(parties)


class WrongUpdate(UsageError):
    """Updates that must not be in a sum that is opened; `parties` sent them, counted from 0."""

    def __init__(self, parties: Sequence[int]) -> None:
        super().__init__(
            f"updates of {_named(parties)} are not proved to be their own: add up the others only"
        )
        self.parties = tuple(parties)


class TooFewShares(UsageError):
    """Fewer right shares than the threshold; `wrong` names the parties whose shares are wrong."""

    def __init__(self, right: int, needed: int, wrong: Sequence[int] = ()) -> None:
        found = f", those of {_named(wrong)} are wrong" if wrong else ""
        super().__init__(f"{right} right shares of the {needed} needed{found}: ask others for more")
        self.wrong = tuple(wrong)


class TooFewParties(UsageError):
    """Fewer parties announced themselves than could open the sum."""


class AlreadyRevealed(UsageError):
    """A party was asked for the shares of two different outcomes of one round."""


class AlreadyMasked(UsageError):
    """A second update under the same masks: the two would show their difference."""


class NoSecret(UsageError):
    """Somebody without a party's secret was asked for what takes it."""


class NoRoomToMask(UsageError):
    """Plaintexts that leave too few bits above them for masks that hide them."""


def _named(parties: Sequence[int]) -> str:
    return ("parties " if len(parties) > 1 else "party ") + ", ".join(map(str, parties))
