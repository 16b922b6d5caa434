"""The micro benchmarks run in a process that nothing has patched."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import bench.micro.test_codecs, bench.micro.test_signing
print(sorted({"locust", "gevent"} & set(sys.modules)))
"""


def test_micro_suites_import_neither_locust_nor_gevent():
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
