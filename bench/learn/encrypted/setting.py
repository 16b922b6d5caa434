"""Who takes part in a training by encrypted updates, and how they come together on the chain."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.learn.encrypted.options import EncryptedOptions
from bench.learn.place import Place
from bench.record.learning import LearningSettings
from system.chain.keys import derive_key
from system.encrypted.clock import Clock
from system.encrypted.forming import Group, Site, advertise, answer, enter, form, put_up
from system.encrypted.learning import Study, study_of
from system.encrypted.ledger import Ledger
from system.encrypted.methods import InPlainSight, Method, UnderMasks, dealt, identity_of
from system.encrypted.packing import Integers
from system.learning.sources import examples

# What a transaction has beside its call data: nonce, gas, signature and their lengths.
_ENVELOPE_BYTES = 512


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known before there is a chain.

    `method` is the group's, `later` that of the group with a newcomer, where there is one.
    `identities` are the parties' private keys, the newcomer's and the enricher's last.
    """

    options: EncryptedOptions
    study: Study
    method: Method = field(repr=False)
    later: Method | None = field(repr=False)
    identities: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is registered, by the keys of their accounts; the newcomer and the enricher are last."""

    prepared: Prepared
    place: Place
    ledger: Ledger
    site: Site
    keys: tuple[bytes, ...] = field(repr=False)
    advertisement: int

    @property
    def first(self) -> tuple[bytes, ...]:
        """Those who train from the beginning."""
        return self.keys[:-2]

    def formed(self, keys: Sequence[bytes], method: Method, *, weights: Integers) -> Group:
        """A group of these parties that agreed to begin with these weights."""
        return form(
            self.ledger,
            self.site,
            keys,
            method=method,
            model=self.prepared.study.digest(weights),
            advertisement=self.advertisement,
            quorum=self.prepared.options.needed,
            period_s=self.place.period_s,
            limit_bytes=self.place.chain.transaction_size_limit_bytes - _ENVELOPE_BYTES,
        )

    def answer(self, parties: Sequence[int]) -> None:
        """These parties answer the advertisement of the first."""
        slices = self.prepared.study.slices
        offered = {self.keys[party]: slices[party] for party in parties}
        answer(self.ledger, self.site, self.advertisement, offered)

    @property
    def clock(self) -> Clock:
        """The chain's blocks as time."""
        account = self.place.account(_key(self.prepared.options, "clock"))
        return Clock(account, idles=self.place.period_s is None)


def prepare(options: EncryptedOptions) -> Prepared:
    """The data of a training and the secrets of its parties.

    Raises UsageError where the data do not fit the model, or the parties.
    """
    data = examples(options.model, options.data, seed=options.seed)
    study = study_of(
        options.model, data, parties=options.parties, steps=options.steps, seed=options.seed
    )
    identities = tuple(secrets.token_bytes(32) for _ in study.slices)
    method = method_of(options, study, identities, scheme=options.scheme)
    later = _paillier(options, study, options.parties + 1) if options.has_sequel else None
    return Prepared(options, study, method, later, identities)


def method_of(
    options: EncryptedOptions, study: Study, identities: Sequence[bytes], *, scheme: str
) -> Method:
    """A scheme for those who train from the beginning, with fresh secrets."""
    if scheme == "plain":
        return InPlainSight(study.size, options.parties)
    if scheme == "masked":
        return UnderMasks(study.size, options.needed, tuple(identities[: options.parties]))
    return _paillier(options, study, options.parties)


def come_together(prepared: Prepared, place: Place, ledger: Ledger) -> Parties:
    """The contracts, the parties registered at them, and the first one's advertisement answered."""
    options, study = prepared.options, prepared.study
    keys = tuple(_key(options, "party", at) for at in range(len(study.slices)))
    site = put_up(ledger, keys[0])
    enter(ledger, site, dict(zip(keys, map(identity_of, prepared.identities), strict=True)))
    goal = f"tell the classes of images, by {options.model}"
    number = advertise(ledger, site, keys[0], study.slices[0], goal=goal)
    parties = Parties(prepared, place, ledger, site, keys, number)
    parties.answer(range(1, options.parties))
    return parties


def customer_of(options: EncryptedOptions) -> bytes:
    """The key of the customer's account."""
    return _key(options, "customer")


def settings_of(prepared: Prepared, place: Place) -> LearningSettings:
    """What was asked, and what is known of it before anything is sent."""
    size = prepared.method.size
    return LearningSettings(
        system="encrypted",
        model=prepared.options.model,
        weights=prepared.study.size,
        asked={
            **prepared.options.as_record(),
            "steps": prepared.study.steps,
            "topology": place.topology,
        },
        predicted={
            "units": size.units,
            "unit_bytes": size.unit_bytes,
            "update_bytes": size.update_bytes,
        },
    )


def _paillier(options: EncryptedOptions, study: Study, parties: int) -> Method:
    threshold = max(options.needed, parties // 2 + 1)
    return dealt(study.size, parties=parties, threshold=threshold, key_bits=options.key_bits)


def _key(options: EncryptedOptions, role: str, number: int = 0) -> bytes:
    return derive_key(f"encrypted {options.seed}", role, number)
