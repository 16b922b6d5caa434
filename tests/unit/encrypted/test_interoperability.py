"""Against an independent implementation of Paillier: what one encrypts, the other decrypts."""

from __future__ import annotations

import numpy as np
import phe
import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from system.encrypted.decryption import combine, decrypt_share
from system.encrypted.packing import Lanes, pack, unpack
from system.encrypted.paillier import (
    Blinding,
    PrivateKey,
    PublicKey,
    add,
    blinded,
    decrypt,
    encrypt,
)
from tests.unit.encrypted.groups import dealt, private_key, total, updates

BITS = 1024
OURS = private_key(BITS)
THEIR_PUBLIC = phe.PaillierPublicKey(int(OURS.public.n))
THEIRS = phe.PaillierPrivateKey(THEIR_PUBLIC, int(OURS.p), int(OURS.q))
plaintexts = st.integers(0, int(OURS.public.n) - 1)


@settings(deadline=None, max_examples=15)
@given(plaintexts)
def test_they_decrypt_what_we_encrypt(plaintext):
    [ciphertext] = encrypt(OURS.public, [mpz(plaintext)])
    assert THEIRS.raw_decrypt(int(ciphertext)) == plaintext


@settings(deadline=None, max_examples=15)
@given(plaintexts)
def test_we_decrypt_what_they_encrypt(plaintext):
    assert decrypt(OURS, [mpz(THEIR_PUBLIC.raw_encrypt(plaintext))]) == [plaintext]


@settings(deadline=None, max_examples=10)
@given(plaintexts, plaintexts)
def test_ciphertexts_of_both_add_up(one, other):
    mine, theirs = encrypt(OURS.public, [mpz(one)]), [mpz(THEIR_PUBLIC.raw_encrypt(other))]
    [added] = add(OURS.public, [mine, theirs])
    expected = (one + other) % OURS.public.n
    assert decrypt(OURS, [added]) == [expected]
    assert THEIRS.raw_decrypt(int(added)) == expected


def test_with_the_same_randomness_both_give_the_same_ciphertext():
    n, r = OURS.public.n, 123_456_789
    [ours] = blinded(OURS.public, [mpz(77)], [Blinding(mpz(r), pow(mpz(r), n, n * n))])
    assert ours == THEIR_PUBLIC.raw_encrypt(77, r_value=r)


def test_their_encrypted_numbers_add_to_ours():
    theirs = THEIR_PUBLIC.encrypt(1_000)  # an integer has the exponent 0
    [ours] = encrypt(OURS.public, [mpz(234)])
    both = theirs + phe.EncryptedNumber(THEIR_PUBLIC, int(ours), 0)
    assert THEIRS.decrypt(both) == 1_234
    assert decrypt(OURS, [mpz(both.ciphertext())]) == [1_234]


def test_they_decrypt_a_sum_of_our_packed_updates():
    lanes, given_updates = Lanes(5, key_bits=BITS), updates(5, 70, limit=1_000_000)
    summed = add(OURS.public, [encrypt(OURS.public, pack(one, lanes)) for one in given_updates])
    opened = [mpz(THEIRS.raw_decrypt(int(one))) for one in summed]
    found = unpack(opened, lanes, weights=70, summed=5)
    np.testing.assert_array_equal(found, total(given_updates, range(5)))


def test_a_threshold_of_ours_decrypts_what_they_encrypt():
    key, shares = dealt(5, 3, BITS)
    ciphertexts = [mpz(THEIR_PUBLIC.raw_encrypt(value)) for value in (0, 1, int(OURS.public.n) - 1)]
    parts = [decrypt_share(key, one, ciphertexts) for one in shares[:3]]
    assert combine(key, parts) == [0, 1, OURS.public.n - 1]


@pytest.mark.parametrize("bits", [1024])
def test_a_key_of_theirs_is_one_of_ours(bits):
    public, private = phe.generate_paillier_keypair(n_length=bits)
    key = PrivateKey(PublicKey(mpz(public.n), for_tests=True), mpz(private.p), mpz(private.q))
    assert decrypt(key, [mpz(public.raw_encrypt(99))]) == [99]
    assert private.raw_decrypt(int(encrypt(key.public, [mpz(98)])[0])) == 98
