"""Whether all that was given is held by somebody."""

from __future__ import annotations

from bench.learn.encrypted.money import is_conserved


def account(given: int, held: int) -> dict[str, int]:
    return {"given_wei": given, "held_wei": held}


def test_what_moved_is_conserved():
    assert is_conserved([account(10, 3), account(5, 12), account(0, 0)])


def test_a_missing_wei_shows():
    assert not is_conserved([account(10, 3), account(5, 11)])
    assert not is_conserved([account(10, 11)])
