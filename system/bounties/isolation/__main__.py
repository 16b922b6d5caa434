"""`python -m system.bounties.isolation`: what would shut tasks in on this machine."""

from __future__ import annotations

import sys

from system.bounties.isolation.choice import MECHANISMS, NoIsolation, Trial, found, tried


def main() -> int:
    """The exit code: 0 where a mechanism works, 2 where none does. Prints a line for each."""
    for mechanism in MECHANISMS:
        print(f"{mechanism.name:11} {_told(tried(mechanism))}")
    try:
        print(f"tasks run by: {found().name}")
    except NoIsolation as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _told(trial: Trial) -> str:
    if trial.failure is not None:
        return f"no: {trial.failure}"
    if trial.filtered:
        return "works, with a filter of system calls"
    return "works, without a filter of system calls: no libseccomp.so.2 was found"


if __name__ == "__main__":
    sys.exit(main())
