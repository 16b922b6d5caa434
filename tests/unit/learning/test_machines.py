"""Other processors and thread counts: whole numbers give one model, float32 several."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest

from system.learning import integer, nets, rounds
from system.learning.arithmetic import arithmetic
from system.learning.batches import encode_batches
from system.learning.data import digits
from system.learning.sources import examples

STEPS = {"digits-64-32-10": 40, "mnist-784-32-10": 8, "lenet5": 3}
# Reads each net's mini-batches as a job carries them. It is not job_step that trains, for this
# would keep BLAS to one thread.
SCRIPT = """
import sys
from pathlib import Path
from system.learning import nets
from system.learning.arithmetic import arithmetic
from system.learning.batches import decode_batches

for name in ("integer", "float32"):
    numbers = arithmetic(name)
    for path in sys.argv[1:]:
        model = Path(path).name
        weights = numbers.weights(nets.initial_weights(model, 0))
        for one in decode_batches(Path(path).read_bytes()):
            weights = nets.sgd_step(model, weights, one.x, one.y, numbers=numbers)
        print(name, nets.digest(model, weights, numbers=numbers).hex())
"""


def machines() -> dict[str, dict[str, str]]:
    """Environments that make numpy and OpenBLAS compute as on other processors."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    optional = " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name])
    return {
        "old core, 1 thread": {"OPENBLAS_CORETYPE": "NEHALEM", "OPENBLAS_NUM_THREADS": "1"},
        "new core, 1 thread": {"OPENBLAS_CORETYPE": _newest(), "OPENBLAS_NUM_THREADS": "1"},
        "new core, 2 threads": {"OPENBLAS_CORETYPE": _newest(), "OPENBLAS_NUM_THREADS": "2"},
        "no SIMD": {"NPY_DISABLE_CPU_FEATURES": optional, "OPENBLAS_NUM_THREADS": "2"},
        "as it is": {},
    }


def _newest() -> str:
    # A core type beyond the processor's own would end in an illegal instruction.
    from numpy._core._multiarray_umath import __cpu_features__

    if __cpu_features__.get("AVX512_SKX"):
        return "SKYLAKEX"
    return "HASWELL" if __cpu_features__.get("AVX2") else "NEHALEM"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> dict[str, str]:
    """What training prints on each machine, in processes of their own."""
    folder = tmp_path_factory.mktemp("batches")
    for model, steps in STEPS.items():
        carried = encode_batches(rounds.job_batches(examples(model), 0, steps))
        (folder / model).write_bytes(carried)

    def run(environment: dict[str, str]) -> str:
        return subprocess.run(
            [sys.executable, "-c", SCRIPT, *(str(folder / model) for model in STEPS)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(machines(), pool.map(run, machines().values()), strict=True))


def digests(trained: dict[str, str], name: str) -> list[tuple[str, ...]]:
    """The three models' digests, a tuple for every machine."""
    lines = [output.splitlines() for output in trained.values()]
    return [tuple(line for line in output if line.startswith(name)) for output in lines]


def test_whole_numbers_give_one_model_on_every_machine(trained):
    found = digests(trained, "integer")
    assert len(found) == 5
    assert len(found[0]) == 3
    assert len(set(found)) == 1, trained


def test_float32_gives_several(trained):
    assert len(set(digests(trained, "float32"))) > 1, trained


@pytest.mark.parametrize("model", ["digits-softmax", "digits-64-32-10"])
def test_float32_workers_with_orders_of_their_own_never_agree(model):
    data, start = digits(), nets.initial_weights(model, 0)
    models = {}
    for kernel in range(12):
        numbers = arithmetic("float32", kernel=kernel)
        done = rounds.job_step(model, numbers.weights(start), data, 0, 4, numbers=numbers)
        models[nets.digest(model, done, numbers=numbers)] = done
    assert len(models) == 12
    # They differ by little, yet no rounding brings them together.
    assert max(np.abs(one - two).max() for one, two in combinations(models.values(), 2)) < 1e-5
    rounded = {np.round(done * 2**20).tobytes() for done in models.values()}
    assert len(rounded) > 1
    in_whole_numbers = {
        rounds.job_step(
            model, start, data, 0, 4, numbers=arithmetic("integer", kernel=kernel)
        ).tobytes()
        for kernel in range(3)
    }
    assert len(in_whole_numbers) == 1


def test_both_ways_of_multiplying_whole_numbers_agree(monkeypatch):
    data, start = digits(), nets.initial_weights("digits-64-32-10", 0)
    by_blas = rounds.job_step("digits-64-32-10", start, data, 0, 4)
    monkeypatch.setattr(integer, "_FLOAT_EXACT", 0)
    assert (rounds.job_step("digits-64-32-10", start, data, 0, 4) == by_blas).all()
