"""How an update of 25,450 weights fits transactions, and how a sum is brought on in steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.encrypted.contracts.folding import (
    FOLD_HEAD_BYTES,
    Step,
    fitting_chunk_units,
    folding,
    steps,
)
from system.encrypted.contracts.rounds import ChunkTooLarge, Place, submitting
from system.encrypted.contracts.terms import Terms
from tests.unit.encrypted.arithmetic import lanes_added

NOBODY = "0x" + "00" * 20
PLACE = Place(NOBODY, 1, 1)
# 63 lanes of 32 bits in each of 404 ciphertexts of a 2048-bit key, and two units of proof.
UNITS, UNIT_BYTES = 406, 512


def terms(units: int, chunk_units: int) -> Terms:
    return Terms(
        aggregation=NOBODY,
        units=units,
        chunk_units=chunk_units,
        quorum=2,
        threshold=2,
        submit_blocks=2,
        sum_blocks=2,
        open_blocks=2,
    )


@pytest.mark.parametrize("parties", [2, 3, 5, 6])
@pytest.mark.parametrize(("limit_bytes", "most"), [(65_000, 4), (125_000, 2)])
def test_an_update_at_2048_bits_takes_few_transactions(parties, limit_bytes, most):
    size = fitting_chunk_units(parties=parties, unit_bytes=UNIT_BYTES, limit_bytes=limit_bytes)
    calls = submitting(
        PLACE,
        bytes(UNITS * UNIT_BYTES),
        terms=terms(UNITS, size),
        unit_bytes=UNIT_BYTES,
        limit_bytes=limit_bytes,
    )
    assert len(calls) == most
    assert all(len(call.data) <= limit_bytes for call in calls)
    rows = [bytes(size * UNIT_BYTES)] * parties
    [step] = steps(0, rows, add=lanes_added, limit_bytes=limit_bytes)
    assert len(folding(PLACE, step, unit_bytes=UNIT_BYTES).data) <= limit_bytes


rows_of_words = st.integers(1, 3).flatmap(
    lambda words: st.lists(
        st.binary(min_size=32 * words, max_size=32 * words), min_size=1, max_size=9
    )
)


@given(rows_of_words, st.integers(2, 6), st.data())
def test_steps_bring_all_rows_in_order_and_the_sum_so_far(rows, fits, data):
    start = data.draw(st.integers(0, len(rows) - 1))
    limit_bytes = FOLD_HEAD_BYTES + fits * len(rows[0])
    made = list(steps(4, rows, add=lanes_added, limit_bytes=limit_bytes, start=start))
    assert [row for step in made for row in step.rows] == rows[start:]
    for step in made:
        assert step.chunk == 4
        assert step.total == (lanes_added(*rows[: step.start]) if step.start else b"")
        data_bytes = len(folding(PLACE, step, unit_bytes=32).data)
        assert data_bytes <= limit_bytes
    assert next(step.start for step in made) == start


def test_a_sum_and_no_row_is_refused():
    rows = [bytes(64)] * 3
    with pytest.raises(ChunkTooLarge):
        list(steps(0, rows, add=lanes_added, limit_bytes=FOLD_HEAD_BYTES + 127))
    assert next(steps(0, rows, add=lanes_added, limit_bytes=10_000)) == Step(0, 0, b"", tuple(rows))


@pytest.mark.parametrize("limit_bytes", [0, FOLD_HEAD_BYTES + 1_023])
def test_a_limit_below_two_units_is_refused(limit_bytes):
    with pytest.raises(ChunkTooLarge, match="2 units of 512 bytes do not fit"):
        fitting_chunk_units(parties=2, unit_bytes=UNIT_BYTES, limit_bytes=limit_bytes)
