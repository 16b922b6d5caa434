"""A client's transactions for each step, with the secrets that it keeps for the next one."""

from __future__ import annotations

import os
from typing import Final

from system.bounties import market
from system.bounties.client_part import Desk, Opening, Part, Trade
from system.bounties.decisions import Sight, Step
from system.chain.sender import Call
from system.jobs.results import result

_SALT_BYTES: Final = 32


def calls(
    step: Step, sight: Sight, part: Part, *, job: int, trade: Trade, desk: Desk
) -> list[Call]:
    """The step's transactions, in order."""
    at, turn = desk.place.market, sight.state.turn
    match step:
        case Step.COMMIT:
            part.opening = _bound(part, sight.me, job=job, trade=trade, desk=desk)
            return [market.committing(at, job, commitment=part.opening.commitment)]
        case Step.ANNOUNCE:
            return [_announcing(part, at, job)]
        case Step.PUBLISH:
            return part.announced[sight.entry.digest].submission()
        case Step.VOTE:
            return [market.casting(at, job, ballot=_ballot(part, sight, job=job, desk=desk))]
        case Step.OPEN:
            loss, salt = part.measuring[turn].result(), part.salts[turn]
            return [market.opening(at, job, loss=loss, salt=salt)]
        case Step.COLLECT:
            return [market.collecting(at, job, sight.owed or 0)]
        case Step.CLAIM:
            return [market.claiming(at, job)]
        case Step.RETIRE:
            return [market.retiring(at, job)]
        case Step.SETTLE:
            return [market.settling(at, job)]


def _bound(part: Part, me: str, *, job: int, trade: Trade, desk: Desk) -> Opening:
    """The client's best model bound to the loss that it claims, under a fresh salt."""
    assert part.best is not None, "only who has a model commits itself"
    place, loss = desk.place, trade.behaviour.announced(part.best.loss)
    model = part.best.model
    made = result(place, model, worker=me, job=job, chunk_bytes=desk.chunk_bytes, sealed=False)
    commitment = market.announcement(
        chain_id=place.chain_id,
        market=place.market,
        solver=me,
        job=job,
        loss=loss,
        digest=made.digest,
        salt=made.secret,
    )
    return Opening(commitment, loss, made)


def _announcing(part: Part, at: str, job: int) -> Call:
    assert part.opening is not None, "only what was committed to is opened"
    made, loss = part.opening.made, part.opening.loss
    part.announced[made.digest] = made
    return market.announcing(at, job, loss=loss, digest=made.digest, salt=made.secret)


def _ballot(part: Part, sight: Sight, *, job: int, desk: Desk) -> bytes:
    turn = sight.state.turn
    part.salts[turn] = os.urandom(_SALT_BYTES)
    return market.vote(
        chain_id=desk.place.chain_id,
        market=desk.place.market,
        voter=sight.me,
        job=job,
        turn=turn,
        loss=part.measuring[turn].result(),
        salt=part.salts[turn],
    )
