"""The perceptrons at the ends of what they hold, and what they refuse."""

from __future__ import annotations

from itertools import pairwise
from math import isqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.chain.abi import call_data
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.models.classifiers import calls
from system.models.classifiers.classifier import ONE, ONE_SQUARED, SQUARE_TOLERANCE
from system.models.classifiers.perceptron import (
    MOST_FEATURES,
    MOST_RESETS,
    SPARSE_WEIGHT_BITS,
    DensePerceptron,
    SparsePerceptron,
)
from system.models.classifiers.row import MOST_CHUNK_WEIGHTS, MOST_WEIGHTS
from tests.unit.models.beside import Beside, attempt, unit
from tests.unit.models.perceptrons import NAMES, dense, dense_twin, digest, sparse

# Of Classifier.sol: the digest, the names, and then the trainer.
TRAINER_SLOT = 2


def weights(pair: Beside, count: int) -> list[object]:
    """The weights of a sparse model as they are."""
    return [pair.read("weightOf(uint256)", feature, returns="int256") for feature in range(count)]


def test_a_dense_weight_stays_at_the_end_of_its_64_bits() -> None:
    most, least = 2**63 - 1, -(2**63)
    weights = [most, least, most - ONE, 0]
    start = {"intercept": most, "rate": 2**64 - 1}
    pair, twin = dense(weights, **start), dense_twin(weights, **start)
    for cls, sample in [(0, unit([1, -1, 1, 1])), (1, unit([1, -1, 1, 1])), (1, [0, 0, -ONE, 0])]:
        for _ in range(3):
            assert pair.updated(twin, sample, cls) == ""
        assert pair.read("weightsNow()", returns="int64[]") == tuple(twin.row.now)
        assert pair.read("intercept()", returns="int64") == twin.intercept
    assert {most, least} & set(twin.row.now)


def squares(total: int) -> list[int]:
    """Eight numbers whose squares sum up to that: each the largest that fits (the rest is 0)."""
    found = []
    for _ in range(8):
        found.append(isqrt(total))
        total -= found[-1] ** 2
    assert total == 0
    return found


@pytest.mark.parametrize("end", [-1, 1])
def test_a_squared_length_is_off_by_less_than_1e11(end: int) -> None:
    pair, twin = dense([0] * 8), dense_twin([0] * 8)
    most = ONE_SQUARED + end * (SQUARE_TOLERANCE - 1)
    assert pair.updated(twin, squares(most), 1) == ""
    assert pair.updated(twin, squares(most + end), 1) == "NotNormalised"


def test_a_sparse_weight_stays_at_the_end_of_its_48_bits() -> None:
    most, least = 2 ** (SPARSE_WEIGHT_BITS - 1) - 1, -(2 ** (SPARSE_WEIGHT_BITS - 1))
    pair, twin = sparse(8, {2: most, 3: least, 4: most - 1, 7: least + 1}, rate=2**62)
    for sample, cls in [([2, 3], 1), ([3, 7], 1), ([2, 4], 0), ([3, 7], 1), ([2, 4], 0)]:
        assert pair.updated(twin, sample, cls) == ""
        for feature in range(8):
            assert pair.read("weightOf(uint256)", feature, returns="int256") == twin.now.get(
                feature, 0
            )
    assert {most, least} & set(twin.now.values())


def test_a_sparse_model_begins_with_an_intercept_of_48_bits() -> None:
    contract, end = artifact("SparsePerceptron"), 1 << 47
    for intercept, refused in [(end - 1, ""), (-end, ""), (end, "W"), (-end - 1, "W")]:
        theirs, pair = attempt(lambda i=intercept: Beside.made(contract, NAMES, 4, i, ONE))
        ours, twin = attempt(lambda i=intercept: SparsePerceptron(4, i, ONE))
        assert theirs == ours == ("WeightOutOfRange" if refused else "")
        if pair and twin:
            pair.send(calls.finishing(pair.model))
            twin.finish()
            for cls in (0, 1):
                pair.updated(twin, [0], cls)
                assert pair.read("intercept()", returns="int64") == twin.intercept


