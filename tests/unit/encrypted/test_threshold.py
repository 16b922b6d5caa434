"""Any t of n parties decrypt, fewer do not, and a wrong share is found and named."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from gmpy2 import mpz

from system.encrypted.bigints import from_bytes
from system.encrypted.decryption import (
    combine,
    decrypt_share,
    is_right,
    partial_from_bytes,
    right_ones,
    wrong_ones,
)
from system.encrypted.errors import (
    InvalidCiphertext,
    InvalidKey,
    MalformedUnits,
    TooFewShares,
    UnusableThreshold,
    WrongShare,
)
from system.encrypted.paillier import add, encrypt, generate
from system.encrypted.threshold import deal, threshold_from_bytes
from tests.unit.encrypted.groups import BITS, dealt, private_key

PLAINTEXTS = [mpz(0), mpz(1), mpz(2) ** 400, private_key().public.n - 1]
LABEL = b"chain 1, round 7"


def partials(parties: int, threshold: int, plaintexts=PLAINTEXTS):
    key, shares = dealt(parties, threshold)
    ciphertexts = encrypt(key.public, plaintexts)
    return key, ciphertexts, [decrypt_share(key, one, ciphertexts, label=LABEL) for one in shares]


@pytest.mark.parametrize(("parties", "threshold"), [(1, 1), (3, 2), (5, 3), (5, 5), (6, 4)])
def test_any_t_parties_decrypt(parties, threshold):
    key, _, parts = partials(parties, threshold)
    for chosen in combinations(parts, threshold):
        assert combine(key, chosen) == PLAINTEXTS
    assert combine(key, list(reversed(parts))) == PLAINTEXTS


def test_a_sum_of_updates_is_decrypted():
    key, shares = dealt(5, 3)
    ciphertexts = add(key.public, [encrypt(key.public, [mpz(at), mpz(7)]) for at in range(4)])
    parts = [decrypt_share(key, one, ciphertexts) for one in shares[2:]]
    assert combine(key, parts) == [6, 28]


def test_fewer_than_t_do_not_decrypt():
    key, _, parts = partials(5, 3)
    with pytest.raises(TooFewShares, match="2 right shares of the 3 needed"):
        combine(key, parts[:2])
    with pytest.raises(TooFewShares):  # one party's twice is one share
        combine(key, [parts[0], parts[1], parts[0]])
    with pytest.raises(WrongShare):  # nor does it help to claim a lower threshold
        combine(replace(key, threshold=2), parts[:2])


def test_every_deal_draws_its_own_polynomial():
    deals = [deal(private_key(), parties=5, threshold=3)[1] for _ in range(4)]
    exponents = {share.exponent for shares in deals for share in shares}
    assert len(exponents) == 20
    # With a threshold of 1 there is nothing to draw: each share is the exponent itself.
    assert len({one.exponent for one in deal(private_key(), parties=3, threshold=1)[1]}) == 1


def test_right_shares_are_found_right():
    key, ciphertexts, parts = partials(5, 3)
    assert all(is_right(key, ciphertexts, one, label=LABEL) for one in parts)


def posted(key, parts):
    return {one.party: one.to_bytes(key) for one in parts}


def spoilt(part, at, factor, key):
    values = list(part.values)
    values[at] = values[at] * factor % key.public.squared
    return replace(part, values=tuple(values))


@pytest.mark.parametrize("at", range(len(PLAINTEXTS)))
@pytest.mark.parametrize("factor", ["2", "n + 1", "another's"])
def test_one_wrong_value_is_found_and_its_party_named(at, factor):
    key, ciphertexts, parts = partials(5, 3)
    change = {"2": 2, "n + 1": key.public.n + 1, "another's": parts[1].values[at]}[factor]
    parts[3] = spoilt(parts[3], at, change, key)
    assert wrong_ones(key, ciphertexts, posted(key, parts), label=LABEL) == (3,)
    with pytest.raises(TooFewShares, match="those of party 3 are wrong") as refused:
        right_ones(key, ciphertexts, posted(key, parts[2:]), label=LABEL)
    assert refused.value.wrong == (3,)
    right = right_ones(key, ciphertexts, posted(key, parts[1:]), label=LABEL)
    assert [one.party for one in right] == [1, 2, 4]
    assert combine(key, right) == PLAINTEXTS


def test_an_element_of_small_order_gets_nobody_anything():
    # -1 has order 2, and vanishes where values are squared: the sum stays what it is.
    key, ciphertexts, parts = partials(3, 2)
    parts[0] = spoilt(parts[0], 1, -1, key)
    assert is_right(key, ciphertexts, parts[0], label=LABEL)
    assert combine(key, parts) == PLAINTEXTS


def test_two_errors_that_cancel_out_are_found():
    key, ciphertexts, parts = partials(3, 2)
    inverse = pow(mpz(2), -1, key.public.squared)
    wrong = spoilt(spoilt(parts[0], 0, 2, key), 1, inverse, key)
    assert not is_right(key, ciphertexts, wrong, label=LABEL)


def test_a_share_belongs_to_its_party_round_and_ciphertexts():
    key, ciphertexts, parts = partials(5, 3)
    part = parts[2]
    assert not is_right(key, ciphertexts, replace(part, party=1), label=LABEL)
    assert not is_right(key, ciphertexts, replace(part, party=5), label=LABEL)
    assert not is_right(key, ciphertexts, replace(part, party=-1), label=LABEL)
    assert not is_right(key, ciphertexts, part, label=b"chain 1, round 8")
    assert not is_right(key, ciphertexts[:-1], part, label=LABEL)
    assert not is_right(key, list(reversed(ciphertexts)), part, label=LABEL)
    assert not is_right(key, encrypt(key.public, PLAINTEXTS), part, label=LABEL)


@pytest.mark.parametrize(
    "change", ["challenge", "response", "longer", "negative", "zero", "n", "n²"]
)
def test_changed_proofs_and_impossible_values_are_wrong(change):
    key, ciphertexts, parts = partials(3, 2)
    part, proof = parts[0], parts[0].proof
    changed = {
        "challenge": replace(part, proof=replace(proof, challenge=proof.challenge ^ 1)),
        "response": replace(part, proof=replace(proof, response=proof.response + 1)),
        "longer": replace(part, proof=replace(proof, response=mpz(1) << 5000)),
        "negative": replace(part, proof=replace(proof, response=-proof.response)),
        "zero": replace(part, values=(mpz(0), *part.values[1:])),
        "n": replace(part, values=(key.public.n, *part.values[1:])),
        "n²": replace(part, values=(part.values[0] + key.public.squared, *part.values[1:])),
    }[change]
    assert not is_right(key, ciphertexts, changed, label=LABEL)


def test_shares_with_no_inverse_are_named_by_whoever_combines_them_unchecked():
    key, _, parts = partials(3, 2)
    with pytest.raises(WrongShare) as refused:
        combine(key, [replace(parts[0], values=(key.public.n, *parts[0].values[1:])), parts[1]])
    assert refused.value.parties == (0,)


def test_a_share_comes_back_from_its_bytes():
    key, _, parts = partials(3, 2)
    data = parts[1].to_bytes(key)
    assert len(data) == (len(PLAINTEXTS) + 2) * key.public.unit_bytes
    assert partial_from_bytes(key, 1, data) == parts[1]


@pytest.mark.parametrize("cut", [0, 1, 128, 256, 257])
def test_bytes_that_are_no_share_cost_their_party_only(cut):
    key, ciphertexts, parts = partials(3, 2)
    given = posted(key, parts)
    given[0] = given[0][:cut]
    with pytest.raises(MalformedUnits):
        partial_from_bytes(key, 0, given[0])
    assert wrong_ones(key, ciphertexts, given, label=LABEL) == (0,)
    assert [one.party for one in right_ones(key, ciphertexts, given, label=LABEL)] == [1, 2]


def test_what_is_no_ciphertext_gets_no_share():
    key, shares = dealt(3, 2)
    with pytest.raises(InvalidCiphertext):
        decrypt_share(key, shares[0], [mpz(1), key.public.n])


@pytest.mark.parametrize("parties", [1, 6, 64])
def test_a_proof_is_two_numbers_below_the_square(parties):
    key, shares = dealt(parties, 1)
    part = decrypt_share(key, shares[-1], encrypt(key.public, [mpz(3)]))
    units = from_bytes(part.to_bytes(key), key.public.unit_bytes)
    assert all(0 < unit < key.public.squared for unit in units)
    assert partial_from_bytes(key, parties - 1, part.to_bytes(key)) == part


def test_the_key_comes_back_from_its_bytes():
    key, _ = dealt(5, 3)
    assert threshold_from_bytes(key.to_bytes(), bits=BITS, for_tests=True) == key
    for broken in (b"", key.to_bytes()[:-1], key.to_bytes() + b"1"):
        with pytest.raises(MalformedUnits):
            threshold_from_bytes(broken, bits=BITS, for_tests=True)
    with pytest.raises(UnusableThreshold):
        threshold_from_bytes(b"\6" + key.to_bytes()[1:], bits=BITS, for_tests=True)


@pytest.mark.parametrize(("parties", "threshold"), [(0, 0), (3, 0), (3, 4), (65, 2)])
def test_thresholds_that_cannot_be_met_are_refused(parties, threshold):
    with pytest.raises(UnusableThreshold):
        deal(private_key(), parties=parties, threshold=threshold)


def test_ordinary_primes_are_refused():
    with pytest.raises(InvalidKey, match="safe=True"):
        deal(generate(BITS, for_tests=True), parties=3, threshold=2)


def test_a_share_of_the_key_is_shown_nowhere():
    key, shares = dealt(3, 2)
    assert repr(shares[0]) == "KeyShare(party=0)"
    assert str(shares[0].exponent) not in f"{shares} {key}"
