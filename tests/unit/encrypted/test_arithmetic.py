"""The contracts' products modulo n² and their sums of lanes are Python's."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.chain.abi import call_data, decoded
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.encrypted.contracts.aggregation import public_key_of, unit_bytes
from tests.evm import Evm, Refused
from tests.unit.encrypted.arithmetic import (
    KEY_BITS,
    KEYS,
    lanes_added,
    multiplied,
    numbers,
    paillier,
    units,
)

keys = st.sampled_from([(bits, key) for bits in KEY_BITS for key in KEYS[bits]])


@cache
def evm() -> Evm:
    return Evm()


@cache
def contract(key: int) -> str:
    return paillier(evm(), key)


@cache
def lanes() -> str:
    return evm().deploy(artifact("LaneAggregation"), sender=evm().account())


def folded(address: str, total: bytes, rows: bytes) -> bytes:
    """What the contract makes of a sum and more rows."""
    data = "0x" + call_data("fold(bytes,bytes)", total, rows).hex()
    answer = evm().call("eth_call", {"to": address, "data": data}, "latest")
    return bytes(decoded(answer, ["bytes"])[0])


def refusal(address: str, signature: str, *arguments: object) -> str:
    """Why the contract refuses a call; "" where it does not."""
    try:
        evm().send(evm().account(), Call(address, call_data(signature, *arguments), 0))
    except Refused as error:
        return error.reason
    return ""


def edges(modulus: int, words: int) -> st.SearchStrategy[int]:
    """Numbers below the modulus: anywhere, at its ends, and with words of nothing but ones."""
    word = st.sampled_from([0, 1, 2**255, 2**256 - 1])
    shaped = st.lists(word, min_size=words, max_size=words).map(
        lambda them: sum(one << 256 * place for place, one in enumerate(them)) % modulus
    )
    near = st.integers(0, 5).flatmap(lambda far: st.sampled_from([far, modulus - 1 - far]))
    return near | shaped | st.integers(0, modulus - 1)


@st.composite
def factors(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    bits, key = draw(keys)
    modulus = key * key
    return bits, key, draw(st.lists(edges(modulus, bits // 128), min_size=2, max_size=4))


@given(factors())
@settings(max_examples=300, deadline=None)
def test_products_are_python_s(given):
    bits, key, them = given
    size = bits // 4
    rows = [units([one], size) for one in them]
    expected = multiplied(key * key, size, *rows)
    assert folded(contract(key), rows[0], b"".join(rows[1:])) == expected


@pytest.mark.parametrize("bits", KEY_BITS)
def test_every_pair_of_edges(bits):
    """0, 1, 2, the neighbours of the modulus, its half, its root: carries from end to end."""
    size = bits // 4
    for key in KEYS[bits]:
        modulus = key * key
        them = [0, 1, 2, key, modulus // 2, modulus // 2 + 1, modulus - 2, modulus - 1]
        left = units([a for a in them for _ in them], size)
        right = units(them * len(them), size)
        assert folded(contract(key), left, right) == multiplied(modulus, size, left, right)


@pytest.mark.parametrize("bits", KEY_BITS)
def test_a_row_keeps_its_order_and_no_row_changes_nothing(bits):
    size, key = bits // 4, KEYS[bits][0]
    row = units([3, 5, 7], size)
    more = units([11, 13, 17, 19, 23, 29], size)
    assert numbers(folded(contract(key), row, more), size) == [
        3 * 11 * 19,
        5 * 13 * 23,
        7 * 17 * 29,
    ]
    assert folded(contract(key), row, b"") == row


@pytest.mark.parametrize("bits", KEY_BITS)
def test_units_out_of_range_are_named_with_their_place(bits):
    size = bits // 4
    for key in KEYS[bits]:
        modulus = key * key
        beyond = [0, modulus, modulus + 1, min(2 * modulus, 256**size - 1), 256**size - 1]
        for place, bad in enumerate(beyond):
            row = [1, modulus - 1, 1 << 256, modulus - key]
            row.insert(place % 4, bad)
            reason = refusal(contract(key), "check(uint256,bytes)", 100, units(row, size))
            assert reason == f"UnitOutOfRange({100 + place % 4})"
        within = units([1, 2**300, modulus - 1], size)
        assert refusal(contract(key), "check(uint256,bytes)", 0, within) == ""


@pytest.mark.parametrize("bits", KEY_BITS)
def test_bytes_that_are_no_rows_are_refused(bits):
    size, address = bits // 4, contract(KEYS[bits][0])
    one = units([1], size)
    for short in (one[1:], one + b"\1", b"\1"):
        said = f"NotWholeUnits({len(short)}, {size})"
        assert refusal(address, "check(uint256,bytes)", 0, short) == said
        assert refusal(address, "fold(bytes,bytes)", short, b"") == said
    assert refusal(address, "fold(bytes,bytes)", b"", one) == f"NotWholeUnits(0, {size})"
    said = f"NotWholeUnits({size}, {2 * size})"
    assert refusal(address, "fold(bytes,bytes)", one + one, one) == said


@pytest.mark.parametrize(
    ("key", "for_tests", "reason"),
    [
        (KEYS[1024][0], False, "KeyLength(128)"),
        (2**511 + 1, True, "KeyLength(64)"),
        (2**4095 + 1, True, "KeyLength(512)"),
        (2**2047, False, "EvenKey()"),
        (2**2046 + 1, False, "KeyLength(256)"),
    ],
)
def test_keys_that_are_none_are_refused(key, for_tests, reason):
    with pytest.raises(Refused, match=reason.replace("(", r"\(").replace(")", r"\)")):
        paillier(evm(), key, for_tests=for_tests)


@pytest.mark.parametrize("bits", KEY_BITS)
def test_the_key_comes_back(bits):
    for key in KEYS[bits]:
        assert public_key_of(evm(), contract(key)) == key
        assert unit_bytes(evm(), contract(key)) == bits // 4


words = st.binary(min_size=32, max_size=32) | st.lists(
    st.sampled_from([b"\0\0\0\0", b"\0\0\0\1", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff" * 4]),
    min_size=8,
    max_size=8,
).map(b"".join)
lane_rows = st.integers(1, 4).flatmap(
    lambda count: st.lists(
        st.lists(words, min_size=count, max_size=count).map(b"".join), min_size=1, max_size=5
    )
)


@given(lane_rows)
@settings(max_examples=200, deadline=None)
def test_lanes_add_modulo_their_size(rows):
    assert folded(lanes(), rows[0], b"".join(rows[1:])) == lanes_added(*rows)


def test_lanes_are_whole_words():
    for short in (b"\1", b"\1" * 33):
        said = f"NotWholeUnits({len(short)}, 32)"
        assert refusal(lanes(), "check(uint256,bytes)", 0, short) == said
        assert refusal(lanes(), "fold(bytes,bytes)", short, b"") == said
    assert refusal(lanes(), "fold(bytes,bytes)", bytes(64), bytes(32)) == "NotWholeUnits(32, 64)"
    assert refusal(lanes(), "check(uint256,bytes)", 0, bytes(64)) == ""
