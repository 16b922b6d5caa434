"""Decryption by several parties: each one's part, its proof, and the plaintexts of any t parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gmpy2 import gcd, invert, mpz, powmod

from system.encrypted.bigints import from_bytes, powers, to_bytes
from system.encrypted.errors import MalformedUnits, TooFewShares, WrongShare
from system.encrypted.paillier import require_ciphertexts
from system.encrypted.proof import Claim, Proof, holds, proof_from_units, prove
from system.encrypted.threshold import KeyShare, ThresholdKey
from system.encrypted.transcript import PROOF_UNITS


@dataclass(frozen=True, slots=True)
class Partial:
    """A party's part of the decryption of an update, and the proof that it is one."""

    party: int
    values: tuple[mpz, ...] = field(repr=False)
    proof: Proof = field(repr=False)

    def to_bytes(self, key: ThresholdKey) -> bytes:
        """The values as units like ciphertexts, and two more units of proof."""
        proof = self.proof.to_units(key.exponent_bits)
        return to_bytes((*self.values, *proof), key.public.unit_bytes)


def partial_from_bytes(key: ThresholdKey, party: int, data: bytes) -> Partial:
    """What `to_bytes` wrote; raises MalformedUnits."""
    units = from_bytes(data, key.public.unit_bytes)
    if len(units) <= PROOF_UNITS:
        raise MalformedUnits(f"{len(data)} bytes of party {party} are no decryption share")
    proof = proof_from_units(units[-PROOF_UNITS:], exponent_bits=key.exponent_bits)
    return Partial(party, tuple(units[:-PROOF_UNITS]), proof)


def decrypt_share(
    key: ThresholdKey,
    share: KeyShare,
    ciphertexts: Sequence[mpz],
    *,
    label: bytes = b"",
    threads: int = 1,
) -> Partial:
    """The party's part of the decryption of all ciphertexts, proved in one.

    `label` names the round, so that a share is of use in no other. Raises InvalidCiphertext.
    """
    require_ciphertexts(key.public, ciphertexts)
    modulus, exponent = key.public.squared, key.delta * share.exponent
    values = powers(ciphertexts, 2 * exponent, modulus, threads=threads)
    proof = prove(_claim(key, share.party, ciphertexts, values, label), exponent)
    return Partial(share.party, tuple(values), proof)


def is_right(
    key: ThresholdKey, ciphertexts: Sequence[mpz], partial: Partial, *, label: bytes = b""
) -> bool:
    """Whether a party's part of the decryption is what its share of the key gives."""
    if not 0 <= partial.party < key.parties or len(partial.values) != len(ciphertexts):
        return False
    if not all(0 < value < key.public.squared for value in partial.values):
        return False
    return holds(_claim(key, partial.party, ciphertexts, partial.values, label), partial.proof)


def right_ones(
    key: ThresholdKey,
    ciphertexts: Sequence[mpz],
    posted: Mapping[int, bytes],
    *,
    label: bytes = b"",
) -> list[Partial]:
    """The parts that parties posted, as `Partial.to_bytes` writes them: the first t right ones.

    The rest is not looked at. Raises TooFewShares, which names the parties whose parts are wrong.
    """
    right: list[Partial] = []
    wrong = []
    for party, data in sorted(posted.items()):
        if len(right) == key.threshold:
            break
        partial = _read(key, party, data)
        if partial and is_right(key, ciphertexts, partial, label=label):
            right.append(partial)
        else:
            wrong.append(party)
    if len(right) < key.threshold:
        raise TooFewShares(len(right), key.threshold, wrong)
    return right


def wrong_ones(
    key: ThresholdKey,
    ciphertexts: Sequence[mpz],
    posted: Mapping[int, bytes],
    *,
    label: bytes = b"",
) -> tuple[int, ...]:
    """The parties that posted something else than their part of the decryption."""
    read = {party: _read(key, party, data) for party, data in sorted(posted.items())}
    return tuple(
        party
        for party, partial in read.items()
        if partial is None or not is_right(key, ciphertexts, partial, label=label)
    )


def combine(key: ThresholdKey, partials: Sequence[Partial]) -> list[mpz]:
    """The plaintexts, from the parts of any t parties: of the first t given.

    Raises TooFewShares, and WrongShare where they do not fit together: `right_ones` tells whose.
    """
    chosen = list({partial.party: partial for partial in partials}.values())[: key.threshold]
    if len(chosen) < key.threshold:
        raise TooFewShares(len(chosen), key.threshold)
    n, modulus = key.public.n, key.public.squared
    broken = [one.party for one in chosen if any(gcd(value, n) != 1 for value in one.values)]
    if broken:
        raise WrongShare(broken, "numbers that have no inverse")
    lagrange = _lagrange(key.delta, [partial.party + 1 for partial in chosen])
    scale = invert(4 * key.delta**2, n)
    plaintexts = []
    for column in zip(*(partial.values for partial in chosen), strict=True):
        opened = mpz(1)
        for value, coefficient in zip(column, lagrange, strict=True):
            opened = opened * powmod(value, 2 * coefficient, modulus) % modulus
        message, rest = divmod(opened - 1, n)
        if rest:
            raise WrongShare([one.party for one in chosen], "they do not fit together")
        plaintexts.append(message * scale % n)
    return plaintexts


def _read(key: ThresholdKey, party: int, data: bytes) -> Partial | None:
    try:
        return partial_from_bytes(key, party, data)
    except MalformedUnits:
        return None


def _claim(
    key: ThresholdKey,
    party: int,
    ciphertexts: Sequence[mpz],
    values: Sequence[mpz],
    label: bytes,
) -> Claim:
    modulus = key.public.squared
    return Claim(
        modulus=modulus,
        generator=key.generator,
        target=key.verifiers[party],
        bases=[powmod(one, 4, modulus) for one in ciphertexts],
        images=[one * one % modulus for one in values],
        exponent_bits=key.exponent_bits,
        label=bytes([party]) + label,
    )


def _lagrange(delta: int, places: Sequence[int]) -> list[int]:
    return [delta * _numerator(places, one) // _denominator(places, one) for one in places]


def _numerator(places: Sequence[int], own: int) -> int:
    result = 1
    for place in places:
        result *= -place if place != own else 1
    return result


def _denominator(places: Sequence[int], own: int) -> int:
    result = 1
    for place in places:
        result *= own - place if place != own else 1
    return result
