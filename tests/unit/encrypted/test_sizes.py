"""Units, bytes and transactions of an update."""

from __future__ import annotations

import pytest

from system.encrypted.packing import Lanes
from system.encrypted.sizes import Size, size_of
from system.errors import UsageError
from system.weights.errors import BadChunkSize

# What is left of a transaction of 64 KB and of 128 KB beside the envelope and the call's head.
SMALL, LARGE = 65_000, 125_000


@pytest.mark.parametrize(
    ("scheme", "key_bits", "spare_bits", "update_bytes", "small", "large"),
    [
        ("paillier", 1024, 0, 823 * 256, 4, 2),
        ("paillier", 2048, 0, 406 * 512, 4, 2),
        ("paillier", 2048, 131, 434 * 512, 4, 2),
        ("paillier", 3072, 0, 270 * 768, 4, 2),
        ("masked", 2048, 0, 3_182 * 32, 2, 1),
        ("plain", 2048, 0, 3_182 * 32, 2, 1),
    ],
)
def test_the_large_model_in_transactions(scheme, key_bits, spare_bits, update_bytes, small, large):
    lanes = Lanes(6, key_bits=key_bits, spare_bits=spare_bits)
    size = size_of(25_450, scheme=scheme, lanes=lanes)
    assert size.update_bytes == update_bytes
    assert (size.transactions(SMALL), size.transactions(LARGE)) == (small, large)


@pytest.mark.parametrize(("weights", "units"), [(1, 1), (8, 1), (9, 2), (2_410, 302)])
def test_eight_lanes_a_word(weights, units):
    assert size_of(weights, scheme="masked", lanes=Lanes(5)).units == units


def test_no_transaction_divides_a_unit():
    size = Size(units=10, unit_bytes=512)
    assert size.units_in(1_535) == 2
    assert size.transactions(1_535) == 5
    with pytest.raises(BadChunkSize):
        size.transactions(511)


def test_an_unknown_scheme_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'paillier'"):
        size_of(1, scheme="pailier", lanes=Lanes(5))
