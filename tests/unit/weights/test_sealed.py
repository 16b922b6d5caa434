"""Sealed payloads: they open with their key in their place, unchanged, and otherwise not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.weights.errors import MalformedPayload, Unsealable
from system.weights.sealed import KEY_BYTES, SEAL_BYTES, seal, unseal

payloads = st.binary(min_size=1, max_size=300)


@given(payloads, st.binary(max_size=100))
def test_what_was_sealed_comes_back(payload, context):
    sealed = seal(payload, context=context)
    assert len(sealed.payload) == len(payload) + SEAL_BYTES
    assert unseal(sealed.payload, sealed.key, context=context) == payload


def test_the_frame_is_a_word_so_that_arrays_of_words_stay_such():
    assert SEAL_BYTES == 32
    assert len(seal(bytes(64), context=b"").payload) % 32 == 0


def test_every_payload_gets_a_key_and_a_nonce_of_its_own():
    ones = [seal(b"weights", context=b"") for _ in range(50)]
    assert len({one.key for one in ones}) == 50
    assert len({one.payload[:16] for one in ones}) == 50
    assert {len(one.key) for one in ones} == {KEY_BYTES}


def test_the_key_does_not_show():
    sealed = seal(b"weights", context=b"")
    assert sealed.key.hex() not in repr(sealed)
    assert repr(sealed.key) not in repr(sealed)


@given(payloads, st.data())
def test_a_changed_bit_anywhere_is_refused(payload, data):
    sealed = seal(payload, context=b"here")
    changed = bytearray(sealed.payload)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unsealable):
        unseal(changed, sealed.key, context=b"here")


@given(payloads, st.integers(1, SEAL_BYTES + 20))
def test_a_payload_cut_short_is_refused(payload, missing):
    sealed = seal(payload, context=b"")
    rest = sealed.payload[:-missing]
    with pytest.raises((Unsealable, MalformedPayload)):
        unseal(rest, sealed.key, context=b"")


def test_another_key_and_another_place_are_refused():
    sealed = seal(b"weights", context=b"here")
    for key, context in ((bytes(32), b"here"), (sealed.key, b"there")):
        with pytest.raises(Unsealable, match="does not open"):
            unseal(sealed.payload, key, context=context)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_keys_of_another_length_are_refused(size):
    with pytest.raises(Unsealable, match="32 bytes"):
        unseal(seal(b"weights", context=b"").payload, bytes(size), context=b"")


def test_nothing_can_t_be_sealed():
    with pytest.raises(MalformedPayload, match="empty"):
        seal(b"", context=b"")
