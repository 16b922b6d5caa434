"""How a server turns results into the next model, under the names of Flower's strategies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from system.learning import aggregate
from system.learning.client import (
    BATCH_INDEX,
    Config,
    EvaluateRes,
    FitRes,
    LearningClient,
    Parameters,
)

Aggregated: TypeAlias = tuple[Parameters | None, Config]


@dataclass(frozen=True, slots=True)
class FitIns:
    """What a client is asked: to go on from these parameters, as the config says."""

    parameters: Parameters
    config: Config


EvaluateIns: TypeAlias = FitIns
Fitted: TypeAlias = Sequence[tuple[LearningClient, FitRes]]
Evaluated: TypeAlias = Sequence[tuple[LearningClient, EvaluateRes]]
Failures: TypeAlias = Sequence[BaseException]
EvaluateFn: TypeAlias = Callable[[int, Parameters, Config], tuple[float, Config] | None]


class Strategy(Protocol):
    """The server's side of learning: `flwr.server.strategy.Strategy` with clients in a list."""

    def initialize_parameters(self, clients: Sequence[LearningClient]) -> Parameters | None: ...
    def configure_fit(
        self, server_round: int, parameters: Parameters, clients: Sequence[LearningClient]
    ) -> list[tuple[LearningClient, FitIns]]: ...
    def aggregate_fit(
        self, server_round: int, results: Fitted, failures: Failures
    ) -> Aggregated: ...
    def configure_evaluate(
        self, server_round: int, parameters: Parameters, clients: Sequence[LearningClient]
    ) -> list[tuple[LearningClient, EvaluateIns]]: ...
    def aggregate_evaluate(
        self, server_round: int, results: Evaluated, failures: Failures
    ) -> tuple[float | None, Config]: ...
    def evaluate(
        self, server_round: int, parameters: Parameters
    ) -> tuple[float, Config] | None: ...


def _next_batch(server_round: int) -> Config:
    # Rounds count from 1, batches from 0.
    return {"server_round": server_round, BATCH_INDEX: server_round - 1}


@dataclass(slots=True, kw_only=True)
class FedAvg:
    """The mean weighted by examples; the other strategies replace `aggregate` and nothing else.

    `accept_failures` False gives no model for a round in which a client failed.
    """

    initial_parameters: Parameters | None = None
    on_fit_config_fn: Callable[[int], Config] = field(default=_next_batch)
    evaluate_fn: EvaluateFn | None = None
    accept_failures: bool = True

    def aggregate(self, models: aggregate.Models) -> Aggregated:
        """One model from at least one, and what there is to say of it."""
        return aggregate.mean(models), {}

    def initialize_parameters(self, clients: Sequence[LearningClient]) -> Parameters | None:
        """The given start, else the first client's."""
        if self.initial_parameters is None and clients:
            return clients[0].get_parameters({})
        return self.initial_parameters

    def configure_fit(
        self, server_round: int, parameters: Parameters, clients: Sequence[LearningClient]
    ) -> list[tuple[LearningClient, FitIns]]:
        """Every client with the same parameters and the round's config."""
        asked = FitIns(parameters, self.on_fit_config_fn(server_round))
        return [(client, asked) for client in clients]

    def aggregate_fit(self, server_round: int, results: Fitted, failures: Failures) -> Aggregated:
        """The next parameters and metrics; None where there are no results, or no decision."""
        if not results or (failures and not self.accept_failures):
            return None, {}
        return self.aggregate([(arrays, examples) for _, (arrays, examples, _) in results])

    def configure_evaluate(
        self, server_round: int, parameters: Parameters, clients: Sequence[LearningClient]
    ) -> list[tuple[LearningClient, EvaluateIns]]:
        """Every client with the same parameters."""
        return [(client, EvaluateIns(parameters, {})) for client in clients]

    def aggregate_evaluate(
        self, server_round: int, results: Evaluated, failures: Failures
    ) -> tuple[float | None, Config]:
        """The loss weighted by examples, and so each metric that every client gives as a number."""
        total = sum(examples for _, (_, examples, _) in results)
        if not total or (failures and not self.accept_failures):
            return None, {}
        loss = sum(examples * one for _, (one, examples, _) in results) / total
        shared = set.intersection(*(_numbers(metrics) for _, (_, _, metrics) in results))
        return loss, {name: _weighted(results, name) / total for name in sorted(shared)}

    def evaluate(self, server_round: int, parameters: Parameters) -> tuple[float, Config] | None:
        """What the server's own test says, where it has one."""
        return self.evaluate_fn(server_round, parameters, {}) if self.evaluate_fn else None


@dataclass(slots=True, kw_only=True)
class PluralityVote(FedAvg):
    """The model that most clients returned, bit for bit.

    A tie gives none, or with `tie="first"` the model that came first: whoever is faster wins, so an
    attacker with half of the results decides.
    """

    tie: Literal["none", "first"] = "none"

    def aggregate(self, models: aggregate.Models) -> Aggregated:
        """The winner or None; how many `agreeing`, in how many `groups`, and the `digest`."""
        found = aggregate.groups(models)
        sizes = [len(each) for each in found.values()]
        winner, members = next(iter(found.items()))
        metrics: Config = {"agreeing": sizes[0], "groups": len(sizes), "digest": winner.hex()}
        if self.tie == "none" and sizes.count(sizes[0]) > 1:
            return None, {**metrics, "digest": ""}
        return models[members[0]][0], metrics


@dataclass(slots=True, kw_only=True)
class FedMedian(FedAvg):
    """Each weight's median."""

    def aggregate(self, models: aggregate.Models) -> Aggregated:
        """The medians."""
        return aggregate.median(models), {}


@dataclass(slots=True, kw_only=True)
class FedTrimmedAvg(FedAvg):
    """Each weight's mean without a share `beta` of its lowest and of its highest values."""

    beta: float = 0.2

    def aggregate(self, models: aggregate.Models) -> Aggregated:
        """The trimmed means."""
        return aggregate.trimmed_mean(models, self.beta), {}


@dataclass(slots=True, kw_only=True)
class Krum(FedAvg):
    """The model nearest to its neighbours; the mean of `num_clients_to_keep` such (Multi-Krum)."""

    num_malicious_clients: int = 0
    num_clients_to_keep: int = 0

    def aggregate(self, models: aggregate.Models) -> Aggregated:
        """The nearest model, or the mean of the nearest."""
        chosen = aggregate.krum(
            models, malicious=self.num_malicious_clients, keep=self.num_clients_to_keep
        )
        return chosen, {}


def _numbers(metrics: Config) -> set[str]:
    return {name for name, value in metrics.items() if not isinstance(value, str | bytes)}


def _weighted(results: Evaluated, name: str) -> float:
    return sum(examples * float(metrics[name]) for _, (_, examples, metrics) in results)
