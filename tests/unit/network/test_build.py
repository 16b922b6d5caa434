from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from bench.network import build, toolchain
from system.errors import NetworkError, UsageError


def _program(path: Path, says: str, code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\nexit {code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing of use: empty PATH, a venv without Go, an empty cache."""
    venv = tmp_path / "venv" / "bin"
    venv.mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "cat"):
        (tmp_path / "bin" / tool).symlink_to(f"/bin/{tool}")
    monkeypatch.setattr(sys, "executable", str(venv / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("QUORUM_GETH", raising=False)
    monkeypatch.delenv("CC", raising=False)
    return tmp_path


def test_go_on_the_path_comes_first(machine: Path) -> None:
    on_path = _program(machine / "bin" / "go", "go version go1.26.8 linux/amd64")
    _program(machine / "venv" / "bin" / "go", "go version go1.27.3 linux/amd64")

    assert toolchain.find_go() == toolchain.Go(on_path, (1, 26))


def test_the_wheels_go_lies_beside_python_though_not_on_the_path(machine: Path) -> None:
    beside = _program(machine / "venv" / "bin" / "go", "go version go1.27.3 linux/amd64")

    assert toolchain.find_go() == toolchain.Go(beside, (1, 27))


@pytest.mark.parametrize("says", ["go version go1.20.14 linux/amd64", "no such thing"])
def test_a_go_that_is_of_no_use_is_passed_over(machine: Path, says: str) -> None:
    _program(machine / "bin" / "go", says)
    beside = _program(machine / "venv" / "bin" / "go", "go version go1.27.3 linux/amd64")

    assert toolchain.find_go().path == beside


def test_without_go_the_cure_is_named_and_the_old_one_too(machine: Path) -> None:
    old = _program(machine / "bin" / "go", "go version go1.9 linux/amd64")

    with pytest.raises(NetworkError, match=r"install Go, or run `make setup`") as caught:
        toolchain.find_go()

    assert f"{old} is too old" in str(caught.value)


def test_the_environments_compiler_comes_first(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(machine / "bin" / "gcc", "")
    mine = _program(machine / "my-cc", "")
    monkeypatch.setenv("CC", f"{mine} -m64")

    assert toolchain.find_c_compiler() == f"{mine} -m64"


@pytest.mark.parametrize("name", ["gcc", "cc", "clang"])
def test_a_compiler_on_the_path_is_found(machine: Path, name: str) -> None:
    _program(machine / "bin" / name, "")

    assert toolchain.find_c_compiler() == name


def test_without_a_compiler_the_zig_of_the_wheel_is_one(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = machine / "site" / "ziglang"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(machine / "site"))

    assert toolchain.find_c_compiler() == f"{package / 'zig'} cc"


def test_without_any_compiler_the_cure_is_named(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ziglang", None)

    with pytest.raises(NetworkError, match="install gcc or clang"):
        toolchain.find_c_compiler()


def test_a_binary_of_ones_own_is_used(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = _program(machine / "own-geth", "Geth\nQuorum Version: 22.7.4")
    monkeypatch.setenv("QUORUM_GETH", str(own))

    assert build.geth_binary() == own


@pytest.mark.parametrize("kind", ["missing", "not executable", "another program", "a folder"])
def test_a_binary_of_ones_own_that_is_not_quorum_is_refused(
    machine: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    own = machine / "own-geth"
    if kind == "another program":
        _program(own, "Geth\nVersion: 1.10.3-stable")
    elif kind == "not executable":
        own.write_text("Quorum Version: 22.7.4")
    elif kind == "a folder":
        own.mkdir()
    monkeypatch.setenv("QUORUM_GETH", str(own))

    with pytest.raises(UsageError, match="QUORUM_GETH"):
        build.geth_binary()


def test_a_build_is_made_once_and_kept(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _go_that_builds(machine, "Quorum Version: 22.7.4")
    _program(machine / "bin" / "gcc", "")

    first = build.geth_binary()
    assert "building GoQuorum 22.7.4, once" in capsys.readouterr().err
    (machine / "bin" / "go").unlink()
    again = build.geth_binary()

    assert first == again
    assert first.is_relative_to(machine / "cache" / "weighbridge" / "geth")
    assert os.access(first, os.X_OK)
    assert capsys.readouterr().err == ""


def test_a_build_that_is_not_the_pinned_version_is_thrown_away(machine: Path) -> None:
    _go_that_builds(machine, "Quorum Version: 1.0.0")
    _program(machine / "bin" / "gcc", "")

    with pytest.raises(NetworkError, match="does not run as GoQuorum"):
        build.geth_binary()

    assert not list((machine / "cache").rglob("geth.new"))


def test_a_failed_build_says_what_the_compiler_said_and_what_to_do(machine: Path) -> None:
    _program(machine / "bin" / "gcc", "")
    path = machine / "bin" / "go"
    path.write_text(
        "#!/bin/sh\n[ $1 = version ] && echo go version go1.26.8 linux/amd64 && exit 0\n"
        "echo first; echo '# github.com/x'; echo 'x.c:3: error: wrong'\nexit 1\n"
    )
    path.chmod(0o755)

    with pytest.raises(NetworkError, match=r"x\.c:3: error: wrong") as caught:
        build.geth_binary()

    assert "check that the C compiler and Go work, or set QUORUM_GETH" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_build_without_the_network_says_so() -> None:
    told = build.failure("go: x@v1: dial tcp: lookup host: no such host", Path("build.log"))

    assert "check the connection and GOPROXY" in told


def test_the_cache_key_changes_with_the_module_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = build.build_key()
    for name in ("go.mod", "go.sum", "tools.go"):
        (tmp_path / name).write_bytes((build.MODULE_DIR / name).read_bytes())
    monkeypatch.setattr(build, "MODULE_DIR", tmp_path)
    same = build.build_key()
    (tmp_path / "go.sum").write_text("other")

    assert same == before
    assert build.build_key() != before


def _go_that_builds(machine: Path, says: str) -> None:
    """A `go` whose build writes a program that says this, if it is called as it should be."""
    path = machine / "bin" / "go"
    path.write_text(
        "#!/bin/sh\n"
        "[ $1 = version ] && echo go version go1.26.8 linux/amd64 && exit 0\n"
        "[ $CGO_ENABLED = 1 ] && [ $GOTOOLCHAIN = local ] && [ $CC = gcc ] || exit 3\n"
        'while [ "$1" != -o ]; do shift; done\n'
        f'echo "#!/bin/sh" > "$2"; echo "echo {says}" >> "$2"\n'
        'while read line; do echo "$line"; done < go.mod > /dev/null || exit 4\n'
        '/bin/chmod 755 "$2"\n'
    )
    path.chmod(0o755)
