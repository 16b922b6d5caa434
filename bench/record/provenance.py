"""Where a run comes from: machine, versions, commit and command line, read as it starts."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.record.schema import Machine, RunMeta

# The packages whose versions change what is measured.
_PACKAGES = (
    *("weighbridge", "web3", "locust", "gevent", "geventhttpclient", "coincurve", "pycryptodome"),
    *("orjson", "numpy", "pandas", "scipy", "py-solc-x", "zstandard"),
)
_CREDENTIALS = re.compile(r'(?<=://)[^/\s"<>]*@')


def run_meta(
    *,
    run: str,
    argv: Sequence[str],
    plan: Mapping[str, Any],
    seed: int,
    client_version: str | None = None,
) -> RunMeta:
    """The facts of a run that starts now on this machine, from this working tree."""
    commit, dirty = _commit()
    return RunMeta(
        run=run,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        argv=[without_credentials(argument) for argument in argv],
        plan=_without_credentials(dict(plan)),
        commit=commit,
        dirty=dirty,
        machine=machine(),
        versions=versions(),
        client_version=client_version,
        seed=seed,
    )


def without_credentials(text: str) -> str:
    """The text with user and password of every URL in it masked."""
    return _CREDENTIALS.sub("***@", text)


def _without_credentials(value: Any) -> Any:
    if isinstance(value, str):
        return without_credentials(value)
    if isinstance(value, Mapping):
        return {str(key): _without_credentials(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_credentials(one) for one in value]
    return value


def machine() -> Machine:
    """This machine; `memory_bytes` is None where the system does not say."""
    return Machine(
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        memory_bytes=_memory_bytes(),
        os=platform.platform(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def versions() -> dict[str, str]:
    """The installed versions of the packages that matter to a measurement."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), "") or platform.processor() or platform.machine()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _commit() -> tuple[str | None, bool | None]:
    """The commit this code was checked out at and whether files differ; None without git."""
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return None, None
    status = _git("status", "--porcelain", "--untracked-files=no")
    return commit, None if status is None else bool(status)


def _git(*arguments: str) -> str | None:
    here = Path(__file__).resolve().parent
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=here, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
