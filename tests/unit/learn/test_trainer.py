"""From a job's bytes to a result's bytes."""

from __future__ import annotations

import numpy as np
import pytest

from system.jobs.behaviours import behaviour
from system.jobs.trainer import Task, Trainer, decoded, encoded
from system.jobs.training import Curriculum
from system.learning import nets, rounds
from system.learning.arithmetic import arithmetic
from system.learning.client import Config, FitRes, FloatClient, Parameters
from system.learning.data import digits

MODEL = "digits-softmax"


def curriculum(kind: str = "integer", *, data: bool = False) -> Curriculum:
    return Curriculum(
        model=MODEL,
        data=digits(),
        rounds=1,
        steps=3,
        arithmetic=kind,
        carries_batches=data,
    )


def trainer(given: Curriculum, *, seed: int = 0) -> Trainer:
    return Trainer(given.client(seed), MODEL, given.arithmetic, given.steps, seed)


def task(given: Curriculum, *, index: int = 2) -> Task:
    return Task(1, index, given.start(), given.batches(index))


@pytest.mark.parametrize("data", [False, True])
def test_honest_work_is_the_same_bits_by_index_and_by_data(data: bool) -> None:
    given = curriculum(data=data)
    done = decoded(trainer(given).honest(task(given)), "integer")
    start = nets.initial_weights(MODEL, 0)
    assert (done == rounds.job_step(MODEL, start, digits(), 2, 3)).all()
    assert trainer(given, seed=5).honest(task(given)) == encoded(done, "integer")


def test_in_floats_no_two_workers_agree() -> None:
    given = curriculum("float32")
    results = {trainer(given, seed=seed).honest(task(given)) for seed in range(5)}
    assert len(results) == 5
    rows = [decoded(one, "float32") for one in results]
    assert all(np.allclose(rows[0], row, atol=1e-4) for row in rows)


@pytest.mark.parametrize("kind", ["integer", "float32"])
def test_weights_come_back_as_they_went(kind: str) -> None:
    weights = arithmetic(kind).weights(nets.initial_weights("digits-64-32-10", 3))
    back = decoded(encoded(weights, kind), kind)
    assert back.dtype == weights.dtype
    assert (back == weights).all()


def test_forgers_agree_as_their_kind_does() -> None:
    given = curriculum()
    honest = trainer(given).honest(task(given))
    made = {
        name: [trainer(given, seed=seed).forged(task(given), behaviour(name)) for seed in (1, 2)]
        for name in ("collude", "flip", "random")
    }
    assert made["collude"][0] == made["collude"][1]
    assert made["flip"][0] == made["flip"][1]
    assert made["random"][0] != made["random"][1]
    assert honest not in [one for both in made.values() for one in both]
    assert (decoded(made["flip"][0], "integer") == -decoded(honest, "integer")).all()
    with pytest.raises(ValueError, match="no wrong model"):
        trainer(given).forged(task(given), behaviour("slow"))


def test_weights_that_can_t_be_trained_stay_as_they_are() -> None:
    given = curriculum()
    poisoned = encoded(np.full(given.size, 2**31 - 1, dtype=np.int64), "integer")
    assert trainer(given).honest(Task(1, 0, poisoned, None)) == poisoned


class Foreign:
    """Somebody's own client: float arrays in and out, nothing of this project in it."""

    def get_properties(self, config: Config) -> Config:
        return {}

    def get_parameters(self, config: Config) -> Parameters:
        return []

    def fit(self, parameters: Parameters, config: Config) -> FitRes:
        self.config = config
        return [one + np.float32(0.5) for one in parameters], 7, {}

    def evaluate(self, parameters: Parameters, config: Config) -> tuple[float, int, Config]:
        return 0.0, 1, {}


@pytest.mark.parametrize("kind", ["integer", "float32"])
def test_a_client_of_one_s_own_plugs_in(kind: str) -> None:
    client = Foreign()
    given = Curriculum(
        model=MODEL,
        data=digits(),
        rounds=1,
        steps=3,
        arithmetic=kind,
        make_client=lambda worker: client,
    )
    done = trainer(given).honest(task(given))
    half = 0.5 if kind == "float32" else 1 << 15
    assert (decoded(done, kind) == half).all()  # the start of a softmax regression is all zero
    assert client.config == {"batch_index": 2, "steps": 3}


def test_float_clients_train_to_the_chain_s_weights() -> None:
    given = Curriculum(
        model=MODEL,
        data=digits(),
        rounds=1,
        steps=3,
        make_client=lambda worker: FloatClient(MODEL, digits()),
    )
    close = decoded(trainer(given).honest(task(given)), "integer")
    exact = decoded(trainer(curriculum()).honest(task(given)), "integer")
    assert 0 < np.abs(close - exact).max() < 200
