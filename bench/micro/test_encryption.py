"""What hiding an update costs a party: by Paillier per ciphertext and as a whole, and by masks.

25,450 weights for six parties, four of whom open the sum. Times are the processor's, so that other
work on the machine does not count. A whole update is encrypted once: 404 ciphertexts take seconds.
"""

from __future__ import annotations

import secrets
import time
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from system.encrypted import paillier
from system.encrypted.announcement import Terms
from system.encrypted.decryption import combine, decrypt_share, is_right
from system.encrypted.masking import Masker, unmask
from system.encrypted.packing import Lanes, pack
from system.encrypted.shamir import public_of
from system.encrypted.threshold import KeyShare, ThresholdKey, deal
from system.encrypted.words import to_lanes

if TYPE_CHECKING:
    from gmpy2 import mpz
    from pytest_benchmark.fixture import BenchmarkFixture

pytestmark = pytest.mark.benchmark(timer=time.process_time)
WEIGHTS, PARTIES, THRESHOLD = 25_450, 6, 4
UNITS = 4
UPDATE = np.random.default_rng(0).integers(-100_000, 100_000, WEIGHTS)
LANES = Lanes(PARTIES)


@cache
def dealt() -> tuple[ThresholdKey, tuple[KeyShare, ...]]:
    """A key of 2048 bits, shared out."""
    key = paillier.generate(safe=True)
    return deal(key, parties=PARTIES, threshold=THRESHOLD)


@cache
def some() -> list[mpz]:
    """A few ciphertexts."""
    return paillier.encrypt(dealt()[0].public, pack(UPDATE, LANES)[:UNITS])


def test_generate_a_key_of_safe_primes(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "key of 2048 bits"
    key = benchmark.pedantic(paillier.generate, kwargs={"safe": True}, rounds=5)  # type: ignore[no-untyped-call]
    assert key.public.bits == 2048


@pytest.mark.parametrize("bits", paillier.SIZES)
def test_encrypt_four_ciphertexts(benchmark: BenchmarkFixture, bits: int) -> None:
    public = paillier.generate(bits).public
    plaintexts = pack(UPDATE, Lanes(PARTIES, key_bits=bits))[:UNITS]
    benchmark.group = f"four ciphertexts, {bits} bits"
    assert len(benchmark(paillier.encrypt, public, plaintexts)) == UNITS


def test_share_in_the_decryption_of_four(benchmark: BenchmarkFixture) -> None:
    key, shares = dealt()
    ciphertexts = some()
    benchmark.group = "four ciphertexts, 2048 bits"
    partial = benchmark(decrypt_share, key, shares[0], ciphertexts)
    assert is_right(key, ciphertexts, partial)


def test_check_a_share_of_four(benchmark: BenchmarkFixture) -> None:
    key, shares = dealt()
    ciphertexts = some()
    partial = decrypt_share(key, shares[0], ciphertexts)
    benchmark.group = "four ciphertexts, 2048 bits"
    assert benchmark(is_right, key, ciphertexts, partial)


def test_combine_shares_of_four(benchmark: BenchmarkFixture) -> None:
    key, shares = dealt()
    partials = [decrypt_share(key, share, some()) for share in shares[:THRESHOLD]]
    benchmark.group = "four ciphertexts, 2048 bits"
    opened = benchmark(combine, key, partials)
    assert opened == pack(UPDATE, LANES)[:UNITS]


def test_encrypt_a_whole_update(benchmark: BenchmarkFixture) -> None:
    public = dealt()[0].public
    plaintexts = pack(UPDATE, LANES)
    benchmark.group = "update of 25,450 weights"
    found = benchmark.pedantic(paillier.encrypt, args=(public, plaintexts), rounds=1)  # type: ignore[no-untyped-call]
    assert len(found) == 404


def test_mask_a_whole_update(benchmark: BenchmarkFixture) -> None:
    maskers, _ = masked_round()
    lanes = to_lanes(UPDATE, parties=PARTIES)
    benchmark.group = "update of 25,450 weights"
    assert (benchmark(maskers[0].mask, lanes) != lanes).any()


def test_unmask_a_sum_with_a_dropped_party(benchmark: BenchmarkFixture) -> None:
    maskers, announcements = masked_round()
    lanes, counted = to_lanes(UPDATE, parties=PARTIES), range(PARTIES - 1)
    total = np.sum([maskers[at].mask(lanes) for at in counted], axis=0, dtype=np.uint32)
    revealed = {at: maskers[at].reveal(counted) for at in range(THRESHOLD)}
    benchmark.group = "update of 25,450 weights"
    told = {"announcements": announcements, "counted": counted, "revealed": revealed}
    found = benchmark(unmask, maskers[0].terms, total, **told)
    np.testing.assert_array_equal(found, lanes * np.uint32(len(counted)))


def masked_round() -> tuple[list[Masker], dict[int, bytes]]:
    """Six parties that have heard each other."""
    identities = [secrets.token_bytes(32) for _ in range(PARTIES)]
    publics = tuple(public_of(int.from_bytes(one, "big")) for one in identities)
    terms = Terms(b"micro", THRESHOLD, publics)
    maskers = [Masker(terms, at, one) for at, one in enumerate(identities)]
    announcements = {at: one.announcement() for at, one in enumerate(maskers)}
    for one in maskers:
        one.hear(announcements)
    return maskers, announcements
