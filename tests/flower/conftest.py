"""Tests against the real Flower, which run where it is installed.

Its pins (rich, typer, packaging) rule out an environment with ours, so the extra `flower` goes into
one of its own, without constraints.txt; elsewhere these tests are not collected.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

collect_ignore = [] if find_spec("flwr") else ["test_flower.py"]


def pytest_configure(config: pytest.Config) -> None:
    """Let Flower's older typer warn about the newer click."""
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:typer")
