"""Who earned what: wei from the chain, the cost of computing from the options."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from bench.learn.options import JobsOptions
from bench.learn.place import Place
from system.jobs.market import balance_of
from system.jobs.worker import Worker


@dataclass(frozen=True, slots=True)
class Earned:
    """One worker's wei: `from_chain` is what it ends with over what it was given."""

    behaviour: str
    from_chain_wei: int
    spent_wei: int

    @property
    def profit_wei(self) -> int:
        """What is left of it when its computing is paid for."""
        return self.from_chain_wei - self.spent_wei


def earned(
    place: Place,
    market: str,
    workers: Sequence[Worker],
    given: Mapping[str, int],
    *,
    options: JobsOptions,
) -> list[Earned]:
    """Each worker's wei; gas is free on these chains, so nothing else moved them."""
    found = []
    for worker in workers:
        held = place.balance(worker.address) + balance_of(place.rpc, market, worker.address)
        cost = options.cost_wei if worker.behaviour.trains else options.cost_evil_wei
        spent = cost * worker.results_made
        found.append(Earned(worker.behaviour.name, held - given[worker.address], spent))
    return found


def by_behaviour(earnings: Sequence[Earned]) -> dict[str, int]:
    """The mean profit of a worker of each behaviour, in wei."""
    profits: dict[str, list[int]] = defaultdict(list)
    for one in earnings:
        profits[one.behaviour].append(one.profit_wei)
    return {name: round(mean(values)) for name, values in profits.items()}


def ledger(place: Place, market: str, server: str, given: Mapping[str, int]) -> dict[str, int]:
    """Every wei in the end: `given_out` is the sum of the other three.

    What the market holds is owed to the server, or to workers that have not withdrawn.
    """
    workers = sum(place.balance(address) for address in given if address != server)
    return {
        "given_out": sum(given.values()),
        "held_by_server": place.balance(server),
        "held_by_workers": workers,
        "held_by_market": place.balance(market),
        "owed_by_market": sum(balance_of(place.rpc, market, address) for address in given),
    }
