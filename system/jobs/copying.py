"""What a copycat does with what it finds: whatever others sent is on the chain to be read."""

from __future__ import annotations

from typing import Any

from system.chain.abi import decoded
from system.chain.rpc import Rpc
from system.chain.sender import Call
from system.jobs import market
from system.jobs.market import COMMITTED, COUNTED, OPENED, SEALED, Privacy, Results, Terms
from system.jobs.reader import read_submission
from system.jobs.results import Place, Result

NO_SECRET = bytes(32)


def binding(rpc: Rpc, place: Place, terms: Terms, *, job: int, worker: str) -> list[Call]:
    """The transactions that return what another worker has on the chain; none if nobody has.

    A plain result can be copied whole, and the copycat takes the one most have returned. Else there
    are a commitment and perhaps a ciphertext, which nobody can open in another's name.
    """
    if terms.privacy is Privacy.PLAIN:
        return _plain(rpc, place, terms, job=job, worker=worker)
    sealed = terms.privacy is Privacy.SEALED
    bound = _logs(rpc, place, COMMITTED, job=job, but=worker)
    there = {log["topics"][1] for log in _logs(rpc, place, SEALED, job=job, but=worker)}
    log = next((one for one in reversed(bound) if not sealed or one["topics"][1] in there), None)
    if log is None:
        return []
    [copied] = decoded(log["data"], ["bytes32"])
    calls = [market.committing(place.market, job, commitment=copied)]
    return calls + _weights(rpc, place, terms, log, job=job, worker=worker) if sealed else calls


def opening(rpc: Rpc, place: Place, *, job: int, worker: str) -> list[Call]:
    """The transaction that opens with another worker's digest and secret; none before one opens."""
    logs = _logs(rpc, place, OPENED, job=job, but=worker)
    if not logs:
        return []
    digest, secret = decoded(logs[-1]["data"], ["bytes32", "bytes32"])
    return [market.opening(place.market, job, digest=digest, secret=secret)]


def _plain(rpc: Rpc, place: Place, terms: Terms, *, job: int, worker: str) -> list[Call]:
    logs = _logs(rpc, place, COUNTED, job=job, but=worker)
    if not logs:
        return []
    log = max(logs, key=lambda one: decoded(one["data"], ["bytes32", "uint32"])[1])
    if terms.results is Results.WEIGHTS:
        return _weights(rpc, place, terms, log, job=job, worker=worker)
    [digest, _] = decoded(log["data"], ["bytes32", "uint32"])
    return [market.opening(place.market, job, digest=digest, secret=NO_SECRET)]


def _weights(
    rpc: Rpc, place: Place, terms: Terms, log: dict[str, Any], *, job: int, worker: str
) -> list[Call]:
    """The other worker's result, readable or not, as the copycat's own."""
    other = market.worker_in(log)
    payload = read_submission(rpc, place.store, place.kind, worker=other, sequence=job)
    cut = terms.result_chunk_bytes
    return Result(place, worker, job, cut, payload, payload, NO_SECRET).submission()


def _logs(rpc: Rpc, place: Place, event: str, *, job: int, but: str) -> list[dict[str, Any]]:
    """These logs of the job, oldest first, where another worker caused them."""
    logs = market.job_logs(rpc, place.market, event, job)
    return [log for log in logs if market.worker_in(log) != but.lower()]
