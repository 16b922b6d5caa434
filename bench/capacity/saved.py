"""The fitted model on disk: the one that comes with the project, or a user's own."""

from __future__ import annotations

from pathlib import Path

import orjson

from bench.capacity.model import Model
from bench.record.files import write_atomically
from bench.record.jsonform import from_json, to_json
from system.errors import UsageError

COMMITTED = Path(__file__).with_name("coefficients.json")
_CURE = "give a file that `python -m bench.capacity.fit` wrote"


def load(path: Path = COMMITTED) -> Model:
    """The model in a file; raises UsageError where it holds none."""
    try:
        return from_json(Model, orjson.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path} can't be read ({error.strerror}): {_CURE}") from error
    except ValueError as error:
        raise UsageError(f"{path} holds no fitted model ({error}): {_CURE}") from error


def save(model: Model, path: Path) -> None:
    """Write the model; raises UsageError where that can't be done."""
    write_atomically(path, to_json(model, indent=True) + b"\n")
