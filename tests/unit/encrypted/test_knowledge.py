"""Who made ciphertexts can prove it, of each update once; nobody else can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gmpy2 import invert, mpz

from system.encrypted.knowledge import holds, knowledge_from_units, prove
from system.encrypted.paillier import blinded, blindings
from tests.unit.encrypted.groups import private_key

KEY = private_key().public
PLAINTEXTS = [mpz(0), mpz(1), KEY.n - 1, mpz(12345)]
BLINDINGS = blindings(KEY, 4)
CIPHERTEXTS = blinded(KEY, PLAINTEXTS, BLINDINGS)
LABEL = b"party 3, round 7"
PROOF = prove(KEY, PLAINTEXTS, CIPHERTEXTS, BLINDINGS, label=LABEL)


def test_a_proof_holds_for_its_ciphertexts_under_its_label_alone():
    assert holds(KEY, CIPHERTEXTS, PROOF, label=LABEL)
    assert not holds(KEY, CIPHERTEXTS, PROOF, label=b"party 4, round 7")
    assert not holds(KEY, CIPHERTEXTS[::-1], PROOF, label=LABEL)
    assert not holds(KEY, CIPHERTEXTS[:3], PROOF, label=LABEL)
    other = private_key(512, 1).public
    assert not holds(other, CIPHERTEXTS, PROOF, label=LABEL)


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("change", ["plaintext", "blinding", "inverse"])
def test_one_changed_ciphertext_is_not_proved(at, change):
    changed = list(CIPHERTEXTS)
    changed[at] = {
        "plaintext": changed[at] * (KEY.n + 1) % KEY.squared,
        "blinding": changed[at] * blindings(KEY, 1)[0].power % KEY.squared,
        "inverse": invert(changed[at], KEY.squared),
    }[change]
    assert not holds(KEY, changed, PROOF, label=LABEL)


@pytest.mark.parametrize("at", range(4))
def test_who_knows_all_plaintexts_but_one_proves_nothing(at):
    guessed = list(PLAINTEXTS)
    guessed[at] += 1
    proof = prove(KEY, guessed, CIPHERTEXTS, BLINDINGS, label=LABEL)
    assert not holds(KEY, CIPHERTEXTS, proof, label=LABEL)
    strange = [*BLINDINGS[:at], *blindings(KEY, 1), *BLINDINGS[at + 1 :]]
    proof = prove(KEY, PLAINTEXTS, CIPHERTEXTS, strange, label=LABEL)
    assert not holds(KEY, CIPHERTEXTS, proof, label=LABEL)


@pytest.mark.parametrize(
    "change",
    [
        {"challenge": PROOF.challenge ^ 1},
        {"challenge": PROOF.challenge + (1 << 128)},
        {"plaintext": PROOF.plaintext + 1},
        {"plaintext": PROOF.plaintext + KEY.n},
        {"plaintext": -PROOF.plaintext},
        {"blinding": PROOF.blinding + 1},
        {"blinding": PROOF.blinding + KEY.n},
        {"blinding": mpz(0)},
        {"blinding": private_key().p},
    ],
)
def test_a_changed_proof_does_not_hold(change):
    assert not holds(KEY, CIPHERTEXTS, replace(PROOF, **change), label=LABEL)


def test_a_proof_travels_as_two_numbers_below_the_square():
    units = PROOF.to_units(KEY)
    assert all(0 < unit < KEY.squared for unit in units)
    assert knowledge_from_units(KEY, units) == PROOF


def test_two_proofs_of_one_update_are_different():
    assert prove(KEY, PLAINTEXTS, CIPHERTEXTS, BLINDINGS, label=LABEL) != PROOF
