"""Which mechanism is taken, what is said of the others, and that nothing runs without one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from system.bounties.isolation import Limits, NoIsolation, choice, found, granted, isolated
from system.bounties.isolation.__main__ import main
from system.bounties.isolation.cell import Cell
from system.bounties.isolation.choice import tried
from system.bounties.isolation.container import IMAGE, Container
from system.bounties.isolation.limits import MIB
from system.bounties.task import written
from system.errors import UsageError
from system.paths import PROJECT_ROOT
from tests.unit.bounties.cells import AVAILABLE, SMALL

TASK = written(
    {"a.py": b"open('ran', 'w')"}, name="a", entry="a.py", evaluation=bytes(32), limits=SMALL
)


@dataclass(frozen=True)
class Broken:
    """A mechanism that says that it is there, and fails in its own way."""

    words: tuple[str, ...] = ("sh", "-c", "echo no namespaces here >&2; exit 1")
    lacks: str | None = None
    name: str = "broken"

    def missing(self) -> str | None:
        """What it was told to say."""
        return self.lacks

    def command(self, cell: Cell) -> list[str]:
        """The words it was given."""
        return list(self.words)

    def end(self, cell: Cell) -> None:
        """Nothing is left."""


def test_this_machine_shuts_tasks_in_or_runs_none():
    if AVAILABLE:
        assert found() is AVAILABLE[0]
        return
    with pytest.raises(NoIsolation):
        found()
    words = "no isolation works here, the refusal alone was tested: install bubblewrap"
    pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)


@pytest.mark.parametrize(
    ("mechanism", "reason"),
    [
        (Broken(), "a trial failed: no namespaces here"),
        (Broken(lacks="not installed: install it"), "not installed: install it"),
        (Broken(("true",)), "a trial failed: crashed"),
        (Broken(("no-such-program-anywhere",)), "a trial failed: "),
    ],
)
def test_a_mechanism_that_only_seems_to_be_there_is_not_taken(mechanism, reason):
    assert reason in tried(mechanism).failure
    with pytest.raises(NoIsolation) as refused:
        found([mechanism])
    assert reason in str(refused.value)
    assert "--unsafe-run-tasks-without-isolation" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 2


def test_without_isolation_nothing_of_a_task_runs(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("system.bounties.isolation.entry.found", lambda: found([Broken()]))
    with pytest.raises(NoIsolation):
        isolated(TASK, limits=SMALL, inputs={}, seed=0)
    assert list(tmp_path.iterdir()) == []


def test_the_first_that_works_is_taken():
    if AVAILABLE:
        assert found([Broken(), *AVAILABLE[::-1]]) is AVAILABLE[-1]
    else:
        with pytest.raises(NoIsolation):
            found([Broken(), Broken(lacks="x")])


def test_the_command_tells_of_each_mechanism(capsys):
    code = main()
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    names = [one.name for one in choice.MECHANISMS]
    assert [line.split()[0] for line in lines[: len(names)]] == names
    assert code == (0 if AVAILABLE else 2)
    assert ("tasks run by" in printed.out) is bool(AVAILABLE)


def test_the_command_runs_by_its_name():
    done = subprocess.run(
        [sys.executable, "-m", "system.bounties.isolation"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == (0 if AVAILABLE else 2), done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_says_that_there_is_none(monkeypatch, capsys):
    monkeypatch.setattr("system.bounties.isolation.__main__.MECHANISMS", (Broken(),))
    monkeypatch.setattr("system.bounties.isolation.__main__.found", lambda: found([Broken()]))
    assert main() == 2
    printed = capsys.readouterr()
    assert "broken      no: a trial failed: no namespaces here" in printed.out
    assert "install bubblewrap" in printed.err


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_a_container_has_no_network_no_rights_and_limits(engine, tmp_path):
    cell = Cell("cell-1", tmp_path / "t", "a.py", tmp_path / "i", tmp_path / "r", 3, SMALL)
    words = Container(engine).command(cell)
    line = " ".join(words[: words.index(IMAGE)])
    assert words[:3] == [engine, "run", "--rm"]
    for part in (
        "--name cell-1",
        "--pull never",
        "--network none",
        "--read-only",
        "--cap-drop ALL",
        "--security-opt no-new-privileges",
        "--user 65534:65534",
        f"--pids-limit {SMALL.processes + 5}",
        f"--memory {212 * MIB} --memory-swap {212 * MIB}",
        "--cpus 1",
        "--ulimit core=0",
        f"source={tmp_path / 't'},target=/task,readonly",
        f"--tmpfs /scratch:rw,nosuid,nodev,mode=1777,size={8 * MIB}",
    ):
        assert part in line
    assert "privileged" not in line.replace("no-new-privileges", "")
    mounts = [word for word in words if word.startswith("type=bind")]
    assert all(word.endswith(",readonly") for word in mounts)
    assert not any(f"source={Path.home()}," in word or "docker.sock" in word for word in mounts)


_ENGINE = """#!/bin/sh
echo "$@" >> {log}
case "$1 $2" in
  "image inspect") exit {inspected};;
  *) exit {other};;
esac
"""


def engine(folder: Path, *, inspected: int, other: int) -> list[str]:
    """An engine that writes down what it is asked; the list is filled as it is read again."""
    path = folder / "podman"
    log = folder / "log"
    path.write_text(_ENGINE.format(log=log, inspected=inspected, other=other), encoding="utf-8")
    path.chmod(0o755)
    return [str(log)]


def test_an_engine_that_does_not_answer_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    engine(tmp_path, inspected=1, other=1)
    assert "does not answer" in Container("podman").missing()


def test_an_engine_gets_the_empty_image_once(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (log,) = engine(tmp_path, inspected=1, other=0)
    assert Container("podman").missing() is None
    assert Path(log).read_text(encoding="utf-8").splitlines()[-1] == f"import - {IMAGE}"
    engine(tmp_path, inspected=0, other=0)
    Path(log).unlink()
    assert Container("podman").missing() is None
    assert "import" not in Path(log).read_text(encoding="utf-8")


def test_a_container_is_removed_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (log,) = engine(tmp_path, inspected=0, other=0)
    Container("podman").end(Cell("cell-1", tmp_path, "a.py", tmp_path, tmp_path, 0, SMALL))
    assert Path(log).read_text(encoding="utf-8") == "rm --force cell-1\n"


def test_an_engine_that_is_not_installed_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Container("docker").missing() == "no docker on PATH: install it"


@pytest.mark.parametrize(
    "change",
    [{"time_s": 0}, {"processes": -1}, {"memory_bytes": 1.5}, {"cpu_s": True}, {"file_bytes": "1"}],
)
def test_limits_that_are_none_are_refused(change):
    with pytest.raises(UsageError, match=next(iter(change))):
        replace(Limits(), **change)


def test_a_task_gets_what_it_wants_where_that_is_allowed():
    assert granted(SMALL, Limits()) == SMALL
    with pytest.raises(UsageError, match=f"memory_bytes = {2048 * MIB}"):
        granted(Limits(memory_bytes=2048 * MIB), Limits())
