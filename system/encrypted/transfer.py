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
from system.encrypted.errors import (
    InvalidCiphertext,
    NoRoomToMask,
    TooFewParties,
    WrongShare,
)
from system.encrypted.knowledge import Knowledge, holds, prove
from system.encrypted.packing import Lanes
from system.encrypted.paillier import (
    PublicKey,
    add,
    blinded,
    blindings,
    encrypt,
    require_ciphertexts,
)

# The statistical distance between masked plaintexts is below 2^-128.
_HIDING_BITS: Final = 128


@dataclass(frozen=True, slots=True)
class Offer:
    """An old party's masks: E_old(r) and E_new(-r) for each plaintext, all to be published.

    `proof` says that the party knows r: the last one to offer could otherwise take back the masks
    of all others, and have the model opened.
    """

    party: int
    old: tuple[mpz, ...] = field(repr=False)
    new: tuple[mpz, ...] = field(repr=False)
    proof: Knowledge = field(repr=False)


def spare_bits(parties: int) -> int:
    """How many bits above the lanes masks of that many parties need."""
    return _HIDING_BITS + parties.bit_length()


def offer(
    old: PublicKey,
    new: PublicKey,
    *,
    party: int,
    lanes: Lanes,
    units: int,
    parties: int,
    label: bytes,
) -> Offer:
    """Fresh masks for that many plaintexts; each of `parties` old parties makes its own.

    `label` names the handover. Raises NoRoomToMask where the lanes leave fewer bits than
    `spare_bits`, or where a plaintext is longer than the new key takes.
    """
    longest = old.bits - 1 - parties.bit_length()
    if lanes.used_bits + _HIDING_BITS > longest or lanes.used_bits >= new.bits:
        raise NoRoomToMask(
            f"plaintexts of {lanes.used_bits} bits leave no room for {parties} masks: "
            f"pack them with {spare_bits(parties)} spare bits"
        )
    masks, used = [below(mpz(1) << longest) for _ in range(units)], blindings(old, units)
    given = blinded(old, masks, used)
    taken = encrypt(new, [-mask % new.n for mask in masks])
    proof = prove(old, masks, given, used, label=_label(party, label))
    return Offer(party, tuple(given), tuple(taken), proof)


def hidden(
    old: PublicKey, model: Sequence[mpz], offers: Sequence[Offer], *, label: bytes
) -> list[mpz]:
    """E_old(w + all r): what the old parties open together.

    Raises TooFewParties without any offer, for the model itself would be opened; WrongShare, which
    names the parties, where masks are not proved to be their party's own, or are not as many.
    """
    if not offers:
        raise TooFewParties("nobody offered masks: opening this would show the model")
    wrong = [one.party for one in offers if not _is_right(old, one, len(model), label)]
    if wrong:
        raise WrongShare(wrong, "masks that are not proved to be known: leave them out")
    return add(old, (model, *(one.old for one in offers)))


def moved(new: PublicKey, opened: Sequence[mpz], offers: Sequence[Offer]) -> list[mpz]:
    """E_new(w), from what the old parties opened; everybody computes the same ciphertexts."""
    # Without randomness of its own: each r that is taken off brings some.
    modulus = new.squared
    encrypted = [(1 + plaintext % new.n * new.n) % modulus for plaintext in opened]
    return add(new, (encrypted, *(one.new for one in offers)))


def _is_right(old: PublicKey, given: Offer, units: int, label: bytes) -> bool:
    if not len(given.old) == len(given.new) == units:
        return False
    try:
        require_ciphertexts(old, given.old)
    except InvalidCiphertext:
        return False
    return holds(old, given.old, given.proof, label=_label(given.party, label))


def _label(party: int, label: bytes) -> bytes:
    return b"handover" + bytes([party]) + label
