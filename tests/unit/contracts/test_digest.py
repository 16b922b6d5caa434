"""The off-chain digest follows the rule d(i+1) = keccak256(d(i) ‖ keccak256(chunk i))."""

from __future__ import annotations

from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from system.weights.digest import chained_digest


def test_one_chunk_is_hashed_behind_zeros():
    assert chained_digest([b"weights"]) == keccak(bytes(32) + keccak(b"weights"))


@given(st.lists(st.binary(max_size=70), max_size=6))
def test_each_chunk_extends_the_digest(chunks):
    digest = bytes(32)
    for chunk in chunks:
        digest = keccak(digest + keccak(chunk))
    assert chained_digest(chunks) == digest
    assert chained_digest(memoryview(chunk) for chunk in chunks) == digest


def test_order_and_cuts_count():
    digests = {chained_digest(cut) for cut in ([b"ab", b"c"], [b"c", b"ab"], [b"a", b"bc"])}
    assert len(digests) == 3