def test_weights_added_to_a_model_that_was_reset_come_beside_those_that_began() -> None:
    pair, twin = sparse(3, {0: 5, 1: -7, 2: 9}, rate=2)
    pair.updated(twin, [0, 1, 2], 0)
    pair.both(calls.resetting(pair.model), twin.reset)
    # The word of five was changed in the epoch before.
    [more] = calls.adding_features(pair.model, [11, -13, 17], first=3)
    assert pair.both(more, lambda: twin.add_features(3, [11, -13, 17])) == ""
    assert weights(pair, 6) == [5, -7, 9, 11, -13, 17]
    pair.updated(twin, [1, 3], 0)
    assert weights(pair, 6) == [twin.now[feature] for feature in range(6)]
    pair.both(calls.resetting(pair.model), twin.reset)
    assert weights(pair, 6) == [5, -7, 9, 11, -13, 17]


def test_a_sparse_model_goes_back_65535_times() -> None:
    pair, twin = sparse(6, {0: 5, 5: 7}, rate=2)
    for _ in range(2):
        pair.updated(twin, [0, 5], 0)
        pair.both(calls.resetting(pair.model), twin.reset)
    # The epoch lies in the trainer's slot: above address, readiness and the last feature.
    shift = 160 + 8 + 24
    slot = pair.evm.storage(pair.model, TRAINER_SLOT)
    assert slot >> shift & 0xFFFF == 2
    pair.evm.store(pair.model, TRAINER_SLOT, slot | 0xFFFE << shift & 0xFFFF << shift)
    twin.resets = MOST_RESETS - 1
    pair.updated(twin, [0, 5], 0)
    assert pair.both(calls.resetting(pair.model), twin.reset) == ""
    assert weights(pair, 6) == [5, 0, 0, 0, 0, 7]
    assert pair.both(calls.resetting(pair.model), twin.reset) == "TooManyResets"
    pair.updated(twin, [0, 5], 0)
    assert weights(pair, 6) == [twin.now.get(feature, 0) for feature in range(6)]


@given(st.integers(2**47, 2**63 - 1) | st.integers(-(2**63), -(2**47) - 1))
@settings(max_examples=20, deadline=None)
def test_a_sparse_weight_beyond_48_bits_does_not_come_in(weight: int) -> None:
    pair = Beside.made(artifact("SparsePerceptron"), NAMES, 4, 0, ONE)
    [call] = calls.bringing(pair.model, [weight])
    twin = SparsePerceptron(4, 0, ONE)
    assert pair.both(call, lambda: twin.bring(0, [weight])) == "WeightOutOfRange"


def test_a_dense_model_takes_4096_features_and_no_more() -> None:
    seed = Random(5)
    weights = [seed.randint(-ONE, ONE) for _ in range(MOST_WEIGHTS)]
    pair, twin = dense(weights), dense_twin(weights)
    sample = unit([seed.randint(-9, 9) for _ in weights])
    right = twin.predict(sample)
    for cls in (right, 1 - right):
        assert pair.updated(twin, sample, cls) == ""
    assert pair.read("weightsNow()", returns="int64[]") == tuple(twin.row.now)
    [more] = calls.adding_features(pair.model, [1], first=MOST_WEIGHTS)
    assert pair.both(more, lambda: twin.add_features(MOST_WEIGHTS, [1])) == "TooManyWeights"


def test_a_chunk_of_weights_fits_the_code_of_a_contract() -> None:
    for count, refused in [(MOST_CHUNK_WEIGHTS, ""), (MOST_CHUNK_WEIGHTS + 1, "TooManyWeights")]:
        pair = Beside.made(artifact("DensePerceptron"), NAMES, 0, ONE)
        twin, weights = DensePerceptron(0, ONE), [7] * count
        call = Call(pair.model, call_data("addFeatures(uint256,int64[])", 0, weights), 0)
        assert pair.both(call, lambda t=twin, w=weights: t.add_features(0, w)) == refused


