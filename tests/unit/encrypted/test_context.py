"""No two rounds have one context."""

from __future__ import annotations

from system.encrypted.context import round_context

HERE = {"chain_id": 1337, "contract": "0x" + "ab" * 20, "group": 1, "number": 7}


def test_a_context_is_its_four_parts_in_a_row():
    expected = "0000000000000539" + "ab" * 20 + "0000000000000001" + "0000000000000007"
    assert round_context(**HERE) == bytes.fromhex(expected)


def test_every_part_makes_another_context():
    others = [{"chain_id": 1338}, {"contract": "0x" + "ba" * 20}, {"group": 2}, {"number": 8}]
    assert len({round_context(**HERE | one) for one in [{}, *others]}) == 5
