"""Nets in whole numbers: equal to slow exact arithmetic, down the loss, learning, and agreeing."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.errors import UsageError
from system.learning import integer, nets, softmax
from system.learning.arithmetic import arithmetic
from system.learning.data import digits
from system.learning.layers import Affine, Flat, Image, Patches, Pool, Relu
from system.learning.models import MODELS, model_count
from system.learning.nets import NETS, Net
from system.learning.rounds import train
from system.learning.sources import examples
from system.weights import codec

# What seed 0 gives on the digits, on any machine: a change here means that workers with different
# versions of this project no longer agree. (Epochs, then the digest.)
GOLDEN = {
    "digits-softmax": (20, "2d46d0d764cc94075174aaad4c9a077a8407bf890291e1d99217af5ab202214e"),
    "digits-64-32-10": (20, "33172bf521bc5e668b92d1b4a4a3c7828d71d48bd77f87c18d2f33f9d74eab71"),
    "mnist-softmax": (5, "285a4023820bd094f0998d890a15a38db714cfbc9c08bf7b88118db9d99dc0eb"),
    "mnist-784-32-10": (5, "54f57060442018b264654dd91809f606f5456b1bf481d45e7868e131f0683cbe"),
    "lenet5": (2, "0a251dbdf3ec1ef2dd970b19d9af2de054c8cc3a311958f1d8e5abe2d3f0cdf4"),
}
REACHED = {
    "digits-softmax": 0.95,
    "digits-64-32-10": 0.95,
    "mnist-softmax": 0.93,
    "mnist-784-32-10": 0.93,
    "lenet5": 0.7,
}


@pytest.fixture(scope="module")
def trained() -> dict[str, np.ndarray]:
    return {
        model: train(model, examples(model), epochs=epochs) for model, (epochs, _) in GOLDEN.items()
    }


def test_the_nets_are_the_named_models():
    assert ["counter", *NETS] == list(MODELS)
    for model, net in NETS.items():
        shapes = tuple((one.inputs, one.units) for one in net.layers if isinstance(one, Affine))
        assert shapes == MODELS[model]
        assert net.size == model_count(model)


@pytest.mark.parametrize("model", NETS)
def test_digests_are_the_known_ones(trained, model):
    assert nets.digest(model, trained[model]).hex() == GOLDEN[model][1]
    other = trained[model].copy()
    other[-1] += 1
    assert nets.digest(model, other).hex() != GOLDEN[model][1]


@pytest.mark.parametrize("model", NETS)
def test_accuracy(trained, model):
    data = examples(model)
    assert nets.accuracy(model, trained[model], data.test_x, data.test_y) >= REACHED[model]
    assert nets.loss(model, trained[model], data.test_x, data.test_y) < math.log(10)


def test_the_floating_point_twin_learns_as_well(trained):
    data = digits()
    ours = nets.accuracy("digits-softmax", trained["digits-softmax"], data.test_x, data.test_y)
    assert (
        abs(ours - softmax.accuracy(softmax.train(data, seed=0), data.test_x, data.test_y)) < 0.02
    )
    single = arithmetic("float32")
    twin = train("digits-64-32-10", data, epochs=20, numbers=single)
    right = nets.accuracy("digits-64-32-10", twin, data.test_x, data.test_y, numbers=single)
    assert twin.dtype == np.float32
    assert right >= 0.95


@pytest.mark.parametrize("model", NETS)
def test_trained_weights_travel_as_int32_without_loss(trained, model):
    floats = trained[model] / integer.ONE
    assert codec("int32").encode(floats) == trained[model].astype(">i4").tobytes()
    assert (
        integer.to_q16(codec("int32").decode(codec("int32").encode(floats))) == trained[model]
    ).all()


@pytest.mark.parametrize("model", NETS)
def test_starts_are_seeded_and_layered(model):
    start = nets.initial_weights(model, 3)
    assert start.dtype == np.int64
    assert start.shape == (NETS[model].size,)
    assert (start == nets.initial_weights(model, 3)).all()
    arrays = nets.layered(model, start)
    assert (np.concatenate([each.ravel() for each in arrays]) == start).all()
    *kernels, last = arrays[::2]
    assert not last.any()
    assert not any(bias.any() for bias in arrays[1::2])
    for kernel in kernels:
        limit = math.sqrt(6 / kernel.shape[0])
        assert np.abs(kernel).max() <= limit * integer.ONE
        assert kernel.std() / integer.ONE == pytest.approx(limit / math.sqrt(3), rel=0.1)
        assert abs(kernel.mean()) < 4 * kernel.std() / math.sqrt(kernel.size)
    assert not kernels or (start != nets.initial_weights(model, 4)).any()


# A slow twin that knows no numpy: lists of Python's own integers, which never overflow.


def rounded(value: int, bits: int) -> int:
    return (value + (1 << bits >> 1)) >> bits


def plain_scores(net: Net, weights: list[int], pixels: list[int]) -> tuple[list[int], list[object]]:
    """The forward pass by index arithmetic: images are dicts (row, column, channel) -> value."""
    start, values, seen = 0, {(i,): v for i, v in enumerate(pixels)}, []
    for layer in net.layers:
        seen.append((values, start))
        values = plain_forward(layer, weights[start : start + layer.size], values)
        start += layer.size
    return [values[key] for key in sorted(values)], seen


def plain_forward(layer, weights, values):
    match layer:
        case Relu():
            return {key: max(value, 0) for key, value in values.items()}
        case Image(side, border):
            wide = range(side + 2 * border)
            return {
                (r, c, 0): values.get(((r - border) * side + c - border,), 0)
                if border <= r < side + border and border <= c < side + border
                else 0
                for r, c in product(wide, wide)
            }
        case Pool():
            return {
                (r // 2, c // 2, k): rounded(sum(values[at] for at in four(r, c, k)), 2)
                for r, c, k in values
                if r % 2 == c % 2 == 0
            }
        case Flat():
            return {(i,): values[key] for i, key in enumerate(sorted(values))}
        case Patches(side):
            return {(r, c, i): values[at] for r, c, i, at in windows(values, side)}
        case Affine(inputs, units):
            places = sorted({key[:-1] for key in values})
            return {
                (*at, u): rounded(
                    sum(values[(*at, i)] * weights[i * units + u] for i in range(inputs)), 16
                )
                + weights[inputs * units + u]
                for at in places
                for u in range(units)
            }


def plain_backward(layer, weights, values, delta):
    match layer:
        case Relu():
            return {key: delta[key] if value > 0 else 0 for key, value in values.items()}
        case Pool():
            return {(r, c, k): rounded(delta[r // 2, c // 2, k], 2) for r, c, k in values}
        case Flat():
            return {key: delta[(i,)] for i, key in enumerate(sorted(values))}
        case Patches(side):
            back = dict.fromkeys(values, 0)
            for r, c, i, at in windows(values, side):
                back[at] += delta[r, c, i]
            return back
        case Affine(_, units):
            return {
                (*at, i): rounded(
                    sum(delta[(*at, u)] * weights[i * units + u] for u in range(units)), 16
                )
                for *at, i in values
            }


def windows(values, side):
    rows, columns, channels = (max(key[axis] for key in values) + 1 for axis in range(3))
    for r, c in product(range(rows - side + 1), range(columns - side + 1)):
        for i, (y, x, k) in enumerate(product(range(side), range(side), range(channels))):
            yield r, c, i, (r + y, c + x, k)


def four(r, c, k):
    return [(r, c, k), (r + 1, c, k), (r, c + 1, k), (r + 1, c + 1, k)]


def plain_step(
    net: Net, weights: list[int], pixels: list[list[int]], labels: list[int]
) -> list[int]:
    sums = [0] * len(weights)
    for image, label in zip(pixels, labels, strict=True):
        scores, seen = plain_scores(net, weights, image)
        shares = integer.shares(np.array([scores]))[0].tolist()  # checked by itself
        delta = {(i,): share - (65536 if i == label else 0) for i, share in enumerate(shares)}
        for layer, (values, start) in list(zip(net.layers, seen, strict=True))[::-1]:
            if isinstance(layer, Affine):
                add_gradient(layer, sums, start, values, delta)
            if start == 0 and layer.size:
                break
            delta = plain_backward(layer, weights[start : start + layer.size], values, delta)
    mean = (len(labels) - 1).bit_length() + net.rate_shift
    kernels = kernel_places(net)
    return [
        weight - rounded(total, mean + (16 if at in kernels else 0))
        for at, (weight, total) in enumerate(zip(weights, sums, strict=True))
    ]


def add_gradient(layer: Affine, sums, start, values, delta):
    units = layer.units
    for key, change in delta.items():
        *at, u = key
        sums[start + layer.inputs * units + u] += change
        for i in range(layer.inputs):
            sums[start + i * units + u] += values[(*at, i)] * change


def kernel_places(net: Net) -> set[int]:
    places, start = set(), 0
    for layer in net.layers:
        if isinstance(layer, Affine):
            places |= set(range(start, start + layer.inputs * layer.units))
        start += layer.size
    return places


SMALL = {
    "softmax": Net(4, 1, (Affine(4, 3),)),
    "dense": Net(4, 2, (Affine(4, 5), Relu(), Affine(5, 3))),
    "convolution": Net(
        16,
        1,
        (
            *(Image(4, 1), Patches(3), Affine(9, 2), Relu(), Pool()),
            *(Patches(2), Affine(8, 3), Relu(), Flat(), Affine(3, 4), Relu(), Affine(4, 3)),
        ),
    ),
}


@pytest.fixture(params=SMALL)
def small(request, monkeypatch) -> str:
    monkeypatch.setitem(NETS, request.param, SMALL[request.param])
    return request.param


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(sorted(SMALL)),
    seed=st.integers(0, 2**32),
    size=st.sampled_from([1, 2, 4]),
    scale=st.sampled_from([1, 2**10, 2**16, 2**18, 2**24]),
)
def test_steps_equal_slow_exact_arithmetic(kind, seed, size, scale):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(NETS, kind, SMALL[kind])
        net, draw = SMALL[kind], np.random.default_rng(seed)
        weights = draw.integers(-scale, scale, net.size, endpoint=True)
        pixels = draw.integers(0, 16, (size, net.features), endpoint=True) * 4096
        labels = draw.integers(0, 3, size)
        x = (pixels / 65536).astype(np.float32)
        try:
            moved = nets.sgd_step(kind, weights, x, labels)
        except integer.IntegerOverflow:
            assert scale == 2**24
            assert kind == "convolution"  # four layers deep
            return
        assert moved.tolist() == plain_step(net, weights.tolist(), pixels.tolist(), labels.tolist())
        scores = nets.scores(kind, weights, x).tolist()
        assert scores == [plain_scores(net, weights.tolist(), row)[0] for row in pixels.tolist()]


def test_steps_point_down_the_loss(small):
    """The step is the loss's slope, as a floating-point twin nudged weight by weight sees it."""
    draw = np.random.default_rng(5)
    net = SMALL[small]
    weights = draw.normal(0, 0.5, net.size)
    x, y = draw.random((8, net.features), dtype=np.float32), draw.integers(0, 3, 8)
    q16 = integer.to_q16(weights)
    step = (q16 - nets.sgd_step(small, q16, x, y, rate_shift=0)) / integer.ONE
    slopes = np.array([slope(small, q16 / integer.ONE, x, y, at) for at in range(net.size)])
    assert step @ slopes / np.linalg.norm(step) / np.linalg.norm(slopes) > 0.995
    assert np.abs(step - slopes).max() < 0.02