def test_a_chunk_that_comes_again_or_too_soon_is_refused() -> None:
    pair = Beside.made(artifact("DensePerceptron"), NAMES, 0, ONE)
    first, second = calls.adding_features(pair.model, [1] * calls.CHUNK_WEIGHTS + [2])
    refuse = pair.evm.refusal
    assert refuse(pair.account, second) == "OutOfOrder"
    pair.send(first)
    assert refuse(pair.account, first) == "OutOfOrder"
    pair.send(second, calls.finishing(pair.model))
    assert refuse(pair.account, calls.finishing(pair.model)) == "AlreadyReady"


def test_a_sparse_chunk_comes_behind_the_one_before() -> None:
    pair = Beside.made(artifact("SparsePerceptron"), NAMES, MOST_FEATURES, 0, ONE)
    [chunk] = calls.bringing_sparse(pair.model, {5: 1, 9: 2})
    pair.send(chunk)
    assert pair.evm.refusal(pair.account, chunk) == "OutOfOrder"
    [below] = calls.bringing(pair.model, [1], first=9)
    assert pair.evm.refusal(pair.account, below) == "OutOfOrder"
    pair.send(*calls.bringing(pair.model, [1, 2], first=MOST_FEATURES - 2))
    pair.send(calls.finishing(pair.model))
    [late] = calls.bringing(pair.model, [1], first=MOST_FEATURES - 1)
    assert pair.evm.refusal(pair.account, late) == "AlreadyReady"


@pytest.mark.parametrize(
    ("name", "arguments"), [("DensePerceptron", (0, ONE)), ("SparsePerceptron", (8, 0, ONE))]
)
def test_each_step_is_its_actors_alone(name: str, arguments: tuple[int, ...]) -> None:
    pair = Beside.made(artifact(name), NAMES, *arguments)
    stranger = pair.evm.account()
    first = len(arguments) == 3 and arguments[0]
    for call in (
        *calls.adding_features(pair.model, [1], first=int(first)),
        calls.finishing(pair.model),
        calls.appointing(pair.model, stranger),
    ):
        assert pair.evm.refusal(stranger, call) == "NotAdmin"
    for call in (calls.updating(pair.model, [1], 0), calls.resetting(pair.model)):
        assert pair.evm.refusal(stranger, call) == "NotTrainer"
    again = calls.appointing(pair.model, stranger)
    assert pair.evm.refusal(pair.account, again) == "TrainerNamed"


def test_a_model_says_what_it_is_made_of() -> None:
    pair = dense([1, 2, 3])
    assert pair.read("classCount()", returns="uint64") == 2
    assert [pair.read("className(uint64)", one, returns="string") for one in (0, 1)] == NAMES
    assert attempt(lambda: pair.read("className(uint64)", 2, returns="string"))[0] == "UnknownClass"
    assert pair.read("featureCount()", returns="uint256") == 3
    assert pair.read("admin()", returns="address").lower() == pair.account.lower()
    assert pair.read("trainer()", returns="address").lower() == pair.account.lower()


def test_models_that_begin_alike_have_one_digest_and_others_have_not() -> None:
    alike = {digest(dense([1, 2, 3])) for _ in range(2)}
    others = {
        digest(dense([1, 2, 4])),
        digest(dense([1, 2, 3], intercept=1)),
        digest(dense([1, 2, 3], rate=1)),
        digest(dense([1, 2])),
    }
    assert len(alike) == 1
    assert len(others) == 4
    assert not alike & others


def test_learning_leaves_the_digest_of_the_beginning() -> None:
    pair, twin = dense([0, 0]), dense_twin([0, 0])
    before = digest(pair)
    pair.updated(twin, unit([3, 4]), 1)
    pair.both(calls.resetting(pair.model), twin.reset)
    assert digest(pair) == before


def test_features_added_to_a_model_that_has_learned_begin_as_they_are_given() -> None:
    pair, twin = dense([0] * 5), dense_twin([0] * 5)
    pair.updated(twin, unit([1, 2, 3, 4, 5]), 1)
    [more] = calls.adding_features(pair.model, [7, -8, 9], first=5)
    pair.both(more, lambda: twin.add_features(5, [7, -8, 9]))
    assert pair.read("weightsNow()", returns="int64[]") == tuple(twin.row.now)
    assert twin.row.now[5:] == [7, -8, 9]
    pair.both(calls.resetting(pair.model), twin.reset)
    assert pair.read("weightsNow()", returns="int64[]") == (0, 0, 0, 0, 0, 7, -8, 9)


