"""What `make setup` leaves in the user's cache folder: the node, and the compiled contracts."""

from __future__ import annotations

import sys

from bench.network.build import geth_binary
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
