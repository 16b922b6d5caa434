"""Bytes of any length travel as `int256` words and come back exactly; arrays stay what they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.jobs.packing import goes_as_words, packed, packed_bytes, unpacked
from system.weights import codec
from system.weights.errors import MalformedPayload


@given(st.binary(min_size=1, max_size=200))
def test_bytes_come_back(payload):
    words = packed(payload)
    assert len(words) == packed_bytes(len(payload))
    assert len(words) % 32 == 0
    assert unpacked(words) == payload


@given(st.lists(st.floats(-9e9, 9e9), min_size=1, max_size=20))
def test_an_array_of_weights_is_never_taken_for_packed_bytes(weights):
    words = codec("int256").encode(np.array(weights))
    assert unpacked(words) == words


@pytest.mark.parametrize("length", [0, 32, 65, 2**63])
def test_a_length_that_the_words_do_not_have_is_refused(length):
    words = packed(b"\1" * 64)[:24] + length.to_bytes(8, "big") + b"\1" * 64
    with pytest.raises(MalformedPayload, match=f"do not hold {length} packed bytes"):
        unpacked(words)


def test_bytes_behind_the_payload_are_refused():
    with pytest.raises(MalformedPayload):
        unpacked(packed(b"abc")[:-1] + b"\1")


def test_only_the_plain_array_encoding_goes_as_words():
    assert [name for name in codec.names() if goes_as_words(name)] == ["int256"]