@pytest.mark.parametrize("learned", [1, 30])
def test_resetting_costs_the_same_whatever_was_learned(learned: int) -> None:
    wide, narrow = dense([0] * 300), dense([0] * 3)
    for pair, size in [(wide, 300), (narrow, 3)]:
        twin = dense_twin([0] * size)
        for turn in range(learned):
            pair.updated(twin, unit([1 + turn] + [1] * (size - 1)), turn % 2)
    costs = {pair.send(calls.resetting(pair.model))[0].gas_used for pair in (wide, narrow)}
    assert len(costs) == 1
    assert max(costs) < 60_000


@pytest.mark.parametrize(
    ("indices", "refused"),
    [
        ([], "NoFeatures"),
        ([-1], "FeatureOutOfRange"),
        ([5, -1, 7], "FeatureOutOfRange"),
        ([-(2**63), 3], "FeatureOutOfRange"),
        ([3, 60], "FeatureOutOfRange"),
        ([2**63 - 1], "FeatureOutOfRange"),
        ([60, 3], "FeatureOutOfRange"),
        ([3, 3], "NotAscending"),
        ([4, 3, 60], "NotAscending"),
        ([0, 59], ""),
    ],
)
def test_indices_ascend_below_the_features(indices: list[int], refused: str) -> None:
    pair, twin = sparse(60, {0: ONE})
    assert pair.predicted(twin, indices) == refused
    assert pair.updated(twin, indices, 1) == refused


def test_a_word_that_is_no_int64_is_no_index() -> None:
    pair, _ = sparse(60, {0: ONE})
    whole = call_data("predict(int64[])", [3])
    for word in (2**64 + 3, 2**255 + 3, 2**63):
        bent = Call(pair.model, whole[:-32] + word.to_bytes(32, "big"), 0)
        assert pair.evm.refusal(pair.account, bent)


def test_a_batch_is_evaluated_in_one_call() -> None:
    pair, twin = sparse(60, {index: (-1) ** index * index * ONE for index in range(60)})
    seed = Random(2)
    samples = [sorted(seed.sample(range(60), seed.randint(1, 9))) for _ in range(40)]
    labels = [seed.randint(0, 1) for _ in samples]
    right = sum(twin.predict(s) == label for s, label in zip(samples, labels, strict=True))
    assert calls.evaluated(pair.evm, pair.model, samples, labels) == right
    short = attempt(lambda: calls.evaluated(pair.evm, pair.model, samples, labels[1:]))
    assert short[0] == "WrongLength"


def test_single_weights_far_from_each_other_come_and_learn_within_the_gas_they_are_given() -> None:
    brought = {1_000 * index: ONE + index for index in range(400)}
    pair = Beside.made(artifact("SparsePerceptron"), NAMES, MOST_FEATURES, 0, ONE)
    chunks = calls.bringing_sparse(pair.model, brought)
    assert len(chunks) == 2
    learning = calls.updating(pair.model, [500 + 1_000 * index for index in range(400)], 1)
    steps = [*chunks, calls.finishing(pair.model), calls.resetting(pair.model), learning]
    for step, receipt in zip(steps, pair.send(*steps), strict=True):
        assert receipt.gas_used < step.gas < 13_000_000
    [log] = receipt.named(calls.UPDATED)
    assert int(log.data, 16) == 1


def test_the_chunks_of_a_model_follow_on_each_other() -> None:
    weights = list(range(2 * calls.CHUNK_WEIGHTS + 1))
    sizes = [len(call.data) for call in calls.bringing("0x" + "11" * 20, weights)]
    assert len(sizes) == 3
    assert max(sizes) < 32 * 1024
    assert all(a >= b for a, b in pairwise(sizes))
