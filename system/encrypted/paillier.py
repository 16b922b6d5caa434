"""Paillier's encryption: the product of ciphertexts is a ciphertext of the plaintexts' sum.

Source: Paillier 1999 (Public-key cryptosystems based on composite degree residuosity classes),
with g = n + 1, so that an encryption is (1 + m·n) · r^n mod n² (Damgård & Jurik 2001).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gmpy2 import gcd, invert, is_power, is_prime, mpz, powmod_sec

from system.encrypted.bigints import invertible, powers, product
from system.encrypted.errors import (
    InvalidCiphertext,
    InvalidKey,
    PlaintextOutOfRange,
    WeakKey,
)
from system.encrypted.primes import prime, safe_prime

SIZES: Final = (2048, 3072)
TEST_SIZES: Final = (512, 1024)  # broken by patience or by money: for tests only
# FIPS 186-5, A.1.3: primes that agree in their first 100 bits could be found from n's root.
_ALIKE_BITS: Final = 100


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The modulus n, checked as far as it can be without its factors.

    Raises WeakKey for a size that is none of SIZES (TEST_SIZES count where `for_tests` is set),
    InvalidKey for a number that is even, prime or a power.
    """

    n: mpz
    for_tests: bool = False

    def __post_init__(self) -> None:
        """Raises as the class says."""
        object.__setattr__(self, "n", mpz(self.n))
        _require_size(self.bits, for_tests=self.for_tests)
        if self.n % 2 == 0 or is_prime(self.n) or is_power(self.n):
            raise InvalidKey("n is even, prime or a power: a key is the product of two odd primes")

    @property
    def bits(self) -> int:
        """n's length."""
        return int(self.n.bit_length())

    @property
    def squared(self) -> mpz:
        """n², the modulus of ciphertexts."""
        return self.n * self.n

    @property
    def unit_bytes(self) -> int:
        """A ciphertext's length on the wire: that of n²."""
        return self.bits // 4

    def to_bytes(self) -> bytes:
        """n, big-endian."""
        return int(self.n).to_bytes(self.bits // 8, "big")


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The primes, which are shown nowhere.

    Raises InvalidKey where they are not prime, not of one length, too near to each other or not
    n's factors, and where n and φ(n) share a factor.
    """

    public: PublicKey
    p: mpz = field(repr=False)
    q: mpz = field(repr=False)

    def __post_init__(self) -> None:
        """Raises as the class says."""
        p, q, n = self.p, self.q, self.public.n
        if p * q != n or not (is_prime(p) and is_prime(q)):
            raise InvalidKey("the two numbers are not the prime factors of n")
        if gcd(n, (p - 1) * (q - 1)) != 1:
            raise InvalidKey("n and φ(n) share a factor: sums could not be decrypted")
        if p.bit_length() != q.bit_length() or _are_alike(p, q):
            raise InvalidKey("the primes are of different lengths, or too near to each other")

    def to_bytes(self) -> bytes:
        """The primes one after the other, big-endian: to be kept as secret as the key itself."""
        half = self.public.bits // 16
        return int(self.p).to_bytes(half, "big") + int(self.q).to_bytes(half, "big")


@dataclass(frozen=True, slots=True)
class Blinding:
    """A random r, and r^n mod n²: the costly part of an encryption, to be used once."""

    root: mpz = field(repr=False)
    power: mpz = field(repr=False)


def public_from_bytes(data: bytes, *, for_tests: bool = False) -> PublicKey:
    """The key that `to_bytes` wrote; raises InvalidKey as the class does."""
    return PublicKey(mpz(int.from_bytes(data, "big")), for_tests)


def private_from_bytes(data: bytes, *, for_tests: bool = False) -> PrivateKey:
    """The key that `to_bytes` wrote; raises InvalidKey as the class does."""
    half = len(data) // 2
    p, q = mpz(int.from_bytes(data[:half], "big")), mpz(int.from_bytes(data[half:], "big"))
    return PrivateKey(PublicKey(p * q, for_tests), p, q)


def generate(bits: int = 2048, *, safe: bool = False, for_tests: bool = False) -> PrivateKey:
    """A fresh key; `safe` makes it of safe primes, as a key that is shared out has to be.

    Raises WeakKey for a size that is none of SIZES, or of TEST_SIZES where `for_tests` is set.
    """
    _require_size(bits, for_tests=for_tests)
    draw = safe_prime if safe else prime
    p, q = draw(bits // 2), draw(bits // 2)
    while _are_alike(p, q):
        q = draw(bits // 2)
    return PrivateKey(PublicKey(p * q, for_tests), p, q)


def blindings(key: PublicKey, count: int, *, threads: int = 1) -> list[Blinding]:
    """Fresh blindings for as many encryptions; without plaintexts, so they can be made ahead."""
    roots = [invertible(key.n) for _ in range(count)]
    made = powers(roots, key.n, key.squared, threads=threads)
    return [Blinding(root, power) for root, power in zip(roots, made, strict=True)]


def drawn(
    key: PublicKey, count: int, *, ahead: list[Blinding] | None = None, threads: int = 1
) -> list[Blinding]:
    """Blindings taken out of those made ahead, and fresh ones where these do not suffice.

    They leave the list, since a second use would show the difference of two plaintexts.
    """
    taken = [] if ahead is None else ahead[:count]
    if ahead:
        del ahead[:count]
    return taken + blindings(key, count - len(taken), threads=threads)


def encrypt(
    key: PublicKey, plaintexts: Sequence[mpz], *, ahead: list[Blinding] | None = None
) -> list[mpz]:
    """A ciphertext for each plaintext from 0 to n - 1, by blindings that are `drawn`.

    Raises PlaintextOutOfRange.
    """
    return blinded(key, plaintexts, drawn(key, len(plaintexts), ahead=ahead))


def blinded(key: PublicKey, plaintexts: Sequence[mpz], used: Sequence[Blinding]) -> list[mpz]:
    """A ciphertext for each plaintext by the blinding in its place; raises PlaintextOutOfRange."""
    for at, plaintext in enumerate(plaintexts):
        if not 0 <= plaintext < key.n:
            raise PlaintextOutOfRange(f"plaintext {at} lies outside 0 … n-1: pack it first")
    return [
        (1 + plaintext * key.n) * blinding.power % key.squared
        for plaintext, blinding in zip(plaintexts, used, strict=True)
    ]


def add(key: PublicKey, updates: Iterable[Sequence[mpz]]) -> list[mpz]:
    """The ciphertexts of the sums: place by place the product of all updates' ciphertexts.

    Raises ValueError where updates are of different lengths.
    """
    modulus = key.squared
    return [product(column, modulus) for column in zip(*updates, strict=True)]


def require_ciphertexts(key: PublicKey, ciphertexts: Sequence[mpz]) -> None:
    """Nothing; raises InvalidCiphertext for one outside 1 … n²-1, or with a factor of n."""
    modulus = key.squared
    for at, ciphertext in enumerate(ciphertexts):
        if not 0 < ciphertext < modulus:
            raise InvalidCiphertext(at, "lies outside 1 … n²-1")
        if gcd(ciphertext, key.n) != 1:
            raise InvalidCiphertext(at, "shares a factor with n")


def decrypt(key: PrivateKey, ciphertexts: Sequence[mpz]) -> list[mpz]:
    """The plaintexts, computed modulo each prime and put together (Paillier 1999, section 7).

    Exponentiations take the same time whatever the primes are. Raises InvalidCiphertext.
    """
    require_ciphertexts(key.public, ciphertexts)
    p, q = key.p, key.q
    inverse = invert(p, q)
    return [
        at_p + p * ((at_q - at_p) * inverse % q)
        for at_p, at_q in zip(
            _decrypted_modulo(p, q, ciphertexts), _decrypted_modulo(q, p, ciphertexts), strict=True
        )
    ]


def _decrypted_modulo(prime: mpz, other: mpz, ciphertexts: Sequence[mpz]) -> list[mpz]:
    # (1 + n)^(p-1) is 1 + (p-1)·n mod p², and (p-1)·n/p is -other mod p.
    modulus, factor = prime * prime, invert(-other, prime)
    lifted = (powmod_sec(one % modulus, prime - 1, modulus) for one in ciphertexts)
    return [(one - 1) // prime * factor % prime for one in lifted]


def _are_alike(p: mpz, q: mpz) -> bool:
    return bool(abs(p - q) >> (p.bit_length() - _ALIKE_BITS) == 0)


def _require_size(bits: int, *, for_tests: bool) -> None:
    if bits not in SIZES and not (for_tests and bits in TEST_SIZES):
        raise WeakKey(f"a key of {bits} bits: take {' or '.join(map(str, SIZES))}")
