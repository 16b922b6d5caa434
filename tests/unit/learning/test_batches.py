"""Mini-batches as bytes: the same examples come back, bit for bit, or a named error."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.learning import nets, rounds
from system.learning.batches import BadBatch, decode_batches, encode_batches
from system.learning.rounds import Batch
from system.learning.sources import examples


@pytest.mark.parametrize("model", ["digits-64-32-10", "mnist-784-32-10"])
def test_a_job_on_carried_data_is_the_job_on_named_data(model):
    data, start = examples(model), nets.initial_weights(model, 1)
    carried = encode_batches(rounds.job_batches(data, 7, 3))
    assert len(carried) == 3 * (7 + 32 * (1 + nets.NETS[model].features))
    done = rounds.step_on(model, start, decode_batches(carried))
    assert done.tobytes() == rounds.job_step(model, start, data, 7, 3).tobytes()


@given(st.integers(1, 40), st.integers(1, 30), st.sampled_from([16, 255]), st.data())
def test_examples_come_back_bit_for_bit(count, features, steps, data):
    levels = np.frombuffer(
        data.draw(st.binary(min_size=count * features, max_size=count * features)), np.uint8
    )
    x = (np.minimum(levels, steps) / np.float32(steps)).reshape(count, features)
    y = np.array(data.draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)))
    one, two = decode_batches(encode_batches([Batch(x, y), Batch(x[::-1], y[::-1])]))
    assert one.x.dtype == np.float32
    assert one.x.tobytes() == x.tobytes()
    assert two.x.tobytes() == x[::-1].tobytes()
    assert (one.y.tolist(), two.y.tolist()) == (y.tolist(), y[::-1].tolist())


def test_no_mini_batches_are_no_bytes():
    assert encode_batches([]) == b""
    assert decode_batches(b"") == ()


@pytest.mark.parametrize("pixel", [0.3, -1 / 16, 17 / 16, 1.5, float("nan")])
def test_pixels_that_no_byte_holds(pixel):
    with pytest.raises(BadBatch, match="by their index"):
        encode_batches([Batch(np.array([[pixel]], dtype=np.float32), np.array([1]))])


def test_mini_batches_of_nothing():
    with pytest.raises(BadBatch, match="give 1 to 65535"):
        encode_batches([Batch(np.zeros((0, 4), np.float32), np.zeros(0, np.int64))])


WHOLE = struct.pack(">HIB", 2, 3, 16) + bytes([9, 0]) + bytes(range(6))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (WHOLE[:-1], "do not hold"),
        (WHOLE[:6], "too short"),
        (WHOLE + b"\0", "too short"),
        (struct.pack(">HIB", 2, 3, 17) + WHOLE[7:], "1/17"),
        (struct.pack(">HIB", 0, 3, 16), "do not hold 0"),
        (struct.pack(">HIB", 2, 0, 16) + bytes(2), "of 0 pixels"),
        (struct.pack(">HIB", 65535, 2**32 - 1, 16) + WHOLE[7:], "do not hold"),
        (WHOLE[:7] + bytes([10]) + WHOLE[8:], "label 10"),
        (WHOLE[:-1] + bytes([17]), "pixel 17/16"),
    ],
)
def test_damaged_bytes(data, reason):
    with pytest.raises(BadBatch, match=reason):
        decode_batches(data)
    assert decode_batches(WHOLE)[0].x[1].tolist() == [3 / 16, 4 / 16, 5 / 16]
