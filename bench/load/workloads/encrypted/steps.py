"""The transactions of groups and rounds, as pure functions of where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from bench.load.account import Account
from bench.load.session import Session
from bench.load.workloads.encrypted.group import Group
from bench.load.workloads.encrypted.hiding import Hider, compressed
from bench.load.workloads.encrypted.setting import PAILLIER, Setting
from system.chain.keys import keccak256
from system.chain.sender import Call
from system.encrypted.context import round_context
from system.encrypted.contracts import agreement, registry, rounds
from system.encrypted.contracts.agreement import Agreed, Charter
from system.encrypted.contracts.folding import folding, steps
from system.encrypted.contracts.registry import Party
from system.encrypted.contracts.rounds import Place
from system.encrypted.contracts.terms import Terms, terms_digest

# Registering is over when groups are founded; nobody is to be late because of a busy chain.
_FORMING_BLOCKS = 3_600
_NO_PROOF = b""


def registering(address: str, account: Account) -> Call:
    """The account becomes a party, with its public key."""
    return registry.registering(address, Party(bytes(32), compressed(account)))


def founding(address: str, seats: int) -> Call:
    """A group that any party may join."""
    charter = Charter(
        is_open=True,
        seats=seats,
        votes=votes(seats),
        join_blocks=_FORMING_BLOCKS,
        vote_blocks=_FORMING_BLOCKS,
    )
    return agreement.founding(address, charter)


def votes(seats: int) -> int:
    """How many votes decide: more than half."""
    return seats // 2 + 1


def agreed(session: Session, terms: Terms) -> Agreed:
    """What members vote for: the session's model, by its name, and the terms."""
    digest = terms_digest(
        terms, chain_id=session.chain.chain_id, rounds=session.contracts["rounds"]
    )
    return Agreed(keccak256(session.cells[0].weights_name.encode()), digest)


def context(session: Session, place: Place) -> bytes:
    """What sets a round apart from every other."""
    return round_context(
        chain_id=session.chain.chain_id,
        contract=place.rounds,
        group=place.group,
        number=place.number,
    )


def submitting(setting: Setting, place: Place, update: bytes, terms: Terms) -> list[Call]:
    """A member's update, in as few transactions as it takes."""
    return rounds.submitting(
        place,
        update,
        terms=terms,
        unit_bytes=setting.size.unit_bytes,
        limit_bytes=setting.limit_bytes,
    )


def adding(hider: Hider, group: Group, place: Place, terms: Terms) -> Iterator[tuple[int, Call]]:
    """What adds the updates that count, by the place of the member who sends it: in turn."""
    setting = hider.setting
    chunk_bytes = terms.chunk_units * setting.size.unit_bytes
    updates = [group.updates[at] for at in group.order()]
    for chunk in range(terms.chunks):
        rows = [one[chunk * chunk_bytes : (chunk + 1) * chunk_bytes] for one in updates]
        for step in steps(chunk, rows, add=hider.added, limit_bytes=setting.limit_bytes):
            call = folding(place, step, unit_bytes=setting.size.unit_bytes)
            yield chunk % len(group.members), call


def sharing(
    hider: Hider, group: Group, place: Place, terms: Terms
) -> Iterator[tuple[int, list[Call]]]:
    """What opens the sum, of as many members as it takes; in turn from round to round."""
    assert group.hiding is not None
    setting, count = hider.setting, len(group.members)
    updates = {at: group.updates[at] for at in group.order()}
    for turn in range(terms.threshold):
        member = (place.number + turn) % count
        share = group.hiding.share(member, updates)
        if setting.scheme != PAILLIER:
            yield member, [rounds.posting_seeds(place, share)]
            continue
        yield (
            member,
            rounds.posting_shares(
                place,
                share,
                proof=_NO_PROOF,
                terms=terms,
                unit_bytes=setting.size.unit_bytes,
                limit_bytes=setting.limit_bytes,
            ),
        )
