"""What a party says before it masks: its keys of the round, and parts of both secrets for others.

Two secrets are shared out: the scalar behind the masks with others, which is recovered where the
party drops out, and the one behind its own mask, which is recovered where its update counts. Never
both, so an update that comes late stays hidden (Bonawitz et al. 2017, Practical secure aggregation
for privacy-preserving machine learning).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coincurve import PublicKey

from system.encrypted.errors import MalformedUnits, UnusableThreshold
from system.encrypted.sealing import SEALED_BYTES
from system.encrypted.shamir import POINT_BYTES


@dataclass(frozen=True, slots=True)
class Terms:
    """A round: what sets it apart from every other, the threshold, the parties' identity keys.

    `context` is a `round_context`. The keys are compressed points; a party's number is its place.
    Raises UnusableThreshold for a threshold of half the parties or less: two halves could then
    recover both secrets of one party.
    """

    context: bytes
    threshold: int
    identities: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Raises as the class says."""
        if not self.parties < 2 * self.threshold <= 2 * self.parties <= 2 * 255:
            raise UnusableThreshold(
                f"{self.threshold} of {self.parties} parties: take more than half of them, "
                "and at most 255 parties"
            )

    @property
    def parties(self) -> int:
        """How many parties the group has, whether they take part in the round or not."""
        return len(self.identities)

    @property
    def announcement_bytes(self) -> int:
        """The length of every announcement: 724 bytes with a threshold of 4 of 6."""
        return 2 * self.threshold * POINT_BYTES + (self.parties - 1) * SEALED_BYTES


@dataclass(frozen=True, slots=True)
class Announcement:
    """Commitments to both polynomials, and what was sealed for each other party by its number."""

    pair: tuple[PublicKey, ...]
    own: tuple[PublicKey, ...]
    sealed: Mapping[int, bytes]

    @property
    def key(self) -> bytes:
        """The public key that the party's masks with others come from."""
        return bytes(self.pair[0].format())

    def points(self, *, counted: bool) -> tuple[PublicKey, ...]:
        """Commitments to the secret that is recovered where the party's update counts, or not."""
        return self.own if counted else self.pair


def written(pair: Sequence[bytes], own: Sequence[bytes], sealed: Sequence[bytes]) -> bytes:
    """An announcement on the wire: the points of both polynomials, then the sealed parts."""
    return b"".join((*pair, *own, *sealed))


def readable(terms: Terms, announcements: Mapping[int, bytes]) -> dict[int, Announcement]:
    """Those that are announcements, in the order of their parties: all others take no part.

    Everybody finds the same ones, for it does not take a secret.
    """
    found = {}
    for party in sorted(announcements):
        try:
            found[party] = _read(terms, party, announcements[party])
        except MalformedUnits:
            continue
    return found


def _read(terms: Terms, party: int, data: bytes) -> Announcement:
    if not 0 <= party < terms.parties or len(data) != terms.announcement_bytes:
        raise MalformedUnits(f"{len(data)} bytes of party {party} are no announcement")
    split = terms.threshold * POINT_BYTES
    others = [other for other in range(terms.parties) if other != party]
    sealed = _cut(data[2 * split :], SEALED_BYTES)
    return Announcement(
        pair=_points(data[:split]),
        own=_points(data[split : 2 * split]),
        sealed=dict(zip(others, sealed, strict=True)),
    )


def _points(data: bytes) -> tuple[PublicKey, ...]:
    try:
        return tuple(PublicKey(point) for point in _cut(data, POINT_BYTES))
    except ValueError:
        raise MalformedUnits("a commitment is no point of secp256k1") from None


def _cut(data: bytes, length: int) -> list[bytes]:
    return [data[at : at + length] for at in range(0, len(data), length)]
