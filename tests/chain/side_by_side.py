"""Scenarios that mostly wait for blocks, run side by side; each test waits for its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

Scenario = Callable[[str, Path], None]
_AT_ONCE = 3


@contextmanager
def side_by_side(
    test: Callable[..., object],
    url: str,
    *,
    request: pytest.FixtureRequest,
    places: pytest.TempPathFactory,
) -> Iterator[dict[Scenario, Future[None]]]:
    """The scenarios among `test`'s parameters that were selected, each with a folder of its own."""
    wanted = [
        item.callspec.params["scenario"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test
    ]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        yield {each: pool.submit(each, url, places.mktemp(each.__name__[:20])) for each in wanted}
