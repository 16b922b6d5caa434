"""A market's test set: its encoding is the ABI's, and each choice of pieces is equally likely."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from system.chain.keys import keccak256
from system.errors import UsageError
from system.models.pieces import SALT_BYTES, cut, drawn, piece_of

int64s = st.integers(-(2**63), 2**63 - 1)
TYPES = ["uint256", "bytes32", "int64[][]", "uint64[]"]


@given(
    st.lists(st.lists(int64s, max_size=4), max_size=4),
    st.lists(st.integers(0, 2**64 - 1), max_size=4),
    st.binary(min_size=32, max_size=32),
)
def test_a_body_is_what_the_abi_makes_of_it(
    samples: list[list[int]], labels: list[int], salt: bytes
) -> None:
    piece = piece_of(samples, labels, salt=salt)
    assert piece.body == encode(TYPES, [7, salt, samples, labels])[32:]
    assert piece.digest == keccak256(piece.body)


def test_a_value_beyond_int64_is_refused() -> None:
    with pytest.raises(OverflowError):
        piece_of([[2**63]], [0], salt=bytes(SALT_BYTES))


def test_a_set_is_cut_in_equal_pieces_under_salts_of_their_own() -> None:
    samples, labels = [[value] for value in range(11)], list(range(11))
    pieces = cut(samples, labels, size=3)
    assert [piece.labels for piece in pieces] == [(0, 1, 2), (3, 4, 5), (6, 7, 8)]
    assert len({piece.salt for piece in pieces}) == 3
    assert {len(piece.salt) for piece in pieces} == {SALT_BYTES}


def test_a_set_of_one_piece_hides_nothing() -> None:
    with pytest.raises(UsageError, match="two pieces of 3 samples; there are 5"):
        cut([[value] for value in range(5)], [0] * 5, size=3)


def test_each_choice_of_pieces_is_equally_likely() -> None:
    draws = 10_000
    seeds = (keccak256(b"%d" % number) for number in range(draws))
    counts = Counter(drawn(seed, shown=2, pieces=5) for seed in seeds)
    choices = {(1 << a) | (1 << b) for a, b in combinations(range(5), 2)}
    assert set(counts) == choices
    expected = draws / len(choices)
    # Nine degrees of freedom: above 27.9 once in a thousand; the seeds are fixed.
    assert sum((n - expected) ** 2 / expected for n in counts.values()) < 27.9


@given(st.binary(min_size=32, max_size=32), st.integers(1, 255))
def test_as_many_are_drawn_as_were_asked_for(seed: bytes, shown: int) -> None:
    bits = drawn(seed, shown=shown, pieces=256)
    assert bits.bit_count() == shown
    assert bits < 1 << 256
