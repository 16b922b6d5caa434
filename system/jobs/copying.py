"""What a copycat does with what it finds: whatever others sent is on the chain to be read."""

from __future__ import annotations

from typing import Any

from system.chain.abi import decoded
from system.chain.rpc import Rpc
from system.chain.sender import Call
from system.jobs import market
from system.jobs.market import COMMITTED, COUNTED, OPENED, Privacy, Results, Terms
from system.jobs.reader import read_submission
from system.jobs.results import Place, Result

NO_SECRET = bytes(32)


def binding(rpc: Rpc, place: Place, terms: Terms, *, job: int, worker: str) -> list[Call]:
    """The transactions that return what another worker has on the chain; none if nobody has.

    A plain result can be copied whole. Else there is a commitment alone, which can be repeated, but
    nobody can open it in another's name.
    """
    if terms.privacy is not Privacy.PLAIN:
        log = _newest(rpc, place, COMMITTED, job=job, but=worker)
        copied = decoded(log["data"], ["bytes32"])[0] if log else None
        return [market.committing(place.market, job, commitment=copied)] if copied else []
    log = _newest(rpc, place, COUNTED, job=job, but=worker)
    if log is None:
        return []
    if terms.results is Results.HASH:
        [digest, _] = decoded(log["data"], ["bytes32", "uint32"])
        return [market.opening(place.market, job, digest=digest, secret=NO_SECRET)]
    other = "0x" + log["topics"][1][26:]
    payload = read_submission(rpc, place.store, place.kind, worker=other, sequence=job)
    chunk_bytes = terms.result_chunk_bytes
    return Result(place, worker, job, chunk_bytes, payload, payload, NO_SECRET).submission()


def opening(rpc: Rpc, place: Place, *, job: int, worker: str) -> list[Call]:
    """The transaction that opens with another worker's digest and secret; none before one opens."""
    log = _newest(rpc, place, OPENED, job=job, but=worker)
    if log is None:
        return []
    digest, secret = decoded(log["data"], ["bytes32", "bytes32"])
    return [market.opening(place.market, job, digest=digest, secret=secret)]


def _newest(rpc: Rpc, place: Place, event: str, *, job: int, but: str) -> dict[str, Any] | None:
    """The newest of these logs that another worker caused."""
    topics = [event, None, f"0x{job:064x}"]
    logs = rpc.call("eth_getLogs", {"address": place.market, "topics": topics, "fromBlock": "0x0"})
    mine = "0x" + but[2:].lower().rjust(64, "0")
    others = [log for log in logs if log["topics"][1] != mine]
    return others[-1] if others else None
