"""What follows the training: somebody improves the model for pay, and a customer buys from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.learn.encrypted.money import (
    PAY,
    PRICES,
    accounts_of,
    handed_out,
    is_conserved,
    withdraw,
)
from bench.learn.place import Place
from system.chain.sender import Sender
from system.encrypted.clock import Clock
from system.encrypted.contracts.enrichment import deploy_enrichment, income_of
from system.encrypted.contracts.key_transfer import deploy_key_transfer
from system.encrypted.contracts.predictions import deploy_service
from system.encrypted.enriching import WHOLE, Enriched, Enriching
from system.encrypted.forming import Group
from system.encrypted.learning import Study
from system.encrypted.ledger import Ledger
from system.encrypted.packing import Integers
from system.encrypted.serving import Serving, Sold
from system.learning.integer import to_q16

IMAGES: Final = 3


@dataclass(frozen=True, slots=True)
class Market:
    """The contracts of what follows, by their addresses."""

    transfer: str
    enrichment: str
    predictions: str


@dataclass(slots=True)
class Sequel:
    """A group that learnt, and the accounts of those who deal with it, by their keys."""

    place: Place
    ledger: Ledger
    clock: Clock
    study: Study
    market: Market
    group: Group
    enricher: bytes = field(repr=False)
    customer: bytes = field(repr=False)

    def play(self, weights: Integers) -> tuple[Integers, dict[str, Any]]:
        """The improved weights, and the part of the result that tells how it went."""
        purses = handed_out(
            self.place,
            self.group.keys,
            enricher=self.enricher,
            customer=self.customer,
            images=IMAGES,
        )
        enriched = self._enriched(weights)
        after = weights + enriched.improvement
        sold = self._sold(after, enriched)
        paying = {
            "contract of enrichments": self.market.enrichment,
            "contract of predictions": self.market.predictions,
        }
        withdraw(self.ledger, purses, list(paying.values()))
        accounts = accounts_of(self.place, purses, paying)
        if self.place.lent:
            self.place.give_back(purses.keys.values())
        state = enriched.state
        return after, {
            "enricher": {
                "outcome": state.outcome.name.lower(),
                "accuracy_before": self.study.right(weights) / self._examples,
                "accuracy_measured": state.accuracy / WHOLE,
            },
            "enricher_paid_wei": state.paid,
            "predictions": self._told(sold),
            "accounts": accounts,
            "conserved": is_conserved(accounts),
        }

    def _enriched(self, weights: Integers) -> Enriched:
        test = self.study.slices[0]
        enriching = Enriching(self.ledger, self.market.enrichment, self.group, test, PAY)
        return enriching.play(
            self.enricher,
            self.study.improvement(weights),
            baseline=self._points(weights),
            measure=lambda found: self._points(weights + found),
        )

    def _sold(self, weights: Integers, enriched: Enriched) -> list[Sold]:
        income = income_of(self.ledger.rpc, enriched.at)
        serving = Serving(
            self.ledger,
            self.clock,
            self.market.predictions,
            self.group,
            PRICES,
            enrichment=enriched.at.number if income.share else 0,
        )
        images = [to_q16(image) for image in self.study.slices[0].test_x[:IMAGES]]
        return serving.play(
            self.customer, images, classify=lambda image: self.study.predict(weights, image)
        )

    def _told(self, sold: Sequence[Sold]) -> list[dict[str, Any]]:
        labels = self.study.slices[0].test_y
        return [
            {"answer": one.answer, "label": int(label), "outcome": one.outcome.name.lower()}
            for one, label in zip(sold, labels, strict=False)
        ]

    def _points(self, weights: Integers) -> int:
        return self.study.right(weights) * WHOLE // self._examples

    @property
    def _examples(self) -> int:
        return len(self.study.slices[0].test_y)


def put_up_market(ledger: Ledger, rounds: str, deployer: bytes) -> Market:
    """The contracts, put up by an account that has no say in them afterwards."""
    sender = Sender(ledger.rpc, deployer, ledger.chain_id)
    transfer = ledger.deployed("deploy key transfer", deploy_key_transfer(sender, rounds))
    paid = ledger.deployed("deploy enrichment", deploy_enrichment(sender, rounds))
    served = ledger.deployed("deploy predictions", deploy_service(sender, rounds, paid))
    return Market(transfer, paid, served)
