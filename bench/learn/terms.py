"""A job's terms: what it pays, how its results travel, and how many blocks its phases last."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from bench.learn.options import PRIVACIES, RESULTS, TIES, JobsOptions
from system.chain.probe import Chain
from system.jobs.market import Terms
from system.jobs.packing import goes_as_words
from system.jobs.payment import JobPlan
from system.jobs.stores import STORES
from system.jobs.trainer import ENCODINGS
from system.learning.nets import net

_WEIGHT_BYTES: Final = 4
_FEWEST_BLOCKS: Final = 8
_SHORTEST_S: Final = 5.0
# A loaded machine computes at a third of the speed it had when that was measured.
_SLOWER: Final = 3
# The least that any of these chains carried: four QBFT validators on two cores took 2.4 MB/s.
_BYTES_PER_S: Final = 500_000
# A chain that idles makes a block for each transaction at most, or for each nudge.
_NUDGED_PERIOD_S: Final = 0.15


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast things go: seconds that one worker computes for a job, seconds between blocks.

    `period_s` None: the chain makes a block when there are transactions.
    """

    compute_s: float
    period_s: float | None


def terms_of(
    options: JobsOptions, plan: JobPlan, chain: Chain, pace: Pace, *, carried_bytes: int = 0
) -> Terms:
    """The terms of every job of a training; digests and counts are still to be filled in.

    A phase lasts long enough for all seats' computing, one after another, and their transactions.
    `carried_bytes` are those of the mini-batches that come with a job.
    """
    words = goes_as_words(ENCODINGS[options.arithmetic])
    limit = STORES[options.store].chunk_limit(chain, words=words)
    size = _WEIGHT_BYTES * net(options.model).size
    transactions = 2 + math.ceil(size / limit)
    full = _blocks(options, pace, plan.n, size * plan.n, transactions * plan.n)
    published = size + carried_bytes
    turn = _blocks(options, pace, 1, size, transactions)
    return Terms(
        payment=plan.payment_wei,
        deposit=plan.deposit_wei,
        weight_count=net(options.model).size,
        result_chunk_bytes=limit,
        seats=plan.n,
        publish_blocks=_blocks(options, pace, 1, published, 2 + math.ceil(published / limit)),
        commit_blocks=full,
        reveal_blocks=full,
        delivery_blocks=turn,
        privacy=PRIVACIES[options.privacy],
        results=RESULTS[options.results],
        tie_rule=TIES[options.tie],
    )


def _blocks(
    options: JobsOptions, pace: Pace, workers: int, size_bytes: int, transactions: int
) -> int:
    seconds = options.deadline_s
    if seconds is None:
        computing = _SLOWER * pace.compute_s * workers
        seconds = _SHORTEST_S + computing + size_bytes / _BYTES_PER_S
    if pace.period_s is None:
        return max(_FEWEST_BLOCKS + transactions, math.ceil(seconds / _NUDGED_PERIOD_S))
    return max(_FEWEST_BLOCKS, math.ceil(seconds / pace.period_s))
