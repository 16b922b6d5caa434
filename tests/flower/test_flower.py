"""The real flwr package: its clients work here, and its strategies give what ours give."""

from __future__ import annotations

import numpy as np
import pytest
from flwr.client import NumPyClient
from flwr.common import (
    Code,
    FitIns,
    FitRes,
    GetParametersIns,
    Status,
    ndarrays_to_parameters,
    parameters_to_ndarrays,
)
from flwr.server import strategy as flower
from flwr.server.strategy import aggregate as flower_aggregate

from system.jobs.trainer import Task, Trainer, decoded
from system.jobs.training import Curriculum
from system.learning import aggregate, nets, rounds, strategy
from system.learning.arithmetic import arithmetic
from system.learning.client import FloatClient, IntegerClient, fit, flat, to_chain
from system.learning.data import digits

MODEL = "digits-64-32-10"


class Plain(NumPyClient):
    """A user's own client as Flower's documentation has it: float32 arrays in and out."""

    def get_parameters(self, config):
        """The seed's start in float32."""
        return FloatClient(MODEL, digits()).get_parameters({})

    def fit(self, parameters, config):
        """One mini-batch."""
        x, y = digits().train_x[:32], digits().train_y[:32]
        moved = nets.sgd_step(MODEL, flat(parameters), x, y, numbers=arithmetic("float32"))
        return nets.layered(MODEL, moved), len(y), {"seen": len(y)}

    def evaluate(self, parameters, config):
        """The loss on a part of the data."""
        x, y = digits().test_x, digits().test_y
        return nets.loss(MODEL, flat(parameters), x, y, numbers=arithmetic("float32")), len(y), {}


def models(count: int, *, seed: int = 1) -> list[tuple[list[np.ndarray], int]]:
    """Float32 models near each other, and a far one."""
    draw = np.random.default_rng(seed)
    near = [
        [
            draw.normal(0, 0.1, (64, 32)).astype(np.float32),
            draw.normal(0, 0.1, 32).astype(np.float32),
        ]
        for _ in range(count - 1)
    ]
    far = [np.full((64, 32), 9, dtype=np.float32), np.full(32, -9, dtype=np.float32)]
    return [(arrays, 10 + at) for at, arrays in enumerate([*near, far])]


def same(ours, theirs) -> bool:
    return all(np.array_equal(one, two) for one, two in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("count", [3, 4, 7, 10])
def test_our_aggregates_are_flower_s_bit_for_bit(count):
    given = models(count)
    assert same(aggregate.mean(given), flower_aggregate.aggregate(given))
    assert same(aggregate.median(given), flower_aggregate.aggregate_median(given))
    for share in (0.0, 0.2, 0.4):
        assert same(
            aggregate.trimmed_mean(given, share),
            flower_aggregate.aggregate_trimmed_avg(given, share),
        )
    for malicious, keep in ((0, 0), (1, 0), (1, 2), (2, 3)):
        assert same(
            aggregate.krum(given, malicious=malicious, keep=keep),
            flower_aggregate.aggregate_krum(given, malicious, keep),
        )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (strategy.FedAvg(), flower.FedAvg(inplace=False)),
        (strategy.FedMedian(), flower.FedMedian()),
        (strategy.FedTrimmedAvg(beta=0.3), flower.FedTrimmedAvg(beta=0.3)),
        (strategy.Krum(num_malicious_clients=1), flower.Krum(num_malicious_clients=1)),
        (
            strategy.Krum(num_malicious_clients=1, num_clients_to_keep=3),
            flower.Krum(num_malicious_clients=1, num_clients_to_keep=3),
        ),
    ],
)
def test_our_strategies_are_flower_s(ours, theirs):
    given = models(6)
    found, _ = ours.aggregate_fit(2, [(None, (arrays, count, {})) for arrays, count in given], [])
    results = [
        (None, FitRes(Status(Code.OK, ""), ndarrays_to_parameters(arrays), count, {}))
        for arrays, count in given
    ]
    expected, _ = theirs.aggregate_fit(2, results, [])
    assert same(found, parameters_to_ndarrays(expected))


def test_a_flower_client_learns_from_the_chain_s_weights():
    start = nets.initial_weights(MODEL, 0)
    moved, examples, metrics = fit(Plain(), MODEL, start, {"batch_index": 0})
    assert (examples, metrics) == (32, {"seen": 32})
    assert 0 < np.abs(moved - start).max() < 65536
    loss, count, _ = Plain().evaluate(nets.layered(MODEL, arithmetic("float32").weights(moved)), {})
    assert count == 359
    assert loss < np.log(10)


def test_flower_clients_and_ours_stand_side_by_side():
    clients = [Plain(), FloatClient(MODEL, digits())]
    plan = strategy.FedAvg()
    parameters = plan.initialize_parameters(clients)
    for server_round in (1, 2):
        asked = plan.configure_fit(server_round, parameters, clients)
        results = [(one, one.fit(ins.parameters, ins.config)) for one, ins in asked]
        parameters, _ = plan.aggregate_fit(server_round, results, [])
    assert [one.shape for one in parameters] == [(64, 32), (32,), (32, 10), (10,)]


def test_flower_runs_our_clients():
    class Ours(IntegerClient, NumPyClient):
        """Our client under Flower's base class, which turns arrays into its messages."""

    client = Ours(MODEL, digits()).to_client()
    start = client.get_parameters(GetParametersIns(config={})).parameters
    done = client.fit(FitIns(start, {"batch_index": 0, "steps": 2}))
    assert done.num_examples == 64
    expected = rounds.job_step(MODEL, nets.initial_weights(MODEL, 0), digits(), 0, 2)
    assert (to_chain(parameters_to_ndarrays(done.parameters)) == expected).all()
    assert done.metrics["digest"] == nets.digest(MODEL, expected).hex()


@pytest.mark.parametrize("kind", ["integer", "float32"])
def test_flower_clients_do_the_market_s_jobs(kind):
    plan = Curriculum(
        model=MODEL,
        data=digits(),
        rounds=1,
        steps=1,
        arithmetic=kind,
        make_client=lambda worker: Plain(),
    )
    workers = [Trainer(plan.client(worker), MODEL, kind, 1, worker) for worker in range(3)]
    task = Task(1, 0, plan.start(), plan.batches(0))
    results = {one.honest(task) for one in workers}
    assert len(results) == 1  # the same client on the same machine: here even floats agree
    moved = decoded(results.pop(), kind).astype(np.float64) / (65536 if kind == "integer" else 1)
    x, y = digits().train_x[:32], digits().train_y[:32]
    numbers = arithmetic("float32")
    start = numbers.weights(nets.initial_weights(MODEL, 0))
    expected = nets.sgd_step(MODEL, start, x, y, numbers=numbers)
    assert np.abs(moved - expected).max() < 1e-4
