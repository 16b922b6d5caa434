"""Where the compiler comes from, on machines with this and that; stand-ins need no network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import solcx

from system.chain import solc
from system.chain.solc import CompilerMissing, find_node, solc_binary, solc_version, write_wrapper
from system.paths import cache_dir

# What solc.js prints: its version, or the notice and JSON that is longer than a pipe holds.
OUTPUT = {"contracts": {"A.sol": {"A": {"text": ">>> not a notice " + "x" * 200_000}}}}
SOLC_JS = f"""\
import json, os, sys
os.set_blocking(0, False)
if "--version" in sys.argv:
    print("{solc_version()}+commit.73712a01.Emscripten.clang")
elif "--fail" in sys.argv:
    sys.exit(3)
else:
    assert json.load(sys.stdin)["language"] == "Solidity"
    print(">>> Cannot retry compilation with SMT because there are no SMT solvers available.")
    print(json.dumps({OUTPUT!r}))
"""
NPM = """\
#!/bin/sh
test "$1" = ci && test -f package-lock.json || exit 1
mkdir -p node_modules/solc && cp {script} node_modules/solc/solc.js
"""


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """No compiler, no Node, and a download that is refused at once."""
    empty = tmp_path / "nothing"
    empty.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(empty))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(solc.shutil, "which", lambda name: None)
    monkeypatch.setattr(solc, "_beside_python", lambda: empty / "node")


@pytest.fixture
def script(tmp_path) -> Path:
    path = tmp_path / "solc.js"
    path.write_text(SOLC_JS)
    return path


@pytest.fixture
def node(tmp_path, script, monkeypatch) -> Path:
    """A Node that runs Python and an npm that puts the stand-in for solc.js in its place."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "node").symlink_to(sys.executable)
    (folder / "npm").write_text(NPM.format(script=script))
    (folder / "npm").chmod(0o755)
    monkeypatch.setattr(solc.shutil, "which", lambda name: str(folder / name))
    return folder / "node"


def test_the_version_is_pinned_once_and_locked():
    lock = json.loads((solc._PACKAGE_DIR / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages["node_modules/solc"]["version"] == solc_version()
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_the_wrapper_drops_the_notice_and_nothing_else(tmp_path, script):
    wrapper = tmp_path / "a folder" / "solc"
    wrapper.parent.mkdir()
    write_wrapper(wrapper, node=Path(sys.executable), script=script)
    answer = solcx.compile_standard(
        {"language": "Solidity", "sources": {"A.sol": {"content": ""}}}, solc_binary=wrapper
    )
    assert answer == OUTPUT


def test_the_wrapper_passes_on_more_than_a_pipe_holds(tmp_path, script):
    wrapper = tmp_path / "solc"
    write_wrapper(wrapper, node=Path(sys.executable), script=script)
    sources = {"A.sol": {"content": "//" + "x" * 500_000}}
    answer = solcx.compile_standard(
        {"language": "Solidity", "sources": sources}, solc_binary=wrapper
    )
    assert answer == OUTPUT


def test_the_wrapper_passes_a_failure_on(tmp_path, script):
    wrapper = tmp_path / "solc"
    write_wrapper(wrapper, node=Path(sys.executable), script=script)
    assert subprocess.run([wrapper, "--fail"]).returncode == 3


def test_a_compiler_that_py_solc_x_has_comes_first(tmp_path, monkeypatch, node):
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path / "solcx"))
    native = tmp_path / "solcx" / f"solc-v{solc_version()}"
    native.parent.mkdir()
    native.write_text("#!/bin/sh\n")
    assert solc_binary() == native


def test_the_npm_package_is_installed_once(node):
    binary = solc_binary()
    assert binary.is_relative_to(cache_dir())
    (node.parent / "npm").unlink()
    assert solc_binary() == binary


def test_a_wrapper_whose_node_has_gone_is_written_anew(node):
    binary = solc_binary()
    write_wrapper(binary, node=node.parent / "gone", script=node)
    assert solc_binary() == binary
    assert solc_version() in subprocess.check_output([binary, "--version"], text=True)


def test_a_wrapper_of_an_earlier_version_is_written_anew(node):
    binary = solc_binary()
    current = binary.read_text()
    binary.write_text(current.replace("$input", "$stdin"))
    assert solc_binary().read_text() == current


def test_no_node_names_the_cure():
    with pytest.raises(CompilerMissing, match=r"install Node\.js, or run `make setup`") as raised:
        solc_binary()
    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)


def test_a_failing_npm_is_told_in_its_last_line(node):
    (node.parent / "npm").write_text("#!/bin/sh\necho one >&2\necho no registry >&2\nexit 1\n")
    with pytest.raises(CompilerMissing, match=r"`npm ci` failed \(no registry\)"):
        solc_binary()
    assert [path.name for path in cache_dir().iterdir()] == []


def test_a_node_without_npm_is_passed_over(tmp_path, node, monkeypatch):
    wheel = tmp_path / "wheel"
    wheel.mkdir()
    for name in ("node", "npm"):
        (wheel / name).touch()
    (node.parent / "npm").unlink()
    monkeypatch.setattr(solc, "_beside_python", lambda: wheel / "node")
    assert find_node() == wheel / "node"
