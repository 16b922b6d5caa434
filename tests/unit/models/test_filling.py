"""Models are filled by transactions of a size that every chain takes."""

from __future__ import annotations

from math import isqrt

from system.chain.abi import call_data
from system.chain.keys import keccak256
from system.chain.sender import Call
from system.models.classifiers.bayes import NaiveBayes
from system.models.classifiers.centroid import NearestCentroid
from system.models.classifiers.filling import adding_counts, adding_mean, adding_values
from tests.unit.models import counting
from tests.unit.models.test_centroid import same
from tests.unit.models.twins import Pair, paired

ONE = 10**9
SMALLEST_LIMIT_BYTES = 32 * 1024
FEATURES = 4_000


def send(pair: Pair, calls: list[Call]) -> None:
    """Send what the admin fills the model with; each leaves room for its envelope."""
    for call in calls:
        assert len(call.data) < SMALLEST_LIMIT_BYTES - 200
        assert pair.evm.send(pair.account, call).gas_used <= call.gas


def test_a_mean_of_four_thousand_values_comes_in_four_chunks():
    values = [(index * 7919) % ONE - ONE // 2 for index in range(FEATURES)]
    pair = paired(NearestCentroid(FEATURES), FEATURES)
    calls = adding_mean(pair.model, "far", values, samples=3)
    assert len(calls) == 5
    send(pair, calls)
    pair.twin.bring(0, values)
    pair.twin.add_class(3)
    assert pair.finish() == ""
    each = isqrt(ONE**2 // FEATURES)
    # √4000 · each is a little below one: the first value makes up for it.
    sample = [isqrt(ONE**2 - (FEATURES - 1) * each**2), *[-each] * (FEATURES - 1)]
    assert pair.update(sample, 0) == ""
    assert pair.predict(sample) == 0
    same(pair)


def test_added_values_reach_what_was_brought_and_what_was_learned():
    pair = paired(NearestCentroid(2), 2)
    for row in ([ONE, 0], [0, ONE]):
        send(pair, adding_mean(pair.model, "c", row, samples=1))
        pair.twin.bring(0, row)
        pair.twin.add_class(1)
    pair.finish()
    pair.update([-ONE, 0], 0)
    rows = [list(range(9)), list(range(9, 18))]
    send(pair, [adding_values(pair.model, rows)])
    pair.twin.add_features(rows)
    same(pair)
    pair.reset()
    same(pair)


def test_twelve_hundred_counts_come_in_three_chunks():
    counts = {index * 3: 1 + index % 7 for index in range(1_200)}
    pair = paired(NaiveBayes.empty(3_600, ONE), 3_600, ONE)
    calls = adding_counts(pair.model, "often", counts, samples=9)
    assert len(calls) == 4
    send(pair, calls)
    pair.twin.bring(list(counts), list(counts.values()))
    pair.twin.add_class(9)
    assert pair.asked("tallyOf(uint64)", 0, returns=["uint256"] * 2) == (9, sum(counts.values()))
    assert pair.asked("countOf(uint64,uint256)", 0, 3_597, returns=["uint256"]) == (3,)
    assert pair.asked("className(uint64)", 0, returns=["string"]) == ("often",)


def test_the_digest_covers_all_that_was_brought_in_order():
    pair = counting.built(paired(NaiveBayes.empty(5, ONE), 5, ONE), [(1, {2: 4})])
    steps = [
        (5).to_bytes(32, "big") + ONE.to_bytes(32, "big"),
        call_data("bring(uint32[],uint32[])", [2], [4]),
        call_data("addClass(string,uint32)", "c", 1),
    ]
    digest = bytes(32)
    for step in steps:
        digest = keccak256(digest + keccak256(step))
    assert pair.asked("initialDigest()", returns=["bytes32"]) == (digest,)
    pair.update([2], 0)
    pair.reset()
    assert pair.asked("initialDigest()", returns=["bytes32"]) == (digest,)
