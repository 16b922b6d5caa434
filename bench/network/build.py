"""The node's binary: the user's own, else built once from the pinned Go module and kept."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.network.lock import locked
from bench.network.toolchain import OWN_BINARY, Go, find_c_compiler, find_go
from system.errors import NetworkError, UsageError
from system.paths import NETWORK_DIR, cache_dir

VERSION = "22.7.4"
MODULE_DIR = NETWORK_DIR / "goquorum"
_MODULE_FILES = ("go.mod", "go.sum", "tools.go")
_PACKAGE = "github.com/ethereum/go-ethereum/cmd/geth"
# -checklinkname=0: a profiling dependency reaches into the runtime, which Go forbids since 1.23.
_FLAGS = ("-trimpath", "-ldflags=-s -w -checklinkname=0")
_OLD_FLAGS = ("-trimpath", "-ldflags=-s -w")
_LINE_CHARACTERS = 200


def geth_binary() -> Path:
    """A GoQuorum `geth` that runs: $QUORUM_GETH, else the cached build, else a fresh build.

    Raises UsageError if $QUORUM_GETH is not GoQuorum, NetworkError if the build fails.
    """
    own = os.environ.get("QUORUM_GETH")
    if own:
        return _checked_own(Path(own).expanduser())
    binary = cache_dir() / "geth" / build_key() / "geth"
    if not binary.exists():
        with locked(binary.parent / "lock", waiting_for="the build of GoQuorum"):
            if not binary.exists():
                _build(binary)
    return binary


def build_key() -> str:
    """What a cached build depends on, as 16 hex digits: module files, flags, machine."""
    digest = hashlib.sha256(repr((_FLAGS, platform.system(), platform.machine())).encode())
    for name in _MODULE_FILES:
        digest.update((MODULE_DIR / name).read_bytes())
    return digest.hexdigest()[:16]


def environment() -> dict[str, str]:
    """The environment that GoQuorum runs in."""
    # Without a private transaction manager it insists on being told so.
    return {**os.environ, "PRIVATE_CONFIG": "ignore"}


def quorum_version(binary: Path) -> str:
    """The GoQuorum version that a binary prints, "" if it is something else or does not run."""
    try:
        answer = subprocess.run(
            [binary, "version"],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = [line for line in answer.stdout.splitlines() if line.startswith("Quorum Version:")]
    return lines[0].partition(":")[2].strip() if lines else ""


def _checked_own(binary: Path) -> Path:
    if not binary.is_file() or not os.access(binary, os.X_OK):
        raise UsageError(f"QUORUM_GETH={binary} is no executable file; correct it or unset it")
    if not quorum_version(binary):
        raise UsageError(
            f"QUORUM_GETH={binary} prints no 'Quorum Version' when run as `geth version`; "
            "point it at a geth of GoQuorum or unset it"
        )
    return binary.absolute()


def _build(binary: Path) -> None:
    go = find_go()
    compiler = find_c_compiler()
    print(
        f"building GoQuorum {VERSION}, once, about 2 minutes (Go {go.version[0]}.{go.version[1]} "
        f"at {go.path}, C compiler {compiler}) …",
        file=sys.stderr,
        flush=True,
    )
    fresh = binary.with_name("geth.new")
    with tempfile.TemporaryDirectory(prefix="goquorum-") as scratch:
        # Go may touch go.sum, and a checkout must stay clean.
        for name in _MODULE_FILES:
            shutil.copy(MODULE_DIR / name, scratch)
        _compile(go, compiler, Path(scratch), fresh)
    if quorum_version(fresh) != VERSION:
        fresh.unlink()
        raise NetworkError(
            f"the build does not run as GoQuorum {VERSION}; try another Go, {OWN_BINARY}"
        )
    fresh.replace(binary)


def _compile(go: Go, compiler: str, scratch: Path, output: Path) -> None:
    log = output.with_name("build.log")
    flags = _FLAGS if go.version >= (1, 23) else _OLD_FLAGS
    with log.open("w") as out:
        done = subprocess.run(
            [go.path, "build", *flags, "-o", output, _PACKAGE],
            cwd=scratch,
            env=_build_environment(compiler),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    if done.returncode != 0:
        raise NetworkError(failure(log.read_text(errors="replace"), log))


def _build_environment(compiler: str) -> dict[str, str]:
    settings = {
        "GOTOOLCHAIN": "local",  # never fetch another Go
        "GOFLAGS": "-mod=mod",
        "GOWORK": "off",
        "CGO_ENABLED": "1",
        "CC": compiler,
    }
    return {**os.environ, **settings}


def failure(output: str, log: Path) -> str:
    """The one line that says how a build failed: the compiler's last lines, and what to do."""
    lines = [line.strip()[:_LINE_CHARACTERS] for line in output.splitlines() if line.strip()]
    said = " / ".join(lines[-3:]) or "no output"
    return f"building GoQuorum {VERSION} failed: {said} (all of it in {log}); {_cure(output)}"


def _cure(output: str) -> str:
    if any(sign in output for sign in ("dial tcp", "no such host", "proxyconnect", "Forbidden")):
        return (
            f"Go fetches modules on the first build: check the connection and GOPROXY, {OWN_BINARY}"
        )
    if "no space left" in output:
        return f"free some disk space, {OWN_BINARY}"
    return f"check that the C compiler and Go work, {OWN_BINARY}"
