"""What a point ran into: the walls its generator met, and those its figures show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.report.contract import PointSummary
from bench.report.numbers import figure, percent, size, whole

# GoQuorum's protocolMaxMsgSize (eth/protocols/eth/protocol.go): a proposal above it is dropped by
# every peer and no block follows.
WIRE_LIMIT_BYTES = 10 * 2**20
_NEAR = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """One wall that a size met, in words."""

    run: str
    weights: int
    weights_name: str
    encoding: str
    store: str
    wall: str
    text: str


def walls(points: Sequence[PointSummary]) -> list[Wall]:
    """The walls of all points, each said once for a size, encoding and store."""
    found: dict[tuple[object, ...], Wall] = {}
    for point in points:
        for wall, text in _of(point):
            one = Wall(
                run=point.run,
                weights=point.weights,
                weights_name=point.weights_name,
                encoding=point.encoding,
                store=point.store,
                wall=wall,
                text=text,
            )
            key = (one.run, one.weights, one.weights_name, one.encoding, one.store, one.wall)
            found.setdefault(key, one)
    return list(found.values())


def _of(point: PointSummary) -> Iterator[tuple[str, str]]:
    yield from _met(point)
    yield from _transaction_size(point)
    yield from _block_gas(point)
    yield from _block_message(point)


def _met(point: PointSummary) -> Iterator[tuple[str, str]]:
    if point.wall:
        yield point.wall, point.note or _commonest_failure(point) or f"stopped by {point.wall}"
    elif point.outcome == "halted" and point.valid:
        yield "chain halted", point.note or "the chain made no more blocks"


def _commonest_failure(point: PointSummary) -> str:
    counted = [
        (count, reason) for kinds in point.failures.values() for reason, count in kinds.items()
    ]
    return max(counted, default=(0, ""))[1]


def _transaction_size(point: PointSummary) -> Iterator[tuple[str, str]]:
    if point.transactions_per_submission > 1:
        yield (
            "transaction size",
            f"{size(point.payload_bytes)} need {whole(point.transactions_per_submission)} "
            f"transactions, for one holds at most {size(point.transaction_size_limit_bytes)}",
        )


def _block_gas(point: PointSummary) -> Iterator[tuple[str, str]]:
    limit = f"the block gas limit of {figure(point.gas_limit)}"
    if (point.block_gas_utilisation or 0) > _NEAR:
        yield "block gas", f"blocks are {percent(point.block_gas_utilisation)} full against {limit}"
        return
    gas = point.gas_per_submission or point.gas_calibrated or point.gas_predicted
    if gas and point.offered_per_s and point.period_s:
        needed = gas * point.offered_per_s * point.period_s
        if needed > point.gas_limit:
            yield "block gas", f"the offered rate needs {figure(needed)} gas a block, above {limit}"


def _block_message(point: PointSummary) -> Iterator[tuple[str, str]]:
    # Raft sends blocks through etcd's streams, which do not know this limit.
    share = (point.block_bytes_max or 0) / WIRE_LIMIT_BYTES
    if share > _NEAR and not point.topology.startswith("raft"):
        yield (
            "block message",
            f"the largest block, {size(point.block_bytes_max)}, fills {percent(share)} of the "
            "10 MiB that validators take in one message; above that the chain halts",
        )
