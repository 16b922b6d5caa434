"""Which mechanism shuts tasks in on this machine: found by trying, not by looking for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from system.bounties.isolation.bubblewrap import Bubblewrap
from system.bounties.isolation.cell import Isolation
from system.bounties.isolation.container import Container
from system.bounties.isolation.finished import Outcome
from system.bounties.isolation.limits import Limits
from system.bounties.isolation.namespaces import Namespaces
from system.bounties.isolation.running import run_shut_in
from system.errors import UsageError, WeighbridgeError

# The first that works is taken: the engines limit memory by cgroup, the others are watched.
MECHANISMS: tuple[Isolation, ...] = (
    Container("docker"),
    Container("podman"),
    Bubblewrap(),
    Namespaces(),
)
_TRIAL = {"trial.py": b"print('this line came from inside')"}
_TRIAL_LIMITS = Limits(time_s=20)


class NoIsolation(UsageError):
    """No mechanism works here, so that no stranger's task is run."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a mechanism: `failure` says why it can't be used, None that it can."""

    mechanism: Isolation
    failure: str | None
    filtered: bool


@cache
def tried(mechanism: Isolation) -> Trial:
    """The mechanism's trial, made once a process: a program of one line runs shut in."""
    try:
        missing = mechanism.missing()
        if missing is not None:
            return Trial(mechanism, missing, filtered=False)
        done = run_shut_in(mechanism, _TRIAL, "trial.py", limits=_TRIAL_LIMITS)
    except (OSError, WeighbridgeError) as error:
        return Trial(mechanism, f"a trial failed: {error}", filtered=False)
    if done.outcome is Outcome.FINISHED and "from inside" in done.log:
        return Trial(mechanism, None, filtered=done.filtered)
    reason = (done.log.strip().splitlines() or [done.outcome.value])[-1]
    return Trial(mechanism, f"a trial failed: {reason}", filtered=False)


def found(mechanisms: Sequence[Isolation] = MECHANISMS) -> Isolation:
    """The first mechanism that works here; raises NoIsolation where none does."""
    trials = []
    for mechanism in mechanisms:
        trials.append(tried(mechanism))
        if trials[-1].failure is None:
            return mechanism
    reasons = "; ".join(f"{one.mechanism.name}: {one.failure}" for one in trials)
    raise NoIsolation(
        f"no task of a stranger is run without isolation ({reasons}): install bubblewrap, or say "
        "--unsafe-run-tasks-without-isolation, which lets tasks read your keys and your files"
    )
