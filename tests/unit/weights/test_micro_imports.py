"""The micro benchmarks run in a process that nothing has patched."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
import bench.micro
names = sorted(module.name for module in pkgutil.iter_modules(bench.micro.__path__))
for name in names:
    importlib.import_module(f"bench.micro.{name}")
print(*names)
print(sorted({"locust", "gevent"} & set(sys.modules)))
"""


def test_micro_suites_import_neither_locust_nor_gevent():
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    names, patched = result.stdout.strip().splitlines()
    assert {"conftest", "test_codecs", "test_node_gas", "test_signing"} <= set(names.split())
    assert patched == "[]"
