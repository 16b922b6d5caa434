"""The largest model that one transaction, and one block, can carry on a chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.limits.prediction import Chain, Prediction, predict
from bench.limits.safety import TRANSACTIONS_BYTES
from system.jobs.stores import ChunkImpossible
from system.learning.models import LARGEST_COUNT

_START = 2**14
# How far beyond the extrapolated end the other side is looked for: the fixed cost of a submission
# is less than that of any model worth asking for.
_OVERSHOOT = 1.001


@dataclass(frozen=True, slots=True)
class LargestInBlock:
    """Weight counts whose gas is at most a block's, and whose transactions fit one message."""

    by_gas: int
    by_message: int

    @property
    def weights(self) -> int:
        """What a block carries with both walls in its way."""
        return min(self.by_gas, self.by_message)

    @property
    def wall(self) -> str:
        """Which of the two comes first, see `Prediction.block_wall`."""
        return "block gas" if self.by_gas <= self.by_message else "block message"


def largest_in_transaction(encoding: str, store: str, chain: Chain) -> int:
    """The most weights that go in one transaction, as `predict` expects them; 0 where none do.

    With one weight more two are needed. Sizes that depend on the weights (`+zstd`, `topk`) are
    those of the sample that `expected_contents` draws.
    """
    return _largest(encoding, store, chain, _transactions)


def largest_in_block(encoding: str, store: str, chain: Chain) -> LargestInBlock:
    """The most weights whose submission fits one block, in as many transactions as it takes."""
    return LargestInBlock(
        by_gas=_largest(encoding, store, chain, lambda one: one.gas / one.limits.gas_limit),
        by_message=_largest(
            encoding, store, chain, lambda one: one.wire_bytes / TRANSACTIONS_BYTES
        ),
    )


def _transactions(predicted: Prediction) -> float:
    """At most 1 where one transaction does; else larger the more there is to carry."""
    if predicted.transactions == 1:
        return min(1.0, predicted.wire_bytes / predicted.limits.transaction_size_limit_bytes)
    return max(1.001, predicted.wire_bytes / predicted.limits.transaction_size_limit_bytes)


def _largest(encoding: str, store: str, chain: Chain, share: Callable[[Prediction], float]) -> int:
    try:
        return boundary(lambda count: share(predict(encoding, store, count, chain)))
    except ChunkImpossible:
        return 0


def boundary(share: Callable[[int], float], *, most: int = LARGEST_COUNT) -> int:
    """A count whose share is at most 1 while the next one's is above; `most` where all fit.

    Shares grow nearly in proportion, so the way there is interpolated; where that does not halve
    what is left, the next step bisects. Some eight calls where plain bisection takes thirty.
    """
    low, low_share, high, high_share = 0, 0.0, most + 1, 0.0
    guess = min(_START, most)
    while high - low > 1:
        before, found = high - low, share(guess)
        if found <= 1:
            low, low_share = guess, found
        else:
            high, high_share = guess, found
        if not high_share:
            guess = min(most, int(guess / max(found, 1e-9) * _OVERSHOOT) + 1)
        elif high - low > before // 2:
            guess = (low + high) // 2
        else:
            place = (1 - low_share) / (high_share - low_share)
            guess = min(high - 1, max(low + 1, low + int((high - low) * place)))
    return low
