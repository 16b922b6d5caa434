"""A group comes together: parties register and advertise, join, and agree on model and terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from system.chain.keys import address_of, keccak256
from system.chain.sender import Sender
from system.encrypted.contracts import advertising, agreement, registry, rounds
from system.encrypted.contracts.advertising import text_digest
from system.encrypted.contracts.agreement import Agreed, Charter
from system.encrypted.contracts.folding import fitting_chunk_units
from system.encrypted.contracts.registry import Party
from system.encrypted.contracts.terms import Terms, terms_digest
from system.encrypted.ledger import Ledger, Planned
from system.encrypted.methods import Method
from system.encrypted.pace import Pace
from system.learning.data import Dataset

# Blocks in which members join and vote: nobody waits for the end of either.
_PATIENCE_BLOCKS = 600


@dataclass(frozen=True, slots=True)
class Site:
    """The contracts that all groups of a chain share, by their addresses."""

    registry: str
    agreement: str
    words: str
    rounds: str


@dataclass(frozen=True, slots=True)
class Group:
    """Members by their seats, as the 32-byte keys of their accounts, and what they agreed on.

    `limit_bytes` is how much call data one transaction of theirs has.
    """

    site: Site
    number: int
    keys: tuple[bytes, ...] = field(repr=False)
    terms: Terms
    method: Method = field(repr=False)
    limit_bytes: int


def put_up(ledger: Ledger, deployer: bytes) -> Site:
    """The contracts, put up by an account that has no say in them afterwards."""
    sender = Sender(ledger.rpc, deployer, ledger.chain_id)
    parties = ledger.deployed("deploy registry", registry.deploy_registry(sender))
    groups = ledger.deployed("deploy agreement", agreement.deploy_agreement(sender, parties))
    words = ledger.deployed("deploy words", advertising.deploy_advertisement(sender, groups))
    learning = ledger.deployed("deploy rounds", rounds.deploy_rounds(sender, groups))
    return Site(parties, groups, words, learning)


def enter(ledger: Ledger, site: Site, identities: Mapping[bytes, bytes]) -> None:
    """Register accounts, by their keys, as parties that bear these public keys."""
    calls = {
        key: [registry.registering(site.registry, Party(_described(key), public))]
        for key, public in identities.items()
    }
    ledger.take("register", calls)


def advertise(ledger: Ledger, site: Site, key: bytes, data: Dataset, *, goal: str) -> int:
    """The number of a party's advertisement of its examples, with its words."""
    text = described(data)
    digests = {"data": text_digest(text), "goal": text_digest(goal)}
    number = registry.last_advertisement(ledger.rpc, site.registry) + 1
    words = advertising.describing(site.words, number, data=text, goal=goal)
    ledger.take_together(
        [
            Planned("advertise", {key: [registry.advertising(site.registry, **digests)]}),
            Planned("say it in words", {key: [words]}),
        ]
    )
    return number


def answer(ledger: Ledger, site: Site, advertisement: int, slices: Mapping[bytes, Dataset]) -> None:
    """Parties answer another's advertisement, each with the examples it would bring."""
    calls = {
        key: [advertising.answering(site.words, advertisement, described(own))]
        for key, own in slices.items()
    }
    ledger.take("answer", calls)


def described(data: Dataset) -> str:
    """What a party says of its examples: how many there are, and their digest."""
    digest = keccak256(data.train_x.tobytes() + data.train_y.tobytes())
    return f"{len(data.train_y)} labelled images, keccak-256 {digest.hex()}"


