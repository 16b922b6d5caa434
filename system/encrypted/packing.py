"""Signed integers side by side in one large number, so that one sum adds them all.

Each weight stands in a lane of 24 or 32 bits, moved up by an offset so that it is not negative.
Lanes do not carry into each other, for a weight may only be so large that the sum of all parties
fits: with six parties 32 bits hold ±5,461 in Q16, and 24 bits ±21. A key of 2048 bits has 63 lanes
of 32 bits: 404 ciphertexts for 25,450 weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from gmpy2 import mpz
from numpy.typing import NDArray

from system.encrypted.errors import (
    LaneOverflow,
    MalformedUnits,
    NotIntegers,
    UnusableLanes,
)

Integers = NDArray[np.int64]
WIDTHS: Final = (24, 32)


@dataclass(frozen=True, slots=True)
class Lanes:
    """How weights lie in plaintexts of a key of `key_bits`, with room for the sum of `parties`.

    `spare_bits` above the lanes stay empty, for masks. Raises UnusableLanes.
    """

    parties: int
    bits: int = 32
    key_bits: int = 2048
    spare_bits: int = 0

    def __post_init__(self) -> None:
        """Raises as the class says."""
        if self.bits not in WIDTHS or not 1 <= self.parties < 1 << 16:
            raise UnusableLanes(
                f"lanes of {self.bits} bits for {self.parties} parties: "
                "take 24 or 32 bits and 1 to 65535 parties"
            )
        if self.spare_bits < 0 or self.per_unit < 1:
            raise UnusableLanes(f"{self.spare_bits} spare bits leave no lane: spare fewer")

    @property
    def per_unit(self) -> int:
        """Lanes in one plaintext."""
        return (self.key_bits - 1 - self.spare_bits) // self.bits

    @property
    def used_bits(self) -> int:
        """Length of the largest plaintext."""
        return self.per_unit * self.bits

    @property
    def limit(self) -> int:
        """The largest magnitude of a weight; it is the offset, too."""
        return largest(self.bits, self.parties)

    def units(self, weights: int) -> int:
        """How many plaintexts that many weights take."""
        return -(-weights // self.per_unit)


def largest(bits: int, parties: int) -> int:
    """The largest magnitude of which `parties` add up in a lane of that width, whatever signs."""
    return ((1 << bits) - 1) // parties // 2


def require_within(weights: Integers, limit: int) -> None:
    """Nothing; raises LaneOverflow where a weight's magnitude is above the limit, NotIntegers."""
    if weights.dtype.kind != "i" or weights.ndim != 1 or not weights.size:
        raise NotIntegers(
            f"an update of {weights.dtype} in the shape {weights.shape}: "
            "give one row of Q16 integers, as to_q16 makes them"
        )
    beyond = np.flatnonzero((weights > limit) | (weights < -limit))
    if beyond.size:
        raise LaneOverflow(
            f"{beyond.size} of {weights.size} weights are beyond ±{limit}, the first at "
            f"{beyond[0]}: take wider lanes, or clip the update"
        )


def pack(weights: Integers, lanes: Lanes) -> list[mpz]:
    """The plaintexts, first lane highest, the last one filled up with empty lanes.

    Raises LaneOverflow for a weight beyond ±limit, NotIntegers.
    """
    require_within(weights, lanes.limit)
    padded = np.zeros(lanes.units(weights.size) * lanes.per_unit, dtype=np.uint32)
    padded[: weights.size] = weights.astype(np.int64) + lanes.limit
    lane_bytes = lanes.bits // 8
    octets = padded.astype(">u4").view(np.uint8).reshape(-1, 4)[:, 4 - lane_bytes :]
    rows = np.ascontiguousarray(octets).reshape(-1, lanes.per_unit * lane_bytes)
    return [mpz(int.from_bytes(row.tobytes(), "big")) for row in rows]


def unpack(plaintexts: Sequence[mpz], lanes: Lanes, *, weights: int, summed: int) -> Integers:
    """The sums of `summed` parties' weights, int64.

    Raises MalformedUnits for another number of plaintexts, LaneOverflow where a lane holds what
    that many weights within the limit never add up to: some party did not pack as agreed.
    """
    if len(plaintexts) != lanes.units(weights) or not 0 < summed <= lanes.parties:
        raise MalformedUnits(
            f"{len(plaintexts)} plaintexts of {summed} parties are no sum of {weights} weights "
            f"of up to {lanes.parties} parties"
        )
    for at, plaintext in enumerate(plaintexts):
        if plaintext >> lanes.used_bits:
            raise LaneOverflow(f"plaintext {at} is longer than its lanes: a party packed wrongly")
    values = _lanes_of(plaintexts, lanes)
    sums, filling = values[:weights] - summed * lanes.limit, values[weights:]
    if filling.any():
        raise LaneOverflow("lanes behind the last weight are not empty: a party packed wrongly")
    require_within(sums, summed * lanes.limit)
    return sums


def _lanes_of(plaintexts: Sequence[mpz], lanes: Lanes) -> Integers:
    lane_bytes = lanes.bits // 8
    data = b"".join(int(one).to_bytes(lanes.used_bits // 8, "big") for one in plaintexts)
    octets = np.zeros((len(plaintexts) * lanes.per_unit, 4), dtype=np.uint8)
    octets[:, 4 - lane_bytes :] = np.frombuffer(data, dtype=np.uint8).reshape(-1, lane_bytes)
    return octets.view(">u4").ravel().astype(np.int64)
