"""What jobs of a try pay and how long they last: by how fast this machine and the chain are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from system.bounties.terms import Terms, least_stake

QUORUM: Final = 2
# Results of whole numbers agree to the last digit: this only shows that there is a tolerance.
_TOLERANCE: Final = 100
_DEPOSIT: Final = 4
_FEE_SHARE, _STAKE_SHARE = 10, 4
THREADS: Final = 2
_FEWEST_BLOCKS: Final = 4
# What clients want left when their task has run as long as it may.
LEFT_S: Final = 1.0
# A loaded machine computes at half the speed it had when that was measured.
_SLOWER: Final = 2
_SHORTEST_S: Final = 3.0
# Of the time that it takes to train a model and to judge it, what judging alone takes.
_JUDGING: Final = 0.5
_LEAST_TASK_S: Final = 5.0
# A chain that idles makes a block for each nudge; clients look at each one meanwhile.
NUDGED_PERIOD_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that one model takes to be trained and judged, and those between two blocks.

    `period_s` None: the chain makes a block when there are transactions. `clients` solve `jobs`
    jobs at once, `voters` judge their models.
    """

    solve_s: float
    period_s: float | None
    clients: int
    voters: int
    jobs: int

    @property
    def block_s(self) -> float:
        """Seconds that a block takes."""
        return self.period_s or NUDGED_PERIOD_S

    def blocks(self, seconds: float) -> int:
        """So many seconds in blocks, and not fewer than a few transactions take."""
        return max(_FEWEST_BLOCKS, math.ceil(seconds / self.block_s))


def task_time_s(solve_s: float) -> float:
    """The time that a task wants, well above what it takes."""
    return float(math.ceil(max(_LEAST_TASK_S, 3 * _SLOWER * solve_s)))


def stake_of(bounty: int) -> int:
    """A solver's stake: a quarter of the bounty."""
    return max(bounty // _STAKE_SHARE, least_stake(bounty, fee=fee_of(bounty)))


def fee_of(bounty: int) -> int:
    """What those get together who check the winner: a tenth of the bounty, but something."""
    return max(1, bounty // _FEE_SHARE)


def terms_of(task_digest: bytes, evaluation_digest: bytes, *, bounty: int, pace: Pace) -> Terms:
    """A job's terms.

    It is open long enough for all clients' first models, whose tasks want all their time left.
    """
    solving = pace.solve_s * pace.clients * pace.jobs / THREADS
    judging = _JUDGING * pace.solve_s * pace.voters * pace.jobs / THREADS
    turn = pace.blocks(_SHORTEST_S)
    return Terms(
        task_digest=task_digest,
        evaluation_digest=evaluation_digest,
        bounty=bounty,
        stake=stake_of(bounty),
        deposit=_DEPOSIT,
        fee=fee_of(bounty),
        tolerance=_TOLERANCE,
        quorum=QUORUM,
        open_blocks=pace.blocks(task_time_s(pace.solve_s) + solving + LEFT_S) + _FEWEST_BLOCKS,
        reveal_blocks=turn,
        claim_blocks=turn,
        publish_blocks=turn + 1,
        vote_blocks=pace.blocks(_SHORTEST_S + _SLOWER * judging),
    )