def form(
    ledger: Ledger,
    site: Site,
    keys: Sequence[bytes],
    *,
    method: Method,
    model: bytes,
    advertisement: int,
    quorum: int,
    period_s: float | None,
    limit_bytes: int,
) -> Group:
    """A group of these parties whose rounds are open: all join, and a majority votes.

    The first one founds it for its advertisement's goal. `model` is the 32-byte digest of the
    initial weights. Raises StepFailed where a step is refused.
    """
    founder = Sender(ledger.rpc, keys[0], ledger.chain_id)
    aggregation = ledger.deployed("deploy aggregation", method.deploy(founder))
    terms = terms_of(
        method,
        aggregation,
        parties=len(keys),
        quorum=quorum,
        period_s=period_s,
        limit_bytes=limit_bytes,
    )
    number = _founded(ledger, site, keys, advertisement)
    digest = terms_digest(terms, chain_id=ledger.chain_id, rounds=site.rounds)
    ballot = agreement.voting(site.agreement, number, Agreed(model, digest))
    majority = len(keys) // 2 + 1  # the vote that decides ends the voting
    ledger.take("vote", {key: [ballot] for key in keys[:majority]})
    ledger.take("open", {keys[0]: [rounds.opening(site.rounds, number, terms)]})
    return Group(site, number, tuple(keys), terms, method, limit_bytes)


def terms_of(
    method: Method,
    aggregation: str,
    *,
    parties: int,
    quorum: int,
    period_s: float | None,
    limit_bytes: int,
) -> Terms:
    """What a group of so many learns by: the scheme's clauses, chunks that fit, and deadlines."""
    size, clauses = method.size, method.clauses
    unit_bytes = size.unit_bytes
    fitting = fitting_chunk_units(parties=parties, unit_bytes=unit_bytes, limit_bytes=limit_bytes)
    # Two chunks at least: who stops in between leaves a part behind, which counts for nothing.
    chunk_units = min(-(-size.units // 2), fitting)
    sent = -(-size.update_bytes // (limit_bytes // 2)) + 1
    pace = Pace(period_s, parties, size, shared="share_units" in clauses)
    return Terms(
        aggregation=aggregation,
        units=size.units,
        chunk_units=chunk_units,
        quorum=quorum,
        announce_blocks=pace.announcing(1) if "announce_bytes" in clauses else 0,
        submit_blocks=pace.submitting(sent),
        judge_blocks=pace.judging() if method.judges else 0,
        sum_blocks=pace.adding(-(-size.units // chunk_units) * parties),
        open_blocks=pace.opening(sent),
        **clauses,
    )


def _founded(ledger: Ledger, site: Site, keys: Sequence[bytes], advertisement: int) -> int:
    """The number of a new group in which the parties have their seats in this order.

    All join at once, which takes them in the order they were sent, if not by accident: then a
    second group is founded, and they join one after another.
    """
    number = _invited(ledger, site, keys, advertisement)
    joining = [agreement.joining(site.agreement, number)]
    ledger.take("join", dict.fromkeys(keys[1:], joining))
    if agreement.members_of(ledger.rpc, site.agreement, number) == [*map(address_of, keys)]:
        return number
    number = _invited(ledger, site, keys, advertisement)
    for key in keys[1:]:
        ledger.take("join", {key: [agreement.joining(site.agreement, number)]})
    return number


def _invited(ledger: Ledger, site: Site, keys: Sequence[bytes], advertisement: int) -> int:
    """The number of a new group to which its founder, the first, invited the others."""
    goal = registry.advertisement_of(ledger.rpc, site.registry, advertisement).goal
    charter = Charter(
        is_open=False,
        seats=len(keys),
        votes=len(keys) // 2 + 1,
        join_blocks=_PATIENCE_BLOCKS,
        vote_blocks=_PATIENCE_BLOCKS,
        purpose=goal,
    )
    number = agreement.last_group(ledger.rpc, site.agreement) + 1
    naming = advertising.naming_group(site.words, advertisement, number)
    invites = [agreement.inviting(site.agreement, number, address_of(key)) for key in keys[1:]]
    ledger.take_together(
        [
            Planned("found", {keys[0]: [agreement.founding(site.agreement, charter)]}),
            Planned("name", {keys[0]: [naming]}),
            Planned("invite", {keys[0]: invites}),
        ]
    )
    return number


def _described(key: bytes) -> bytes:
    return keccak256(f"party {address_of(key)}".encode())
