"""Payment mathematics: who is paid with which chance, what a job has to pay, its least size.

Every result is an exact `Fraction`. Integers, fractions, decimals and text mean themselves, a float
the decimal it is written as (0.3 is 3/10). What can't be used raises UsageError, in one line.
"""

from __future__ import annotations

from system.jobs.payment.chances import p_correct, p_evil, p_good
from system.jobs.payment.silence import (
    p_correct_deadline,
    p_correct_fill,
    p_evil_deadline,
    p_evil_fill,
    p_good_deadline,
    p_good_fill,
)
from system.jobs.payment.sizes import min_job_size
from system.jobs.payment.terms import (
    JobPlan,
    deterrent_deposit,
    evil_profit,
    good_profit,
    required_payment,
    server_spend,
    terms_for,
)

__all__ = [
    "JobPlan",
    "deterrent_deposit",
    "evil_profit",
    "good_profit",
    "min_job_size",
    "p_correct",
    "p_correct_deadline",
    "p_correct_fill",
    "p_evil",
    "p_evil_deadline",
    "p_evil_fill",
    "p_good",
    "p_good_deadline",
    "p_good_fill",
    "required_payment",
    "server_spend",
    "terms_for",
]
