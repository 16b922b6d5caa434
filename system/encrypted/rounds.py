"""One round of learning through the contracts, by members that all play by the rules, or stop.

What members judge, add and open they read from the chain, not from each other.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from system.chain.keys import address_of
from system.chain.sender import Call
from system.encrypted.clock import Clock
from system.encrypted.context import round_context
from system.encrypted.contracts import reader, rounds
from system.encrypted.contracts.folding import folding, steps
from system.encrypted.contracts.reader import Member
from system.encrypted.contracts.rounds import SUBMIT_HEAD_BYTES, Phase, Place
from system.encrypted.errors import WrongShare
from system.encrypted.forming import Group
from system.encrypted.ledger import Ledger, Planned
from system.encrypted.methods import Seat
from system.encrypted.packing import Integers
from system.encrypted.scheme import Scheme

# Nobody's key, but one of a length that a transaction can be signed with.
STRANGER = bytes(31) + b"\x07"


@dataclass(frozen=True, slots=True)
class Opened:
    """A round that is over: whose updates are in the sum, and the sum; none where it is void.

    `encryption_s` are seconds of one core for one update.
    """

    counted: tuple[int, ...]
    total: Integers | None
    encryption_s: float


@dataclass(frozen=True, slots=True)
class _Running:
    """A round that was begun, and what each member that has not stopped sees of it."""

    place: Place
    from_block: int
    schemes: Mapping[int, Scheme]
    sent: Mapping[int, bytes]


@dataclass(slots=True)
class Learners:
    """The members of a group, who send through one ledger.

    The ledger counts its rounds on from `after`, those of the groups before it.
    """

    ledger: Ledger
    clock: Clock
    group: Group
    stranger: bool = field(default=True)
    after: int = field(default=0)

    def play(
        self, number: int, updates: Mapping[int, Integers], *, dropped: Collection[int] = ()
    ) -> Opened:
        """The sum of these members' updates; those who drop out stop in the middle of theirs.

        In its first round a stranger tries to take part, and is refused. Raises StepFailed,
        WrongShare where members open different sums, and the errors of `system.encrypted`.
        """
        running, encryption_s = self._begun(number, updates)
        self._submit(running, dropped)
        present = [one for one in updates if one not in dropped]
        self._past(running.place, Phase.SUBMITTING)
        counted = self._judged(running, present)
        if self._phase(running.place) is Phase.VOID:
            return Opened((), None, encryption_s)
        total = self._added(running, counted, present)
        shares = self._shared(running, counted, present)
        found = [
            running.schemes[one].open(total, counted=tuple(counted), shares=shares)
            for one in present
        ]
        if any(not np.array_equal(one, found[0]) for one in found):
            raise WrongShare(present, "members opened different sums")
        return Opened(tuple(counted), found[0], encryption_s)

    def _begun(self, number: int, updates: Mapping[int, Integers]) -> tuple[_Running, float]:
        """The round with every update encrypted; beforehand where nobody has to announce."""
        group, ledger = self.group, self.ledger
        place = Place(group.site.rounds, group.number, number)
        seats = {one: group.method.seat(one, self._context(place)) for one in updates}
        beginning = {group.keys[0]: [rounds.beginning(place)]}
        if not group.terms.announce_bytes:
            schemes = {one: seat.hear({}) for one, seat in seats.items()}
            sent, encryption_s = _encoded(schemes, updates)
            entry = ledger.take("begin", beginning, number=self.after + number)
            return _Running(place, entry.first_block, schemes, sent), encryption_s
        entry = ledger.take("begin", beginning, number=self.after + number)
        schemes = self._announced(place, seats, entry.first_block)
        sent, encryption_s = _encoded(schemes, updates)
        return _Running(place, entry.first_block, schemes, sent), encryption_s

    def _context(self, place: Place) -> bytes:
        return round_context(
            chain_id=self.ledger.chain_id,
            contract=place.rounds,
            group=place.group,
            number=place.number,
        )

    def _announced(
        self, place: Place, seats: Mapping[int, Seat], from_block: int
    ) -> dict[int, Scheme]:
        calls = {one: [rounds.announcing(place, seat.announcement)] for one, seat in seats.items()}
        self._take(place, [self._planned("announce", calls)])
        read = {
            one: reader.read_announcement(
                self.ledger.rpc, place, self._member(one), from_block=from_block
            )
            for one in seats
        }
        self._past(place, Phase.ANNOUNCING)
        return {one: seat.hear(read) for one, seat in seats.items()}

    def _submit(self, running: _Running, dropped: Collection[int]) -> None:
        """All at once: who submits, who stops, and in the first round a stranger."""
        calls = {one: self._submitting(running, one) for one in running.sent}
        honest = {one: own for one, own in calls.items() if one not in dropped}
        planned = [replace(self._planned("submit", honest), late="WrongPhase")]
        for one in sorted(dropped & calls.keys()):
            planned += self._stopping(running, one)
        if self.stranger and running.place.number == 1:
            planned.append(_foreign("stranger submits", calls[min(calls)][0]))
        self._take(running.place, planned)

    def _submitting(self, running: _Running, party: int) -> list[Call]:
        return rounds.submitting(
            running.place,
            running.sent[party],
            terms=self.group.terms,
            unit_bytes=self.group.method.size.unit_bytes,
            limit_bytes=self.group.limit_bytes,
        )

    def _stopping(self, running: _Running, party: int) -> list[Planned]:
        """A member sends the first chunk, then one out of range where there is a range."""
        terms, unit_bytes = self.group.terms, self.group.method.size.unit_bytes
        chunk_bytes, whole = terms.chunk_units * unit_bytes, running.sent[party]
        first, *rest = rounds.submitting(
            running.place,
            whole[:chunk_bytes] + b"\xff" * (len(whole) - chunk_bytes),
            terms=terms,
            unit_bytes=unit_bytes,
            limit_bytes=SUBMIT_HEAD_BYTES + chunk_bytes,
        )
        part = self._planned(f"submit a part by {party}", {party: [first]})
        if not terms.share_units:
            return [part]
        name = f"submit no ciphertext by {party}"
        return [part, self._planned(name, {party: rest[:1]}, refusal="UnitOutOfRange")]

    def _judged(self, running: _Running, present: Sequence[int]) -> dict[int, bytes]:
        """The updates that count, after every member named those that are none."""
        place = running.place
        updates = self._updates(running)
        if self._phase(place) is not Phase.JUDGING:
            return updates
        named = {one: running.schemes[one].wrong(updates) for one in present}
        calls = {one: [rounds.judging(place, wrong)] for one, wrong in named.items()}
        # Who is too late has no say in it, and the round goes on.
        self._take(place, [replace(self._planned("judge", calls), late="WrongPhase")])
        self._past(place, Phase.JUDGING)
        return {one: updates[one] for one in self._counted(place)}

    def _added(
        self, running: _Running, counted: Mapping[int, bytes], present: Sequence[int]
    ) -> bytes:
        """The sum as read from the chain; members add its chunks in turn."""
        terms, unit_bytes = self.group.terms, self.group.method.size.unit_bytes
        size, add = terms.chunk_units * unit_bytes, running.schemes[present[0]].add
        calls: dict[int, list[Call]] = {one: [] for one in present}
        for chunk in range(terms.chunks):
            rows = [update[chunk * size : (chunk + 1) * size] for update in counted.values()]
            planned = steps(
                chunk,
                rows,
                add=lambda total, row: add([total, row]),
                limit_bytes=self.group.limit_bytes,
            )
            calls[present[chunk % len(present)]] += [
                folding(running.place, step, unit_bytes=unit_bytes) for step in planned
            ]
        self._take(running.place, [self._planned("add", calls)])
        return b"".join(
            reader.read_sums(self.ledger.rpc, running.place, from_block=running.from_block)
        )

    def _shared(
        self, running: _Running, counted: Mapping[int, bytes], present: Sequence[int]
    ) -> dict[int, bytes]:
        """What a threshold of members posted to open the sum, as read from the chain."""
        place, helpers = running.place, present[: self.group.terms.threshold]
        if self._phase(place) is not Phase.OPENING:
            return {}
        calls = {one: self._posting(place, running.schemes[one].share(counted)) for one in helpers}
        planned = [self._planned("share", calls)]
        if self.stranger and place.number == 1:
            planned.append(_foreign("stranger shares", calls[helpers[0]][0]))
        self._take(place, planned)
        return {one: self._posted(running, one) for one in helpers}

    def _posting(self, place: Place, share: bytes) -> list[Call]:
        terms, unit_bytes = self.group.terms, self.group.method.size.unit_bytes
        if terms.seed_bytes:
            return [rounds.posting_seeds(place, share)]
        split = terms.share_units * unit_bytes
        return rounds.posting_shares(
            place,
            share[:split],
            proof=share[split:],
            terms=terms,
            unit_bytes=unit_bytes,
            limit_bytes=self.group.limit_bytes,
        )

    def _posted(self, running: _Running, party: int) -> bytes:
        where = (self.ledger.rpc, running.place, self._member(party))
        if self.group.terms.seed_bytes:
            return b"".join(reader.read_seeds(*where, from_block=running.from_block))
        shares = reader.read_shares(*where, from_block=running.from_block)
        return b"".join(shares.chunks) + shares.proof

    def _updates(self, running: _Running) -> dict[int, bytes]:
        rpc, place = self.ledger.rpc, running.place
        return {
            one: b"".join(
                reader.read_update(rpc, place, self._member(one), from_block=running.from_block)
            )
            for one in self._counted(place)
        }

    def _counted(self, place: Place) -> list[int]:
        seats = range(len(self.group.keys))
        return [one for one in seats if rounds.is_counted(self.ledger.rpc, place, one)]

    def _member(self, party: int) -> Member:
        return Member(party, address_of(self.group.keys[party]))

    def _planned(
        self, step: str, calls: Mapping[int, Sequence[Call]], *, refusal: str = ""
    ) -> Planned:
        by_key = {self.group.keys[one]: own for one, own in calls.items() if own}
        return Planned(step, by_key, refusal)

    def _take(self, place: Place, planned: Sequence[Planned]) -> None:
        self.ledger.take_together(planned, number=self.after + place.number)

    def _phase(self, place: Place) -> Phase:
        return rounds.state_of(self.ledger.rpc, place).phase

    def _past(self, place: Place, phase: Phase) -> None:
        self.clock.until(lambda: self._phase(place) > phase)


def _foreign(step: str, call: Call) -> Planned:
    return Planned(step, {STRANGER: [call]}, "NotMember")


def _encoded(
    schemes: Mapping[int, Scheme], updates: Mapping[int, Integers]
) -> tuple[dict[int, bytes], float]:
    """All updates encrypted beside each other, and seconds of one core for each.

    GMP and hashes run outside the interpreter's lock.
    """
    started_s = time.process_time()
    encode: Callable[[int], bytes] = lambda one: schemes[one].encode(updates[one])  # noqa: E731
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        sent = dict(zip(updates, pool.map(encode, updates), strict=True))
    return sent, (time.process_time() - started_s) / max(len(updates), 1)
