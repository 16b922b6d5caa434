"""Systems by their name."""

from __future__ import annotations

from bench.load.session import Session
from bench.load.systems import System
from bench.load.systems.encrypted import ENCRYPTED
from bench.load.systems.jobs import BOARD, MARKET
from bench.load.systems.models import MODELS

_SYSTEMS: dict[str, System] = {"jobs": BOARD, "models": MODELS, "encrypted": ENCRYPTED}


def system_of(name: str, *, paid: bool) -> System:
    """The system of that name; `paid` jobs go over the market."""
    return MARKET if paid else _SYSTEMS[name]


def system_in(session: Session) -> System:
    """The system whose traffic a session is."""
    return system_of(session.system, paid=session.job_size is not None)
