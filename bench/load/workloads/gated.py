"""Submissions that stay secret until their round has closed, in the stages a gate asks for."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bench.load.account import Account
from bench.load.session import CellPlan, Session
from bench.load.workloads import Call, Draft
from system.jobs.gates import (
    COMMIT_GAS,
    OPEN_GAS,
    SECRET_BYTES,
    commit_calldata,
    commitment,
    open_calldata,
    seal_context,
)
from system.jobs.packing import goes_as_words
from system.jobs.stores import STORES
from system.weights.digest import chained_digest
from system.weights.sealed import seal


def hide(session: Session, cell: CellPlan, worker: Account, payload: bytes) -> tuple[bytes, bytes]:
    """What the worker's chunks carry and the secret that goes with it: a salt, or a key."""
    if cell.privacy != "sealed":
        return payload, os.urandom(SECRET_BYTES)
    context = seal_context(
        chain_id=session.chain.chain_id,
        store=session.contracts["store"],
        worker=worker.address,
        sequence=worker.sequence,
    )
    sealed = seal(payload, context=context)
    return sealed.payload, sealed.key


def gated_draft(
    session: Session,
    cell: CellPlan,
    worker: Account,
    *,
    carried: bytes,
    secret: bytes,
    chunks: Sequence[Call],
    payload_bytes: int,
) -> Draft:
    """A result in stages; `chunks` are the transactions with the bytes `carried`.

    commit: the commitment; when it is in a block, the opening and all chunks. sealed: commitment
    and chunks; when they are in blocks, the opening, which reveals the key. A round lasts one block
    here, so a stage may be sent as soon as the one before is in a block.
    """
    gate = session.contracts["gate"]
    digest = chained_digest(
        STORES[cell.store].chunks(
            carried, chunk_bytes=cell.chunk_bytes, words=goes_as_words(cell.encoding)
        )
    )
    committed = commitment(
        chain_id=session.chain.chain_id,
        gate=gate,
        worker=worker.address,
        sequence=worker.sequence,
        digest=digest,
        secret=secret,
    )
    to = bytes.fromhex(gate[2:])
    commit = Call(to, commit_calldata(committed, sequence=worker.sequence), COMMIT_GAS)
    opening = Call(to, open_calldata(digest, secret, sequence=worker.sequence), OPEN_GAS)
    if cell.privacy == "sealed":
        return Draft(cell.id, [commit, *chunks], payload_bytes, then=[[opening]])
    return Draft(cell.id, [commit], payload_bytes, then=[[opening, *chunks]])
