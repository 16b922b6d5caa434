"""A guard ends what it watches once the command that started it is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench.network.guard import guarding, stand
from bench.network.process import ProcessId, is_alive

_SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
_PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
child.wait()
"""
_COMMAND = """
import os, signal, subprocess, sys
from pathlib import Path
import psutil
from bench.network.guard import guarding
from bench.network.process import ProcessId

with guarding(Path(sys.argv[1])) as watch:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    watch(ProcessId(child.pid, psutil.Process(child.pid).create_time()))
    print(child.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def sleeper() -> Iterator[ProcessId]:
    """A process that does nothing for a while."""
    with subprocess.Popen(_SLEEP) as process:
        yield _id(process.pid)
        process.kill()


def _id(pid: int) -> ProcessId:
    return ProcessId(pid, psutil.Process(pid).create_time())


def _line(one: ProcessId) -> str:
    return f"{one.pid} {one.created_s!r}\n"


def test_a_closed_pipe_ends_what_is_watched_and_its_children(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child, watched = _id(int(parent.stdout.readline())), _id(parent.pid)
        stand([_line(watched)], str(place))
        assert not is_alive(watched)
        assert not is_alive(child)
    assert not place.exists()


def test_a_release_ends_nothing(sleeper: ProcessId, tmp_path: Path) -> None:
    stand([_line(sleeper), "released\n"], str(tmp_path))
    assert is_alive(sleeper)
    assert tmp_path.exists()


def test_another_process_with_the_same_number_is_left_alone(sleeper: ProcessId) -> None:
    stand([_line(ProcessId(sleeper.pid, sleeper.created_s - 3600))], "")
    assert is_alive(sleeper)


def test_the_blocks_normal_end_lets_go(sleeper: ProcessId, tmp_path: Path) -> None:
    with guarding(tmp_path) as watch:
        watch(sleeper)
    assert is_alive(sleeper)
    assert tmp_path.exists()


def test_a_command_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir()
    command = [sys.executable, "-c", _COMMAND, str(place)]
    killed = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    assert killed.returncode == -9
    try:
        child = psutil.Process(int(killed.stdout))
    except psutil.NoSuchProcess:
        return
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
