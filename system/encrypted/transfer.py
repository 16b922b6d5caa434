"""A model handed from an old group's key to a new one's, for a newcomer who must not see it yet.

Each old party draws a random number r for each plaintext w and gives E_old(r) and E_new(-r). The
product of E_old(w) with all E_old(r) is opened by the old parties' threshold: it shows w plus all
r, which says nothing about w as long as one r is unknown. Anybody encrypts that for the new key
and multiplies all E_new(-r) on: E_new(w). So the newcomer sees w only together with a threshold of
the new group, and no old party alone sees it at all.

Masks are 2^128 times as large as plaintexts, and their sum must stay below n: take lanes with
`spare_bits(parties)`, which with 2048 bits are 59 instead of 63.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gmpy2 import mpz

from system.encrypted.bigints import below
from system.encrypted.errors import NoRoomToMask, TooFewParties
from system.encrypted.packing import Lanes
from system.encrypted.paillier import PublicKey, add, encrypt

# The statistical distance between masked plaintexts is below 2^-128.
_HIDING_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Offer:
    """An old party's masks: E_old(r) and E_new(-r) for each plaintext, both to be published."""

    old: tuple[mpz, ...] = field(repr=False)
    new: tuple[mpz, ...] = field(repr=False)


def spare_bits(parties: int) -> int:
    """How many bits above the lanes masks of that many parties need."""
    return _HIDING_BITS + parties.bit_length()


def offer(
    old: PublicKey, new: PublicKey, *, lanes: Lanes, units: int, parties: int, threads: int = 1
) -> Offer:
    """Fresh masks for that many plaintexts; each of `parties` old parties makes its own.

    Raises NoRoomToMask where the lanes leave fewer bits than `spare_bits`, or where a plaintext is
    longer than the new key takes.
    """
    longest = old.bits - 1 - parties.bit_length()
    if lanes.used_bits + _HIDING_BITS > longest or lanes.used_bits >= new.bits:
        raise NoRoomToMask(
            f"plaintexts of {lanes.used_bits} bits leave no room for {parties} masks: "
            f"pack them with {spare_bits(parties)} spare bits"
        )
    masks = [below(mpz(1) << longest) for _ in range(units)]
    return Offer(
        old=tuple(encrypt(old, masks, threads=threads)),
        new=tuple(encrypt(new, [-mask % new.n for mask in masks], threads=threads)),
    )


def hidden(old: PublicKey, model: Sequence[mpz], offers: Sequence[Offer]) -> list[mpz]:
    """E_old(w + all r): what the old parties open together.

    Raises TooFewParties without any offer: the model itself would be opened.
    """
    if not offers:
        raise TooFewParties("nobody offered masks: opening this would show the model")
    return add(old, (model, *(one.old for one in offers)))


def moved(new: PublicKey, opened: Sequence[mpz], offers: Sequence[Offer]) -> list[mpz]:
    """E_new(w), from what the old parties opened; everybody computes the same ciphertexts."""
    # Without randomness of its own: each r that is taken off brings some.
    modulus = new.squared
    encrypted = [(1 + plaintext % new.n * new.n) % modulus for plaintext in opened]
    return add(new, (encrypted, *(one.new for one in offers)))
