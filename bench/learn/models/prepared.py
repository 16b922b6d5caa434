"""What is known of a training of a shared model before there is a chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.learn.models.crew import Contributor, crew
from bench.learn.models.material import Material, material
from bench.learn.models.offer import offer_of
from bench.learn.models.options import ModelsOptions
from system.models.names import MARKET
from system.models.simulation.market import Offer


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was asked for, the samples, who contributes, and what a market's provider promises."""

    options: ModelsOptions
    material: Material
    crew: Sequence[Contributor]
    offer: Offer | None


def prepare(options: ModelsOptions) -> Prepared:
    """A training that can begin; raises UsageError where the data do not fit what was asked for."""
    found = material(options)
    offer = offer_of(options, found) if options.incentive == MARKET else None
    return Prepared(options, found, crew(options), offer)
