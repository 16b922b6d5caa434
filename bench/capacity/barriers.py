"""What no patience helps against: limits that a round of that size is stopped by."""

from __future__ import annotations

from bench.capacity.place import Place
from bench.capacity.round import Round
from bench.capacity.submission import Submission
from bench.limits.safety import TRANSACTIONS_BYTES
from bench.limits.sizes import SLOT_BYTES
from bench.limits.walls import Wall

HALT = "block message"


def barriers(of: Round, one: Submission, place: Place) -> tuple[Wall, ...]:
    """The hard limits that rounds like this grow towards, the nearest one first.

    A share above 1 means that the round fails. The message between validators is no limit where a
    block is full of gas before it is as large.
    """
    found = [
        Wall(
            "transaction pool",
            of.workers * one.pool_slots,
            place.pool_slots,
            f"slots of {SLOT_BYTES:,} bytes",
            "--txpool.globalslots",
        )
    ]
    if place.gas_limit * of.wire_bytes > TRANSACTIONS_BYTES * of.gas:
        found.append(_message(of, place))
    return tuple(sorted(found, key=lambda wall: wall.share, reverse=True))


def _message(of: Round, place: Place) -> Wall:
    """A block is as large as the round and the gas limit let it become; above 10 MiB the chain
    stops for good."""
    by_gas = place.gas_limit * of.wire_bytes // of.gas
    safe = TRANSACTIONS_BYTES * of.gas // of.wire_bytes // 10**6 * 10**6
    setting = f"--gas-limit {safe} or less"
    return Wall(HALT, min(of.total_bytes, by_gas), TRANSACTIONS_BYTES, "bytes", setting)
