"""The user's own learning client, named on the command line as `module:factory`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from system.errors import UsageError
from system.learning.client import LearningClient
from system.learning.data import Dataset

# From a worker's number, counted from 0, its client.
ClientMaker: TypeAlias = Callable[[int], LearningClient]
_METHODS = ("get_properties", "get_parameters", "fit", "evaluate")


def client_maker(name: str, model: str, data: Dataset, *, seed: int) -> ClientMaker | None:
    """What makes each worker's client: `factory(model, data, worker, seed)` of the module named.

    The working directory's modules are found too. None for no name. Raises UsageError where there
    is no such factory, or what it gives is no client of Flower's kind.
    """
    if not name:
        return None
    factory = _factory(name)

    def made(worker: int) -> LearningClient:
        client: LearningClient = factory(model, data, worker, seed)
        if missing := [one for one in _METHODS if not callable(getattr(client, one, None))]:
            raise UsageError(
                f"--client {name} gave a {type(client).__name__} without {missing[0]}: "
                "it needs the methods of flwr.client.NumPyClient"
            )
        return client

    made(0)  # what is wrong with it is said before a network is started
    return made


def _factory(name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise UsageError(f"--client {name!r}: write module:factory")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise UsageError(f"--client {name!r} can't be loaded: {error}") from error
    if not callable(found):
        raise UsageError(f"--client {name!r}: {attribute} can't be called")
    return found  # type: ignore[no-any-return]
