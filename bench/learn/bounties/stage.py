"""Puts a bounty market up and lets its members in: contracts, identities, the first credits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.learn.bounties.cast import BOUNTIES, Member
from bench.learn.bounties.terms import QUORUM, stake_of
from bench.learn.place import Place as Where
from system.bounties.credits import NOBODY, allotting, registering, vouching
from system.bounties.market import deploy_market
from system.chain.outbox import Outbox, Settled
from system.errors import WeighbridgeError
from system.jobs.results import Place
from system.jobs.store import deploy_store

STORE: Final = "calldata"
_ENCODING: Final = "int32"
# Deposits of the first votes.
_SPARE: Final = 20


class NotSetUp(WeighbridgeError):
    """The market's first transactions failed."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A market with its members in it, and what that took."""

    place: Place
    from_block: int
    settled: Sequence[Settled]


def allotments(members: Sequence[Member], *, jobs: int) -> dict[str, int]:
    """What the operator gives to whom, by name: once, to those who found the market.

    Owners can pay for their job; founders vouch for the clients that named them. Both can put
    down deposits, without which nobody could check the first winner.
    """
    trusted = [one.sponsor for one in members]
    return {
        one.name: one.bounty + trusted.count(one.address) * trust_of(jobs) + _SPARE
        for one in members
        if not one.sponsor
    }


def trust_of(jobs: int) -> int:
    """What a newcomer is vouched for: the stakes of all jobs that it may be in at once."""
    return stake_of(max(BOUNTIES)) * (jobs + 1)


def set_up(where: Where, members: Sequence[Member], *, jobs: int) -> Stage:
    """A market of these members, with all the first credits handed out.

    Raises what `deploy` raises, and NotSetUp.
    """
    operator, given = where.treasury, allotments(members, jobs=jobs)
    from_block = int(where.rpc.call("eth_blockNumber"), 16)
    market = deploy_market(operator, supply=sum(given.values()), least_quorum=QUORUM).address
    store = deploy_store(operator, STORE, market).address
    outbox = Outbox(where.rpc, where.chain.chain_id)
    for one in members:
        outbox.send(one.key, [registering(market, sponsor=one.sponsor or NOBODY)], "register")
    done = _all_well(outbox)
    by_name = {one.name: one for one in members}
    allotted = [
        allotting(market, by_name[name].address, amount=amount) for name, amount in given.items()
    ]
    outbox.send(operator.key, allotted, "allot")
    done += _all_well(outbox)
    for one in members:
        trusts = [
            vouching(market, newcomer.address, amount=trust_of(jobs))
            for newcomer in members
            if newcomer.sponsor == one.address
        ]
        if trusts:
            outbox.send(one.key, trusts, "vouch")
    done += _all_well(outbox)
    place = Place(where.chain.chain_id, market, store, STORE, _ENCODING)
    return Stage(place, from_block, done)


def _all_well(outbox: Outbox) -> list[Settled]:
    done = outbox.drained()
    if failed := [f"{one.label}: {one.reason}" for one in done if one.reason]:
        raise NotSetUp(f"the market can't be set up: {failed[0]}")
    return done
