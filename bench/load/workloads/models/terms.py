"""What contributing costs in a swarm, how long claims wait, and who is bad."""

from __future__ import annotations

import random
from typing import Final

from bench.load.account import STRIDE
from bench.load.schedule import Schedule, planned
from bench.load.session import Session
from system.models.classifiers.classifier import ONE
from system.models.incentives.stake import StakeTerms, data_cost
from system.models.market_terms import MarketTerms
from system.models.names import POINTS

GOOD, BAD = "good", "bad"
ROLES: Final = (GOOD, BAD)

# Wei. Data that comes within four seconds of the data before costs most; what is paid too much is
# credited back. What a worker is lent lasts for 10^4 deposits that it never sees again.
COST_WEIGHT: Final = ONE
DEPOSIT: Final = data_cost(COST_WEIGHT, 0)
LENT: Final = 10**4 * DEPOSIT
BOUNTY: Final = DEPOSIT
# Seconds from the first claims of a contribution to when anybody takes what is left.
_LEFT_OVER_S: Final = 2
# Of a market. With one round every stake bears the worst score, so one pass settles it.
ROUNDS: Final = 1
SHOWN: Final = 1
_STARTING_S: Final = 40
_ENDLESS_S: Final = 3_600
_SHOWING_S, _REVEALING_S, _REWARDING_S = 120, 300, 600
# Contributions from before the clock: those of the calibration.
CALIBRATING: Final = 2
_MOST: Final = 2**32 - 1


def incentive_of(session: Session) -> str:
    """The session's mechanism."""
    return str(session.settings["incentive"])


def value_of(session: Session) -> int:
    """What goes with a contribution, in wei."""
    return 0 if incentive_of(session) == POINTS else DEPOSIT


def stake_terms(session: Session) -> StakeTerms:
    """The terms of deposits: who is left to ask waits a little longer than the first."""
    wait_s = int(session.settings["refund_wait_s"])
    left_over_s = wait_s + _LEFT_OVER_S
    return StakeTerms(COST_WEIGHT, wait_s, left_over_s, left_over_s)


def market_terms(session: Session, *, samples: int) -> MarketTerms:
    """The terms of a market whose pieces have so many samples.

    Participation ends with the last contribution of the schedule, or when the time is up in which
    that should have come.
    """
    return MarketTerms(
        stake=DEPOSIT,
        least=1,
        most=_contributions(session),
        rounds=ROUNDS,
        shown=SHOWN,
        samples=samples,
        show_time=_SHOWING_S,
        participation_time=_participation_s(session),
        reveal_time=_REVEALING_S,
        reward_time=_REWARDING_S,
    )


def roles_of(session: Session) -> tuple[str, ...]:
    """The role of each worker: `bad` of them, to the nearest whole number, shuffled."""
    count = round(float(session.settings["bad"]) * session.users)
    names = [BAD] * count + [GOOD] * (session.users - count)
    random.Random(f"{session.seed}|roles").shuffle(names)
    return tuple(names)


def role_of(roles: tuple[str, ...], index: int, processes: int) -> str:
    """The role of the account `index`, when there are so many processes."""
    process, number = divmod(index, STRIDE)
    return roles[(number * processes + process) % len(roles)]


def _participation_s(session: Session) -> int:
    if session.duration_s is None:
        return _ENDLESS_S
    return _STARTING_S + round(session.warmup_s + session.duration_s)


def _contributions(session: Session) -> int:
    """How many there will be, with those of before the clock; the most there can be, if unknown."""
    if session.rate_per_s is None or session.duration_s is None:
        return _MOST
    total_s = session.warmup_s + session.duration_s
    schedule = Schedule(session.schedule, session.rate_per_s, total_s, session.seed, session.users)
    return (planned(schedule) or 0) + CALIBRATING
