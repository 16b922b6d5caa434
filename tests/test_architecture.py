"""The house rules that a machine can check: who imports whom, names, sizes, words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from system.paths import PROJECT_ROOT

_LONGEST = 300
_SOURCES = ("system/", "bench/", "contracts/", "locustfile.py")
# Hosts that may be named: loopback, credentials and hosts that tests make up, standards.
_HOSTS = re.compile(
    r"127\.0\.0\.1|localhost|\{LOOPBACK|\*\*\*|\w+:|[a-z]+$|evil\.example|"
    r"eips\.ethereum\.org|www\.apache\.org|www\.w3\.org"
)
# Written in parts, so that this file does not hold what it looks for.
_PLACES = re.compile(r"(?<![\w.])/(?:" + "|".join(("work", "root", "home", "tmp")) + r")(?:/|\b)")
_REGISTRIES = re.compile("|".join(("py" + "pi", "npm" + "js", "go" + "proxy", "arti" + "factory")))
_WITHOUT_LOCUST = """
import importlib, pkgutil, sys
import bench, system

skipped = ("bench.load", "bench.compare", "bench.micro")
names = [one.name for package in (bench, system)
         for one in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    if not name.startswith(skipped) and not name.endswith("__main__"):
        importlib.import_module(name)
"""
_COLLECT_BENCHMARKS = """
import sys
import pytest

pytest.main(["-q", "--collect-only", "bench/micro"])
"""
_PATCHED = """
print(sorted({"locust", "gevent"} & set(sys.modules)), file=sys.stderr)
"""


def _tracked() -> list[Path]:
    """What git holds, or would hold after `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [PROJECT_ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def _sources(suffix: str = "") -> list[Path]:
    return [
        path
        for path in _tracked()
        if _name(path).startswith(_SOURCES) and path.name.endswith(suffix)
    ]


def _name(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


def _text_lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        yield from enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    except UnicodeDecodeError:  # a picture
        return


def _found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{_name(path)}:{number}: {match.group()}"
        for path in paths
        for number, line in _text_lines(path)
        for match in [pattern.search(line)]
        if match
    ]


def _python(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
    )


def test_the_rooms_import_each_other_as_designed() -> None:
    checked = _python("from importlinter.cli import lint_imports_command as run; run()")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 broken" in checked.stdout


@pytest.mark.parametrize(
    "script", [_WITHOUT_LOCUST, _COLLECT_BENCHMARKS], ids=["bench.cli and the rest", "bench/micro"]
)
def test_nothing_but_the_swarm_imports_locust(script: str) -> None:
    done = _python(script + _PATCHED)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_swarm_imports_without_a_warning() -> None:
    done = _python("import locustfile")
    assert (done.returncode, done.stderr) == (0, "")


def test_no_file_names_a_place_of_one_machine() -> None:
    assert _found(_PLACES, _tracked()) == []


def test_no_file_names_a_download_address() -> None:
    assert _found(_REGISTRIES, _tracked()) == []
    hosts = re.compile(r"https?://(?!" + _HOSTS.pattern + r")[\w.-]+\.[a-z]{2,}")
    assert _found(hosts, _tracked()) == []


def test_no_source_is_longer_than_a_few_screens() -> None:
    sources = [*_sources(".py"), *_sources(".sol")]
    assert len(sources) > 100
    long = {_name(path): len(list(_text_lines(path))) for path in sources}
    assert {name: lines for name, lines in long.items() if lines > _LONGEST} == {}


def test_everything_public_says_what_it_is() -> None:
    silent = [name for path in _sources(".py") for name in _undocumented(path)]
    assert silent == []


def _undocumented(path: Path) -> list[str]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    is_test = path.name.startswith(("test_", "conftest"))
    is_empty = not module.body
    missing = [] if is_empty or ast.get_docstring(module) else [_name(path)]
    if is_test:
        return missing
    return missing + [f"{_name(path)}:{one.lineno} {one.name}" for one in _silent(module)]


def _silent(
    scope: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for one in scope.body:
        if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if one.name.startswith("_"):
            continue
        if ast.get_docstring(one) is None and not _is_declared_only(one):
            yield one
        if isinstance(one, ast.ClassDef):
            yield from _silent(one)


def _is_declared_only(one: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """A Protocol's member whose body is `...`: the class says what it is for."""
    return [type(line) for line in one.body] == [ast.Expr] and ast.unparse(one.body[0]) == "..."
