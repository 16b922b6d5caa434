"""Sums of updates that are each hidden under masks which cancel out, whoever drops out.

Source: Bonawitz et al. 2017, with a chain in place of the server: announcements, masked updates and
revealed parts are on it, so all parties see the same set of updates that count. A round:

1. everybody announces (`Masker.announcement`) and hears the others (`hear`);
2. everybody submits one masked update (`mask`), which may fail;
3. once it is settled which ones count, everybody reveals (`reveal`) one part for each party that
   announced: of its own secret where its update counts, of its pair secret where not;
4. with the parts of a threshold of parties anybody takes the masks off the sum (`unmask`).

A part is checked by commitments before it is used, so a wrong one is found and its party named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from system.encrypted.announcement import Announcement, Terms, readable, written
from system.encrypted.errors import (
    AlreadyMasked,
    AlreadyRevealed,
    InvalidKey,
    MalformedUnits,
    NoSecret,
    TooFewParties,
    TooFewShares,
)
from system.encrypted.masks import own_mask, pair_masks
from system.encrypted.sealing import open_parts, seal_parts
from system.encrypted.shamir import (
    SCALAR_BYTES,
    commitments,
    is_part,
    part,
    polynomial,
    public_of,
    recover,
    scalar_bytes,
)
from system.encrypted.words import Lanes32


class Masker:
    """One party in one round, with its secrets. Raises InvalidKey where the identity is not its."""

    def __init__(self, terms: Terms, party: int, identity: bytes) -> None:
        """`identity` is the private key of the party's place among the terms' identities."""
        if public_of(int.from_bytes(identity, "big")) != terms.identities[party]:
            raise InvalidKey(f"the private key is not that of party {party}'s identity")
        self.terms, self.party, self._identity = terms, party, identity
        self._pair, self._own = polynomial(terms.threshold), polynomial(terms.threshold)
        self._heard: dict[int, Announcement] = {}
        self._parts: dict[int, tuple[int, int]] = {}
        self._masked: Lanes32 | None = None
        self._counted: frozenset[int] | None = None

    def announcement(self) -> bytes:
        """What the party posts first: `Terms.announcement_bytes` bytes."""
        others = [other for other in range(self.terms.parties) if other != self.party]
        sealed = [self._sealed_for(other) for other in others]
        return written(commitments(self._pair), commitments(self._own), sealed)

    def hear(self, announcements: Mapping[int, bytes]) -> tuple[int, ...]:
        """Takes in what was announced, its own too; gives the parties whose parts are wrong.

        Those could not be recovered with this party's help. Raises TooFewParties where fewer than
        the threshold announced, NoSecret where the party's own announcement is not among them.
        """
        heard = readable(self.terms, announcements)
        if len(heard) < self.terms.threshold:
            raise TooFewParties(
                f"{len(heard)} parties announced, the threshold is {self.terms.threshold}: "
                "the round is void"
            )
        if self.party not in heard or heard[self.party].key != public_of(self._pair[0]):
            raise NoSecret("the party's own announcement is not among them: it sits out the round")
        self._heard = heard
        opened = {party: self._opened(party, one) for party, one in heard.items()}
        self._parts = {party: parts for party, parts in opened.items() if parts}
        return tuple(party for party, parts in opened.items() if not parts)

    def mask(self, lanes: Lanes32) -> Lanes32:
        """The update under all its masks. Raises AlreadyMasked for another one than before.

        Raises NoSecret before `hear`.
        """
        if not self._heard:
            raise NoSecret("nothing was heard yet: masks are agreed with those who announced")
        context, others = self.terms.context, _keys(self._heard, without=self.party)
        masks = pair_masks(
            self._pair[0], self.party, others.items(), context=context, count=lanes.size
        )
        masked = lanes + masks + own_mask(self._own[0], context, lanes.size)
        if self._masked is not None and not np.array_equal(self._masked, masked):
            raise AlreadyMasked("another update was masked in this round: send that one again")
        self._masked = masked
        return masked

    def reveal(self, counted: Collection[int]) -> bytes:
        """A part of one secret of each party of the group: 32 bytes, zeros where it has none.

        Raises AlreadyRevealed for another set than before, TooFewParties for fewer than the
        threshold: the sum of few would say much about each.
        """
        chosen = _require_counted(self.terms, self._heard, counted)
        if self._counted not in (None, chosen):
            raise AlreadyRevealed("the parts for another set of updates are out: keep these secret")
        self._counted = chosen
        parts = [self._parts.get(at, (0, 0))[at in chosen] for at in range(self.terms.parties)]
        return b"".join(map(scalar_bytes, parts))

    def _sealed_for(self, other: int) -> bytes:
        return seal_parts(
            (part(self._pair, other), part(self._own, other)),
            private=self._identity,
            public=self.terms.identities[other],
            direction=bytes((self.party, other)),
            context=self.terms.context,
        )

    def _opened(self, party: int, announced: Announcement) -> tuple[int, int] | None:
        if party == self.party:
            return part(self._pair, party), part(self._own, party)
        parts = open_parts(
            announced.sealed[self.party],
            private=self._identity,
            public=self.terms.identities[party],
            direction=bytes((party, self.party)),
            context=self.terms.context,
        )
        if parts is None or not is_part(announced.pair, self.party, parts[0]):
            return None
        return parts if is_part(announced.own, self.party, parts[1]) else None


def unmask(
    terms: Terms,
    total: Lanes32,
    *,
    announcements: Mapping[int, bytes],
    counted: Collection[int],
    revealed: Mapping[int, bytes],
) -> Lanes32:
    """The sum of the counted updates modulo 2^32, from the sum of their masked forms.

    `revealed` is what parties revealed. Raises TooFewParties, and TooFewShares, which names the
    parties that revealed wrong parts, where some secret cannot be recovered.
    """
    heard = readable(terms, announcements)
    chosen = _require_counted(terms, heard, counted)
    parts, wrong = _sorted_out(terms, heard, chosen, revealed)
    result, keys = total.copy(), _keys(heard)
    for party in heard:
        if len(parts[party]) < terms.threshold:
            raise TooFewShares(len(parts[party]), terms.threshold, wrong)
        secret = recover(dict(list(parts[party].items())[: terms.threshold]))
        if party in chosen:
            result -= own_mask(secret, terms.context, total.size)
        else:
            submitted = [(other, keys[other]) for other in sorted(chosen)]
            result += pair_masks(secret, party, submitted, context=terms.context, count=total.size)
    return result


def wrong_reveals(
    terms: Terms,
    *,
    announcements: Mapping[int, bytes],
    counted: Collection[int],
    revealed: Mapping[int, bytes],
) -> tuple[int, ...]:
    """The parties that revealed a part which is not the one they were given."""
    heard = readable(terms, announcements)
    return _sorted_out(terms, heard, _require_counted(terms, heard, counted), revealed)[1]


def _sorted_out(
    terms: Terms,
    heard: Mapping[int, Announcement],
    counted: frozenset[int],
    revealed: Mapping[int, bytes],
) -> tuple[dict[int, dict[int, int]], tuple[int, ...]]:
    right: dict[int, dict[int, int]] = {party: {} for party in heard}
    wrong = []
    for sender in sorted(revealed):
        try:
            values = _values(revealed[sender], terms.parties)
        except MalformedUnits:
            wrong.append(sender)
            continue
        for party, one in heard.items():
            value = values[party]
            if is_part(one.points(counted=party in counted), sender, value):
                right[party][sender] = value
            elif value and sender not in wrong:  # zeros say that the sender was given none
                wrong.append(sender)
    return right, tuple(wrong)


def _values(data: bytes, count: int) -> list[int]:
    if len(data) != count * SCALAR_BYTES:
        raise MalformedUnits(f"{len(data)} bytes are not {count} parts")
    starts = range(0, len(data), SCALAR_BYTES)
    return [int.from_bytes(data[at : at + SCALAR_BYTES], "big") for at in starts]


def _keys(heard: Mapping[int, Announcement], *, without: int | None = None) -> dict[int, bytes]:
    return {party: one.key for party, one in heard.items() if party != without}


def _require_counted(
    terms: Terms, heard: Mapping[int, Announcement], counted: Collection[int]
) -> frozenset[int]:
    chosen = frozenset(counted)
    if len(chosen) < terms.threshold or not chosen <= heard.keys():
        raise TooFewParties(
            f"{len(chosen)} updates count, of {len(heard)} parties that announced: it takes "
            f"{terms.threshold} of them"
        )
    return chosen
