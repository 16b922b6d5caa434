"""What the figures of the verdict come to, in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from bench.report.capacity import Sustained, WorkersPerRound
from bench.report.chains import LargestModel, SafeGasLimit
from bench.report.numbers import figure, whole
from bench.report.saturation import GaveOut

_Pair: TypeAlias = tuple[Sustained, WorkersPerRound]
# The system whose submissions are samples, which a model on the chain learns.
TRAINED: Final = "models"
# What gave out, as the end of a sentence.
ENDS: dict[GaveOut, str] = {
    "block gas": "blocks are full by gas",
    "block message": "blocks outgrow the message between validators",
    "round changes": "consensus needs more than one round a block",
    "late blocks": "blocks take longer than their period",
    "validator CPU": "validators have no CPU time left",
    "machine CPU": "the machine has no CPU time left",
    "pool": "the transaction pool is full",
    "generator": "the generator can't keep up",
    "wall": "it hits a wall",
}


def in_words(
    sizes: Sequence[Sustained],
    workers: Sequence[WorkersPerRound],
    largest: Sequence[LargestModel],
    safe: Sequence[SafeGasLimit],
) -> str:
    """The largest size that was carried, what fits one block as it is sent, and the safe limit.

    "" where there is none of them.
    """
    pairs = [pair for pair in zip(sizes, workers, strict=True) if pair[0].per_s and pair[0].weights]
    best = _largest([pair for pair in pairs if pair[0].system != TRAINED])
    carried = [] if best is None else [_carried(*best), *_fits(best[0], largest)]
    trained = _largest([pair for pair in pairs if pair[0].system == TRAINED])
    learned = [] if trained is None else [_learned(*trained)]
    return " ".join([*carried, *learned, *_safe(safe)])


def _largest(pairs: Sequence[_Pair]) -> _Pair | None:
    """Of the largest size the one that carries most."""
    return max(pairs, key=lambda pair: (pair[0].weights, pair[0].per_s or 0.0), default=None)


def _learned(size: Sustained, workers: WorkersPerRound) -> str:
    """A model that learns on the chain: nobody's weights travel."""
    least = "at least " if workers.at_least else ""
    return (
        f"The largest model trained on the chain itself has {whole(size.weights)} features "
        f"({size.variant}): {least}{figure(size.per_s)} samples a second, claims apart."
    )


def _carried(size: Sustained, workers: WorkersPerRound) -> str:
    least = "at least " if workers.at_least else ""
    spread = f" ({figure(size.ci95[0])} to {figure(size.ci95[1])})" if size.ci95 else ""
    rate = f"{least}{figure(size.per_s)} a second{'' if workers.at_least else spread}"
    count = workers.workers
    each = "" if count is None else f", or {whole(count)} workers in a round of a minute"
    end = f"; then {ENDS[size.gave_out]}" if size.gave_out in ENDS else ""
    return (
        f"The largest model carried is {size.weights_name} ({whole(size.weights)} weights) as "
        f"{size.encoding}: {rate}{each}{end}."
    )


def _fits(size: Sustained, largest: Sequence[LargestModel]) -> Iterator[str]:
    for one in largest:
        if (one.chain, one.encoding) == (size.limits, size.encoding):
            yield (
                f"As {one.encoding}, one transaction takes up to "
                f"{whole(one.one_transaction_weights)} weights and one block "
                f"{whole(one.one_block_weights)}; then comes the {one.block_wall}."
            )


def _safe(safe: Sequence[SafeGasLimit]) -> Iterator[str]:
    for one in safe[:1]:
        limit = f"The chain's gas limit of {figure(one.chain)}"
        if one.safe:
            yield f"{limit} is safe: no block can outgrow the message between validators."
        elif one.safe is not None and one.chain <= (one.all_zeros or 0):
            yield (
                f"{limit} stands against a worker who sends zeros; only {figure(one.anything)} "
                "stands against one who has gas given back as well."
            )
        elif one.safe is not None:
            yield (
                f"{limit} is not safe: above {figure(one.all_zeros)} a worker who sends zeros can "
                "halt it."
            )
