"""Clients and strategies together: rounds of learning as Flower would run them, without Flower."""

from __future__ import annotations

import numpy as np
import pytest

from system.errors import UsageError
from system.learning import attacks, nets, rounds, strategy
from system.learning.batches import encode_batches
from system.learning.client import FloatClient, IntegerClient, LearningClient, fit, to_chain
from system.learning.data import digits
from system.weights.errors import NotFinite

MODEL = "digits-64-32-10"


class Wrong(IntegerClient):
    """A client that returns another model than it learnt."""

    def fit(self, parameters, config):
        """The sum of what it was given and noise of a shared seed."""
        arrays, examples, metrics = super().fit(parameters, config)
        return [attacks.colluding(one, seed=7) for one in arrays], examples, metrics


class Own:
    """A user's client that knows nothing of this project: float32 arrays in, float32 arrays out."""

    def __init__(self, change=lambda array: array + np.float32(0.25)):
        self.change = change

    def get_properties(self, config):
        return {}

    def get_parameters(self, config):
        return []

    def fit(self, parameters, config):
        assert all(array.dtype == np.float32 for array in parameters)
        return [self.change(array) for array in parameters], 5, {"loss": 0.5}

    def evaluate(self, parameters, config):
        return 1.5, 10, {"accuracy": 0.25, "name": "own"}


def one_round(
    plan: strategy.Strategy, clients: list[LearningClient], server_round: int, parameters
):
    asked = plan.configure_fit(server_round, parameters, clients)
    results = [(one, one.fit(ins.parameters, ins.config)) for one, ins in asked]
    return plan.aggregate_fit(server_round, results, [])


def test_a_vote_of_honest_clients_is_the_training():
    plan = strategy.PluralityVote()
    clients = [IntegerClient(MODEL, digits()) for _ in range(3)] + [
        Wrong(MODEL, digits()) for _ in range(2)
    ]
    parameters = plan.initialize_parameters(clients)
    assert [one.shape for one in parameters] == [(64, 32), (32,), (32, 10), (10,)]
    for server_round in (1, 2, 3):
        parameters, metrics = one_round(plan, clients, server_round, parameters)
        assert (metrics["agreeing"], metrics["groups"]) == (3, 2)
    *_, expected = rounds.centralised(MODEL, digits(), rounds=3)
    assert (to_chain(parameters) == expected.weights).all()


def test_float32_clients_do_not_agree_and_may_still_be_averaged():
    clients = [FloatClient(MODEL, digits(), kernel=kernel) for kernel in range(5)]
    start = clients[0].get_parameters({})
    assert start[0].dtype == np.float32
    chosen, metrics = one_round(strategy.PluralityVote(), clients, 1, start)
    assert chosen is None
    assert (metrics["agreeing"], metrics["groups"], metrics["digest"]) == (1, 5, "")
    chosen, _ = one_round(strategy.FedAvg(), clients, 1, start)
    loss, count, scores = clients[0].evaluate(chosen, {})
    assert count == 359
    assert loss < clients[0].evaluate(start, {})[0]
    assert 0 <= scores["accuracy"] <= 1


def test_ties():
    clients = [Wrong(MODEL, digits()), IntegerClient(MODEL, digits())]
    start = clients[1].get_parameters({})
    assert one_round(strategy.PluralityVote(), clients, 1, start)[0] is None
    first, metrics = one_round(strategy.PluralityVote(tie="first"), clients, 1, start)
    assert metrics["agreeing"] == 1
    assert (to_chain(first) == to_chain(clients[0].fit(start, {"batch_index": 0})[0])).all()


@pytest.mark.parametrize(
    "plan",
    [
        strategy.FedMedian(),
        strategy.FedTrimmedAvg(beta=0.3),
        strategy.Krum(num_malicious_clients=2),
        strategy.Krum(num_malicious_clients=2, num_clients_to_keep=3),
    ],
)
def test_robust_strategies_leave_the_wrong_models_out(plan):
    clients = [IntegerClient(MODEL, digits()) for _ in range(5)] + [
        Wrong(MODEL, digits()) for _ in range(2)
    ]
    parameters, _ = one_round(plan, clients, 1, clients[0].get_parameters({}))
    expected = rounds.job_step(MODEL, nets.initial_weights(MODEL, 0), digits(), 0)
    assert (to_chain(parameters) == expected).all()


def test_jobs_come_by_index_or_as_data():
    client, data = IntegerClient(MODEL, digits(), seed=3), digits()
    start = client.get_parameters({})
    named, examples, metrics = client.fit(start, {"batch_index": 5, "steps": 2})
    carried = encode_batches(rounds.job_batches(data, 5, 2, seed=3))
    assert examples == 64
    assert metrics["digest"] == nets.digest(MODEL, to_chain(named)).hex()
    assert (to_chain(client.fit(start, {"batches": carried})[0]) == to_chain(named)).all()
    assert (to_chain(client.get_parameters({})) == to_chain(named)).all()


def test_a_user_s_own_client_works_on_the_chain_s_weights():
    start = nets.initial_weights(MODEL, 0)
    moved, examples, metrics = fit(Own(), MODEL, start, {"batch_index": 0})
    assert moved.dtype == np.int64
    # Q16 around 1 to 2 has more bits than float32 holds, so a weight may come back rounded.
    assert np.abs(moved - start - 16384).max() <= 1
    assert (examples, metrics) == (5, {"loss": 0.5})
    whole, *_ = fit(IntegerClient(MODEL, digits()), MODEL, start, {"batch_index": 0})
    assert (whole == rounds.job_step(MODEL, start, digits(), 0)).all()


def test_what_a_user_s_client_must_not_return():
    start = nets.initial_weights(MODEL, 0)
    with pytest.raises(UsageError, match=r"returned 4820 weights .* has 2410"):
        fit(Own(lambda array: np.tile(array, 2)), MODEL, start, {})
    with pytest.raises(NotFinite):
        fit(Own(lambda array: array * np.float32("nan")), MODEL, start, {})


def test_evaluation_is_weighted_by_examples():
    plan = strategy.FedAvg(
        evaluate_fn=lambda server_round, parameters, config: (0.1, {"r": server_round})
    )
    clients = [Own(), Own()]
    asked = plan.configure_evaluate(1, [], clients)
    assert [one for one, _ in asked] == clients
    results = [
        (clients[0], (1.0, 10, {"accuracy": 0.5, "name": "a"})),
        (clients[1], (4.0, 20, {"accuracy": 0.8})),
    ]
    loss, metrics = plan.aggregate_evaluate(1, results, [])
    assert loss == pytest.approx(3.0)
    assert metrics == {"accuracy": pytest.approx(0.7)}
    assert plan.aggregate_evaluate(1, [], []) == (None, {})
    assert plan.evaluate(4, []) == (0.1, {"r": 4})
    assert strategy.FedAvg().evaluate(4, []) is None


def test_rounds_without_results_or_with_failures():
    client = IntegerClient(MODEL, digits())
    result = (client, client.fit(client.get_parameters({}), {}))
    strict = strategy.FedAvg(accept_failures=False)
    assert strict.aggregate_fit(1, [], []) == (None, {})
    assert strict.aggregate_fit(1, [result], [OSError()]) == (None, {})
    assert strategy.FedAvg().aggregate_fit(1, [result], [OSError()])[0] is not None
    assert strategy.FedAvg(initial_parameters=[]).initialize_parameters([client]) == []
    assert strategy.FedAvg().initialize_parameters([]) is None
