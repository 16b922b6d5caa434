"""Paillier by itself: keys, round trips, sums, and what is refused."""

from __future__ import annotations

import pytest
from gmpy2 import is_prime, mpz, next_prime
from hypothesis import given, settings
from hypothesis import strategies as st

from system.encrypted.errors import (
    InvalidCiphertext,
    InvalidKey,
    PlaintextOutOfRange,
    WeakKey,
)
from system.encrypted.paillier import (
    Blinding,
    PrivateKey,
    PublicKey,
    add,
    blinded,
    blindings,
    decrypt,
    encrypt,
    generate,
    private_from_bytes,
    public_from_bytes,
    require_ciphertexts,
)
from system.encrypted.primes import prime
from tests.unit.encrypted.groups import BITS, private_key

KEY = private_key()
PUBLIC = KEY.public
plaintexts = st.integers(0, int(PUBLIC.n) - 1).map(mpz)


@settings(max_examples=30, deadline=None)
@given(st.lists(plaintexts, max_size=4))
def test_what_was_encrypted_is_decrypted(values):
    assert decrypt(KEY, encrypt(PUBLIC, values)) == values


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(plaintexts, min_size=3, max_size=3), min_size=1, max_size=4))
def test_products_of_ciphertexts_are_sums(rows):
    summed = add(PUBLIC, [encrypt(PUBLIC, row) for row in rows])
    assert decrypt(KEY, summed) == [sum(column) % PUBLIC.n for column in zip(*rows, strict=True)]


def test_the_ends_of_the_range_survive():
    ends = [mpz(0), mpz(1), PUBLIC.n - 1]
    assert decrypt(KEY, encrypt(PUBLIC, ends)) == ends


def test_one_plaintext_has_many_ciphertexts():
    assert len(set(encrypt(PUBLIC, [mpz(7)] * 10))) == 10


def test_without_blinding_it_is_the_textbook_formula():
    n = PUBLIC.n
    [ciphertext] = blinded(PUBLIC, [mpz(5)], [Blinding(mpz(3), pow(mpz(3), n, n * n))])
    assert ciphertext == pow(n + 1, 5, n * n) * pow(mpz(3), n, n * n) % (n * n)


@pytest.mark.parametrize(("stock", "left"), [(0, 0), (2, 0), (3, 0), (5, 2)])
def test_blindings_made_ahead_are_used_once(stock, left):
    ahead = blindings(PUBLIC, stock)
    expected = list(ahead)
    ciphertexts = encrypt(PUBLIC, [mpz(0)] * 3, ahead=ahead)
    assert ahead == expected[3:]
    assert len(ahead) == left
    # Of 0 a ciphertext is the blinding itself.
    assert ciphertexts[:stock] == [one.power for one in expected[:3]]
    assert len(set(ciphertexts)) == 3


@pytest.mark.parametrize("plaintext", [-1, PUBLIC.n, PUBLIC.n + 1])
def test_plaintexts_beyond_the_key_are_refused(plaintext):
    with pytest.raises(PlaintextOutOfRange, match="plaintext 1 "):
        encrypt(PUBLIC, [mpz(0), mpz(plaintext)])


@pytest.mark.parametrize("bad", [0, -1, PUBLIC.squared, PUBLIC.squared + 5, PUBLIC.n, KEY.p])
def test_bad_ciphertexts_are_refused_with_their_position(bad):
    right = encrypt(PUBLIC, [mpz(1)])
    require_ciphertexts(PUBLIC, right)
    with pytest.raises(InvalidCiphertext) as refused:
        decrypt(KEY, [*right, mpz(bad)])
    assert refused.value.position == 1


def test_updates_of_different_lengths_do_not_add_up():
    with pytest.raises(ValueError, match="shorter"):
        add(PUBLIC, [[mpz(1), mpz(2)], [mpz(1)]])


def test_a_key_is_2048_bits_by_default_and_needs_no_flag():
    key = generate()
    assert key.public.bits == 2048
    assert key.public.unit_bytes == 512
    assert decrypt(key, encrypt(key.public, [mpz(42)])) == [42]


@pytest.mark.parametrize("bits", [512, 1024])
def test_small_keys_are_for_tests_only(bits):
    with pytest.raises(WeakKey, match=f"{bits} bits: take 2048 or 3072"):
        generate(bits)
    public = private_key(bits).public
    with pytest.raises(WeakKey):
        public_from_bytes(public.to_bytes())
    assert public_from_bytes(public.to_bytes(), for_tests=True) == public


@pytest.mark.parametrize("bits", [0, 256, 2047, 4096])
def test_other_sizes_are_refused_even_in_tests(bits):
    with pytest.raises(WeakKey):
        generate(bits, for_tests=True)


def odd_of(bits: int) -> mpz:
    return (mpz(1) << (bits - 1)) + 1


@pytest.mark.parametrize(
    "n",
    [PUBLIC.n + 1, next_prime(odd_of(BITS)), (next_prime(mpz(3) << (BITS // 2 - 2))) ** 2],
    ids=["even", "prime", "square"],
)
def test_moduli_that_are_no_product_of_two_primes_are_refused(n):
    assert n.bit_length() == BITS
    with pytest.raises(InvalidKey, match="even, prime or a power"):
        PublicKey(n, for_tests=True)


def pair(p: mpz, q: mpz) -> PrivateKey:
    return PrivateKey(PublicKey(p * q, for_tests=True), p, q)


def test_private_keys_are_checked():
    p, q, half = KEY.p, KEY.q, BITS // 2
    with pytest.raises(InvalidKey, match="not the prime factors"):
        PrivateKey(PUBLIC, p, q + 2)
    with pytest.raises(InvalidKey, match="not the prime factors"):
        PrivateKey(PUBLIC, mpz(1), p * q)
    with pytest.raises(InvalidKey, match="too near"):
        pair(p, next_prime(p))
    with pytest.raises(InvalidKey, match="different lengths"):
        pair(prime(half - 8), prime(half + 8))


def test_a_key_whose_sums_could_not_be_decrypted_is_refused():
    q = next_prime(mpz(3) << (BITS // 2 - 10))
    multiples = (k * q + 1 for k in range(1 << 13, 1 << 16, 2))
    p = next(one for one in multiples if is_prime(one) and (one * q).bit_length() == BITS)
    with pytest.raises(InvalidKey, match="share a factor"):
        pair(p, q)


def test_a_blinding_shows_no_number():
    assert repr(blindings(PUBLIC, 1)) == "[Blinding()]"


def test_keys_come_back_from_their_bytes():
    assert private_from_bytes(KEY.to_bytes(), for_tests=True) == KEY
    assert public_from_bytes(PUBLIC.to_bytes(), for_tests=True) == PUBLIC
    assert len(PUBLIC.to_bytes()) == BITS // 8


def test_a_private_key_shows_no_prime():
    for shown in (repr(KEY), str(KEY), f"{KEY}", repr([KEY])):
        assert str(KEY.p) not in shown
        assert str(KEY.q) not in shown
        assert hex(KEY.p)[2:] not in shown