def slope(model, weights, x, y, at):
    nudge = np.zeros(weights.size)
    nudge[at] = 1e-4
    return (
        twin_loss(model, weights + nudge, x, y) - twin_loss(model, weights - nudge, x, y)
    ) / 2e-4


def twin_loss(model, weights, x, y):
    # The floating-point arithmetic keeps the weights' own width: float64 here.
    return nets.loss(model, weights, x, y, numbers=arithmetic("float32"))


@pytest.mark.parametrize("size", [0, 3, 33])
def test_batches_that_are_no_power_of_two(size):
    x = np.zeros((size, 64), dtype=np.float32)
    with pytest.raises(UsageError, match="power of two"):
        nets.sgd_step("digits-softmax", np.zeros(650, np.int64), x, np.zeros(size, np.int64))


def test_leaving_the_exact_range_is_refused():
    edge = np.full(650, -(2**31) + 1)
    x, y = np.full((1, 64), 1, dtype=np.float32), np.array([0])
    with pytest.raises(integer.IntegerOverflow, match="learning rate"):
        nets.sgd_step("digits-softmax", edge, -x, y, rate_shift=0)
    with pytest.raises(integer.IntegerOverflow):
        nets.digest("digits-softmax", edge - 1)
    deep = np.full(61706, 2**31 - 1)
    with pytest.raises(integer.IntegerOverflow, match="smaller weights"):
        nets.scores("lenet5", deep, np.ones((1, 784), dtype=np.float32))


def test_weights_inputs_and_names_of_another_model_are_refused():
    x = np.zeros((1, 64), dtype=np.float32)
    with pytest.raises(UsageError, match="give 650 in one row"):
        nets.scores("digits-softmax", np.zeros(651, dtype=np.int64), x)
    with pytest.raises(UsageError, match="rows of 784 pixels"):
        nets.scores("lenet5", nets.initial_weights("lenet5", 0), x)
    with pytest.raises(UsageError, match="did you mean 'lenet5'"):
        nets.initial_weights("lenet", 0)
