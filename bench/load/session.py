"""One Locust test as all its processes see it: the one that deploys writes it, all read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from bench.load.choices import Setting
from bench.record.files import write_atomically
from system.chain.private import Manager, Route
from system.chain.probe import Chain


@dataclass(frozen=True, slots=True)
class CellPlan:
    """One weight size of a session; `gas` is the limit of each transaction that carries weights."""

    id: str
    weights_name: str
    weights: int
    encoding: str
    store: str
    chunk_bytes: int
    gas: tuple[int, ...]
    privacy: str = "plain"


@dataclass(frozen=True, slots=True)
class Session:
    """What was probed, deployed and asked for. Addresses are checksummed, times in seconds."""

    id: str
    rpc_urls: tuple[str, ...]
    chain: Chain
    contracts: dict[str, str]
    topics: tuple[str, ...]
    completed_topics: tuple[str, ...]  # events of which a submission leaves exactly one
    cells: tuple[CellPlan, ...]
    first_block: int
    system: str
    seed: int
    users: int
    rate_per_s: float | None
    schedule: str
    warmup_s: float
    duration_s: float | None
    drain_s: float
    batch: int
    route: Route | None = None  # of private transactions; None: everything is public
    job_size: int | None = None  # seats of a paid job; None: nobody is paid
    evil: str = "0"  # the share of workers that is not honest, as a fraction
    evil_behaviour: tuple[str, ...] = ()
    settings: dict[str, Setting] = field(default_factory=dict)  # the system's own options

    def manager(self) -> Manager | None:
        """A new connection to the private transaction manager; None where nothing is private."""
        return None if self.route is None else Manager(self.route)


def write_session(run_dir: Path, session: Session) -> Path:
    """Save the session for the other processes; returns the file."""
    path = run_dir / f"session-{session.id}.json"
    write_atomically(path, orjson.dumps(asdict(session), option=orjson.OPT_INDENT_2))
    return path


def read_session(path: Path) -> Session:
    """The session that `write_session` saved."""
    raw: dict[str, Any] = orjson.loads(path.read_bytes())
    raw["chain"] = Chain(**raw["chain"])
    raw["cells"] = tuple(CellPlan(**{**c, "gas": tuple(c["gas"])}) for c in raw["cells"])
    for name in ("rpc_urls", "topics", "completed_topics", "evil_behaviour"):
        raw[name] = tuple(raw[name])
    if raw.get("route") is not None:
        manager_url, receivers = raw["route"]["manager_url"], raw["route"]["private_for"]
        raw["route"] = Route(manager_url, tuple(receivers))
    return Session(**raw)
