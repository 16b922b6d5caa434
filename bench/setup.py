"""What `make setup` leaves in the user's cache folder, and what it says is still missing."""

from __future__ import annotations

import sys

from bench.network.build import geth_binary
from system.bounties.isolation import NoIsolation, found
from system.chain.compiler import compile_all
from system.errors import WeighbridgeError


def main() -> int:
    """Build and compile what is not there yet; the exit code."""
    try:
        print(f"node: {geth_binary()}")
        print(f"contracts: {len(compile_all())} compiled")
    except WeighbridgeError as error:
        print(f"setup: {error}", file=sys.stderr)
        return error.exit_code
    print(f"isolation of strangers' tasks: {_isolation()}")
    return 0


def _isolation() -> str:
    try:
        return found().name
    except NoIsolation:  # only clients of the bounty market need it
        return "none: install bubblewrap (Debian: apt-get install bubblewrap)"


if __name__ == "__main__":
    sys.exit(main())
