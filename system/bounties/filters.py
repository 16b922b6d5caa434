"""Which jobs a client takes: rules over what is announced, with no chain in sight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

from system.errors import UsageError


@dataclass(frozen=True, slots=True)
class Offer:
    """What a filter has to know of a job. `bounty` is in credits, `expires_s` in Unix time.

    `running_s` is how long the task wants to run at most; `owner` is an address.
    """

    job: int
    owner: str
    bounty: int
    expires_s: int
    running_s: float


@dataclass(frozen=True, slots=True)
class Interest:
    """What a client is willing to do; every number is 0 or more, or UsageError is raised.

    `least_bounty` in credits; `least_left_s`: time until a job expires, beyond what its task may
    run; `most_jobs` at once; `most_running_s` for one task. `avoided`: owners whose jobs are left.
    """

    least_bounty: int = 1
    least_left_s: float = 60.0
    most_jobs: int = 4
    most_running_s: float = 3600.0
    avoided: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "avoided" and not value >= 0:
                raise UsageError(f"{field.name} = {value!r}: give 0 or more")


# Why an offer is left, in the order of looking.
OWN: Final = "it is the client's own"
AVOIDED: Final = "its owner is avoided"
POOR: Final = "its bounty is too low"
LONG: Final = "its task may run too long"
LATE: Final = "it expires too soon"
TAKEN: Final = "it is worked on already"


def reason_against(
    offer: Offer, interest: Interest, *, now_s: float, me: str, running: Iterable[int] = ()
) -> str | None:
    """Why the client leaves the job, or None where it is of interest.

    `running` are the jobs that it works on. A job on its very limit is taken.
    """
    checks = (
        (offer.owner.lower() == me.lower(), OWN),
        (offer.owner.lower() in {one.lower() for one in interest.avoided}, AVOIDED),
        (offer.job in running, TAKEN),
        (offer.bounty < interest.least_bounty, POOR),
        (offer.running_s > interest.most_running_s, LONG),
        (offer.expires_s - now_s < interest.least_left_s + offer.running_s, LATE),
    )
    return next((reason for fails, reason in checks if fails), None)


def chosen(
    offers: Iterable[Offer],
    interest: Interest,
    *,
    now_s: float,
    me: str,
    running: Sequence[int] = (),
) -> tuple[Offer, ...]:
    """The jobs to start now, the best first: as many as there is room for beside `running`.

    The best has the highest bounty, of equal ones that which expires first, then the oldest.
    """

    def of_interest() -> Iterator[Offer]:
        for offer in offers:
            if reason_against(offer, interest, now_s=now_s, me=me, running=running) is None:
                yield offer

    room = max(interest.most_jobs - len(running), 0)
    ranked = sorted(of_interest(), key=lambda one: (-one.bounty, one.expires_s, one.job))
    return tuple(ranked[:room])
