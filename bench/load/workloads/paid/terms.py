"""How long the jobs of a swarm last, and how many of them are open at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.load.session import Session
from system.jobs.market import Privacy, Terms

# Wei. What a worker is lent lasts for 10^4 jobs that it loses, the server's share for 10^6 seats.
PAYMENT = DEPOSIT = 10**9
LENT = 10**4 * DEPOSIT
ESCROWS = 10**6 * PAYMENT
# More generator processes than anyone starts on a machine: the market's limit holds for all.
MOST_PROCESSES = 64
# Blocks. A job is published that long before its seats are wanted; a worker that has its seat gets
# that long to bind itself, and more to reveal: at least twice what a chain that keeps up needs.
_AHEAD = 3
_SPARE = 2
BINDING = 4
_REVEALING = 6
_PUBLISHING = 1_000
PRIVACIES = {"commit": Privacy.COMMIT, "sealed": Privacy.SEALED, "plain": Privacy.PLAIN}


@dataclass(frozen=True, slots=True)
class Supply:
    """The jobs that a session needs: seats open beforehand a process, blocks that filling takes."""

    seats_ahead: int
    filling_blocks: int
    limit: int

    @classmethod
    def of(cls, session: Session, processes: int = 1) -> Supply:
        """What the rate needs, or in a closed loop all workers at once."""
        seats, users = session.job_size or 1, math.ceil(session.users / processes)
        if session.rate_per_s is None:
            filling, ahead = _AHEAD, users + seats
        else:
            a_block = session.rate_per_s / processes * (session.chain.period_s or 1.0)
            filling = math.ceil(seats / a_block)
            ahead = math.ceil(_AHEAD * a_block) + 2 * seats
        # A worker is in one job at a time; as many again for jobs that end or are not full.
        limit = 2 * math.ceil((session.users + ahead * processes) / seats) + 8
        return cls(ahead, filling, limit)


def terms_of(session: Session, *, seats: int, supply: Supply) -> Terms:
    """A job's terms but for its weights."""
    [cell] = session.cells
    return Terms(
        payment=PAYMENT,
        deposit=DEPOSIT,
        weight_count=cell.weights,
        result_chunk_bytes=cell.chunk_bytes,
        seats=seats,
        publish_blocks=_PUBLISHING,
        commit_blocks=_AHEAD + 2 * supply.filling_blocks + _SPARE + BINDING,
        reveal_blocks=_REVEALING,
        delivery_blocks=1,
        privacy=PRIVACIES[cell.privacy],
    )
