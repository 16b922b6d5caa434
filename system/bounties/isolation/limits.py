"""How much of a machine a stranger's task may use."""

from __future__ import annotations

from dataclasses import dataclass, fields

from system.errors import UsageError

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one task may take; every field is above 0, or UsageError is raised.

    `time_s` is time on the wall, `cpu_s` processor time of any one process. `memory_bytes` is what
    all processes hold together; `scratch_bytes` (temporary files) and `output_bytes` (result
    files) come on top, since they lie in memory too. `processes` counts threads as well.
    `file_bytes` is the largest file, `output_files` the most result files.
    """

    time_s: float = 600.0
    cpu_s: int = 1200
    memory_bytes: int = 1024 * MIB
    processes: int = 16
    file_bytes: int = 64 * MIB
    scratch_bytes: int = 256 * MIB
    output_bytes: int = 64 * MIB
    output_files: int = 16

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise UsageError(f"limit {field.name} = {value!r}: give a number above 0")
            if field.name != "time_s" and not isinstance(value, int):
                raise UsageError(f"limit {field.name} = {value!r}: give a whole number")


def granted(wanted: Limits, allowed: Limits) -> Limits:
    """What the task wants, if this client allows all of it; else UsageError names the first."""
    for field in fields(Limits):
        most, asked = getattr(allowed, field.name), getattr(wanted, field.name)
        if asked > most:
            raise UsageError(
                f"the task wants {field.name} = {asked} and this client allows {most}: "
                "allow more or leave the task to others"
            )
    return wanted
