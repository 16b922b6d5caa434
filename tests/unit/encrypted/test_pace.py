"""Deadlines: long enough for bytes, computing and transactions, wherever blocks come from."""

from __future__ import annotations

from system.encrypted.pace import Pace
from system.encrypted.packing import Lanes
from system.encrypted.sizes import size_of

SIZE = size_of(25_450, scheme="paillier", lanes=Lanes(5))
WORDS = size_of(25_450, scheme="masked", lanes=Lanes(5))


def test_longer_keys_and_larger_groups_take_longer():
    longer = size_of(25_450, scheme="paillier", lanes=Lanes(5, key_bits=3072))
    small, large = Pace(1.0, 5, SIZE, shared=True), Pace(1.0, 10, SIZE, shared=True)
    assert small.opening(4) < large.opening(4)
    assert small.opening(4) < Pace(1.0, 5, longer, shared=True).opening(4)
    assert small.judging() < large.judging()
    assert small.submitting(4) < large.submitting(4)


def test_a_chain_that_idles_has_a_block_for_each_transaction():
    pace = Pace(None, 5, WORDS, shared=False)
    assert pace.submitting(40) >= 5 * 40
    assert pace.adding(1_000) >= 1_000
    assert pace.judging() > Pace(1.0, 5, WORDS, shared=False).judging()
