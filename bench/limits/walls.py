"""What stands in the way of a submission, and which of it is met first as models grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.limits.sizes import SLOT_BYTES

if TYPE_CHECKING:
    from bench.limits.prediction import Prediction

# A message between validators (eth/protocols/eth/protocol.go); a block's header adds about 1 KB.
MESSAGE_BYTES = 10 * 2**20
# A JSON-RPC request's body (rpc/http.go); call data travels in hexadecimal.
BODY_BYTES = 5 * 2**20
# GoQuorum's --txpool.globalslots and --txpool.accountslots where nothing else is set.
POOL_SLOTS = 4_096


@dataclass(frozen=True, slots=True)
class Wall:
    """A limit and what one submission takes of it, in `unit`; `setting` is what moves it."""

    name: str
    used: int
    limit: int
    unit: str
    setting: str

    @property
    def share(self) -> float:
        """The part of the limit that one submission takes; above 1 it has to be spread."""
        return self.used / self.limit


def walls(predicted: Prediction, *, pool_slots: int = POOL_SLOTS) -> tuple[Wall, ...]:
    """All walls in the way of that submission, the nearest one first.

    Shares grow with the weights, so the nearest is the first that a growing model meets.
    """
    chain = predicted.limits
    found = [
        Wall(
            "transaction size",
            predicted.wire_bytes,
            chain.transaction_size_limit_bytes,
            "bytes",
            "genesis txnSizeLimit, 128 KB at most",
        ),
        Wall("block gas", predicted.gas, chain.gas_limit, "gas", "--miner.gaslimit, genesis"),
        Wall("block message", predicted.wire_bytes, MESSAGE_BYTES, "bytes", "compiled in"),
        Wall(
            "transaction pool",
            predicted.pool_slots,
            pool_slots,
            f"slots of {SLOT_BYTES:,} bytes",
            "--txpool.globalslots",
        ),
        Wall(
            "HTTP body",
            2 * max(predicted.wire_bytes_each),
            BODY_BYTES,
            "bytes",
            "compiled in; send fewer transactions in a batch",
        ),
    ]
    if predicted.code_bytes:
        limit = chain.code_size_limit_bytes
        setting = "genesis maxCodeSizeConfig, 128 KB at most"
        found.append(Wall("contract code", predicted.code_bytes, limit, "bytes", setting))
    return tuple(sorted(found, key=lambda wall: wall.share, reverse=True))
