"""The trainer put up on a chain with its twin beside it, and money in every hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bench.learn.models.crew import PROVIDER, Contributor, provider_key
from bench.learn.models.exchange import Exchange
from bench.learn.models.material import Material
from bench.learn.models.options import ModelsOptions
from bench.learn.models.prepared import Prepared
from bench.learn.place import Place
from system.chain.abi import view
from system.chain.compiler import artifact
from system.chain.sender import Sender
from system.models.incentives.market import Market
from system.models.incentives.points import Points
from system.models.incentives.stake import Stake, StakeTerms
from system.models.market_calls import deploy_market
from system.models.names import MARKET, POINTS
from system.models.simulation.agents import Agent, role
from system.models.simulation.twins import Twins
from system.models.trainer import Part, Wiring, deploy_trainer
from system.models.twin import Twin

_HOUR_S = 3_600
Mechanism: TypeAlias = Market | Points | Stake


@dataclass(frozen=True, slots=True)
class Stage:
    """All that a training acts on. `given_wei` is what each account began with, by address.

    `mechanism` is the incentive's twin; `scorer` the address of the model that scores in a market.
    """

    prepared: Prepared
    place: Place
    provider: Sender
    given_wei: dict[str, int]
    wiring: Wiring
    exchange: Exchange
    mechanism: Mechanism
    scorer: str = ""

    @property
    def options(self) -> ModelsOptions:
        """What was asked for."""
        return self.prepared.options

    @property
    def material(self) -> Material:
        """The samples."""
        return self.prepared.material

    @property
    def crew(self) -> Sequence[Contributor]:
        """Who contributes."""
        return self.prepared.crew

    @property
    def host(self) -> Contributor:
        """The provider as one who acts."""
        host = replace(role("idle"), name=PROVIDER)
        return Contributor(Agent(self.provider.address, host), self.provider.key)

    @property
    def keys(self) -> list[bytes]:
        """Every account's key."""
        return [self.provider.key, *(one.key for one in self.crew)]


def put_up(prepared: Prepared, place: Place) -> Stage:
    """The contracts deployed, the accounts funded, the twin at the same point.

    Raises UsageError where it can't be paid for, NetworkError where the chain stops.
    """
    options, material, offer = prepared.options, prepared.material, prepared.offer
    provider = place.account(provider_key(options))
    money = {one.key: one.agent.role.start_wei for one in prepared.crew}
    if offer is not None:
        money[provider.key] = offer.bounty
    given = place.fund(money)
    given = {provider.address: place.balance(provider.address), **given}
    wiring, scorer = _deployed(options, material, provider)
    mechanism = _twin_of(options, material, provider, place, wiring)
    world = Twins(Twin(material.start.twin(), mechanism), dict(given))
    keys = {one.address: one.key for one in prepared.crew} | {provider.address: provider.key}
    exchange = Exchange(place, world, keys)
    exchange.refresh()
    return Stage(prepared, place, provider, given, wiring, exchange, mechanism, scorer)


def stake_terms(options: ModelsOptions, provider: str) -> StakeTerms:
    """The terms under which hurried data costs the deposit that was asked for, but for rounding.

    The provider is the beneficiary.
    """
    waits = (options.refund_wait_s, options.owner_wait_s, options.open_wait_s)
    return StakeTerms(options.deposit_wei // _HOUR_S, *waits, provider)


def _deployed(options: ModelsOptions, material: Material, provider: Sender) -> tuple[Wiring, str]:
    start = material.start
    if options.incentive == MARKET:
        return deploy_market(provider, classifier=start.part, initial=start.initial)
    if options.incentive == POINTS:
        part = Part(artifact("PointsIncentive"), (options.refund_wait_s,))
    else:
        part = Part(artifact("StakeIncentive"), stake_terms(options, provider.address).arguments())
    wiring = deploy_trainer(provider, classifier=start.part, incentive=part, initial=start.initial)
    return wiring, ""


def _twin_of(
    options: ModelsOptions, material: Material, provider: Sender, place: Place, wiring: Wiring
) -> Mechanism:
    if options.incentive == MARKET:
        return Market(material.start.twin(), provider=provider.address)
    if options.incentive == POINTS:
        return Points(options.refund_wait_s)
    [created_at] = view(place.rpc, wiring.incentive, "updatedAt()", returns=["uint64"])
    return Stake(stake_terms(options, provider.address), created_at=int(created_at))
