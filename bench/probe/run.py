"""Going from wall to wall: what can't be measured is named, and the next one follows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.probe.finding import Finding, Outcome
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from system.errors import WeighbridgeError

# A node that answers otherwise than go-ethereum does, or a network that broke off.
_UNEXPECTED = (ArithmeticError, LookupError, OSError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Met:
    """A wall that was dealt with, `seconds` it took, how many of all are `done`."""

    wall: Wall
    findings: tuple[Finding, ...]
    seconds: float
    done: int
    total: int


def run_walls(
    subject: Subject,
    walls: Sequence[Wall],
    *,
    may_break: bool,
    starting: Callable[[Wall], None],
    report: Callable[[Met], None],
) -> list[Finding]:
    """Every wall's findings in order; `starting` and `report` are told before and after each."""
    found: list[Finding] = []
    for done, wall in enumerate(walls, start=1):
        starting(wall)
        begun_s = time.monotonic()
        findings = _met(subject, wall, may_break=may_break)
        report(Met(wall, tuple(findings), time.monotonic() - begun_s, done, len(walls)))
        found += findings
    return found


def _met(subject: Subject, wall: Wall, *, may_break: bool) -> list[Finding]:
    refused = _refused(subject, wall, may_break=may_break)
    if refused:
        return [_none(wall, "skipped", refused)]
    try:
        return wall.measure(subject)
    except WeighbridgeError as error:
        return [_none(wall, "not measured", str(error))]
    except _UNEXPECTED as error:
        return [_none(wall, "not measured", f"{type(error).__name__}: {error}")]


def _refused(subject: Subject, wall: Wall, *, may_break: bool) -> str:
    if subject.is_own or wall.risk == "nothing":
        return ""
    if wall.risk == "the network":
        return "stops validators or sets sizes: leave --rpc-url out, and the probe takes its own"
    return "" if may_break else "fills whole blocks: say --may-break if that chain may be broken"


def _none(wall: Wall, outcome: Outcome, why: str) -> Finding:
    return Finding(wall.name, "", wall.setting, outcome=outcome, note=" ".join(why.split()))
