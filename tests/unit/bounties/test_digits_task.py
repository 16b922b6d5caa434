"""A digits task trains and judges in whole numbers, by what it carries, wherever it is run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from system.bounties.evaluation import evaluation_digest, require_evaluation
from system.bounties.fetching import Sources, fetch
from system.bounties.isolation import Unconfined
from system.bounties.isolation.limits import MIB
from system.bounties.task import Task, TaskRefused, written
from system.bounties.task_files import archived
from system.bounties.tasks import digits_program
from system.bounties.tasks.digits import LIMITS, Recipe, digits_task
from system.bounties.tasks.digits_program import LOSS_ONE, UNUSABLE
from system.bounties.workshop import NoAnswer, Workshop
from system.errors import UsageError
from system.learning.data import digits
from tests.unit.bounties.cells import ONE

RECIPE = Recipe(steps=40)


@pytest.fixture(scope="module")
def task() -> Task:
    return digits_task("digits", seed=3)


def workshop() -> Workshop:
    """The isolation of this machine; without any, the tests' own task runs unconfined."""
    return Workshop(LIMITS, ONE[0] if ONE else Unconfined())


def tasked(program: str, *, limits=LIMITS) -> Task:
    """A stranger's task of one file."""
    files = {"program.py": program.encode()}
    return written(files, name="odd", entry="program.py", evaluation=bytes(32), limits=limits)


def test_the_same_seed_makes_the_same_task_and_another_one_another(task):
    assert digits_task("digits", seed=3).digest == task.digest
    other = digits_task("digits", seed=4)
    assert other.digest != task.digest
    assert other.evaluation != task.evaluation


def test_a_client_that_fetches_it_finds_the_evaluation_data_that_the_job_names(task, tmp_path):
    (tmp_path / "digits.tar.gz").write_bytes(archived(task.files))
    fetched = fetch("digits.tar.gz", task.digest, Sources(tmp_path))
    assert fetched == task
    require_evaluation(fetched, evaluation_digest(task.files))


def test_other_evaluation_data_are_refused(task):
    with pytest.raises(TaskRefused, match="the right ones"):
        require_evaluation(task, bytes(32))
    programs = {path: data for path, data in task.files.items() if path != "task.toml"}
    swapped = written(
        {**programs, "evaluation/y.npy": programs["evaluation/x.npy"]},
        name=task.name,
        entry=task.entry,
        evaluation=task.evaluation,
        limits=task.wanted,
    )
    with pytest.raises(TaskRefused, match="manifest"):
        require_evaluation(swapped, task.evaluation)


def test_shut_in_it_trains_to_the_bits_of_the_program_run_here(task):
    solved = workshop().solved(task, RECIPE.inputs(), seed=5)
    here = digits_program.trained(digits(3), RECIPE.inputs()["recipe"], 5)
    assert solved.model == here
    assert digits_program.judged(digits(3), here)["loss"] == solved.loss
    assert workshop().judged(task, here) == solved.loss
    assert 0 < solved.loss < LOSS_ONE // 2


def test_more_steps_and_another_net_do_better():
    data, losses = digits(3), []
    for recipe in (RECIPE, Recipe(steps=200), Recipe("digits-64-32-10", 800, 2)):
        payload = digits_program.trained(data, recipe.inputs()["recipe"], 5)
        losses.append(digits_program.judged(data, payload)["loss"])
    assert losses == sorted(losses, reverse=True)


def test_the_loss_is_the_brier_score():
    """Against floats: what the table of powers rounds is below a thousandth."""
    data = digits(3)
    payload = digits_program.trained(data, RECIPE.inputs()["recipe"], 5)
    weights = np.frombuffer(payload, dtype=">i4").astype(float) / 65536
    scores = data.test_x.astype(float) @ weights[:640].reshape(64, 10) + weights[640:]
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    wanted = ((chances - np.eye(10)[data.test_y]) ** 2).sum(axis=1).mean()
    assert digits_program.judged(data, payload)["loss"] == pytest.approx(wanted * 1e6, rel=1e-3)


def test_a_model_that_knows_nothing_has_the_loss_of_guessing():
    assert digits_program.judged(digits(3), bytes(2600))["loss"] == pytest.approx(900_000, rel=1e-3)


@pytest.mark.parametrize("payload", [b"x", b"\x7f\xff" * 1300 + b"x", b"\0" * 2601, b"\0" * 9636])
def test_what_is_no_model_is_worse_than_all_models(payload):
    assert digits_program.judged(digits(3), payload)["loss"] == UNUSABLE > 2 * LOSS_ONE


@pytest.mark.parametrize("payload", [b"\x7f\xff\xff\xff" * 650, b"\x80\0\0\0" * 2410])
def test_a_model_of_the_largest_weights_is_judged(payload):
    assert 0 < digits_program.judged(digits(3), payload)["loss"] <= UNUSABLE


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("", "left no model: it finished without"),
        ("raise ValueError('wet paint')", "ended by crashed ValueError: wet paint"),
        ("import sys; open(sys.argv[2] + '/model.npy', 'w').write('no')", "left no model: model"),
        (
            "import numpy, sys; numpy.save(sys.argv[2] + '/model.npy', numpy.ones(3))",
            "left no model",
        ),
        (
            "import numpy, sys; numpy.save(sys.argv[2] + '/model.npy', numpy.uint8([1]))\n"
            "open(sys.argv[2] + '/judged.json', 'w').write('{\"loss\": -1}')",
            "found no loss",
        ),
    ],
)
def test_a_task_that_answers_nothing_of_use_is_said_to(program, why):
    with pytest.raises(NoAnswer, match=why):
        workshop().solved(tasked(program), RECIPE.inputs(), seed=1)


def test_a_task_that_wants_more_than_is_allowed_is_not_run():
    greedy = tasked("raise SystemExit(1)", limits=replace(LIMITS, memory_bytes=1024 * MIB))
    with pytest.raises(UsageError, match="memory_bytes"):
        workshop().judged(greedy, b"x")


@pytest.mark.parametrize(
    "given", [{"net": "lenet5"}, {"steps": 0}, {"rate_shift": 17}, {"rate_shift": -1}]
)
def test_recipes_that_make_no_sense_are_refused(given):
    with pytest.raises(UsageError):
        Recipe(**given)
