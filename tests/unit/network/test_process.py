from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench.network.logs import Tail, last_errors, last_lines
from bench.network.ports import free_ports
from bench.network.process import ProcessId, end, is_alive, kill, spawn


def _sleeper(tmp_path: Path) -> ProcessId:
    return spawn(["/bin/sleep", "60"], os.environ, tmp_path / "log")


def test_a_process_is_ended_and_reaped(tmp_path: Path) -> None:
    process = _sleeper(tmp_path)
    assert is_alive(process)

    assert end([process]) == 1

    assert not is_alive(process)
    assert end([process]) == 0


def test_a_recycled_number_is_neither_alive_nor_ended(tmp_path: Path) -> None:
    process = _sleeper(tmp_path)
    earlier = replace(process, created_s=process.created_s - 1_000)
    try:
        assert not is_alive(earlier)
        assert end([earlier]) == 0
        kill(earlier)
        assert is_alive(process)
    finally:
        end([process])


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
    process = spawn(["/bin/sh", "-c", script], os.environ, tmp_path / "log")
    while "ready" not in last_lines(tmp_path / "log", 1):
        time.sleep(0.01)

    assert end([process], patience_s=0.2) == 1

    assert not is_alive(process)


def test_a_process_that_ended_by_itself_is_not_alive(tmp_path: Path) -> None:
    process = spawn(["/bin/sh", "-c", "echo out; echo err >&2"], os.environ, tmp_path / "log")
    while is_alive(process):
        time.sleep(0.01)

    assert sorted(last_lines(tmp_path / "log", 9)) == ["err", "out"]


def test_free_ports_differ() -> None:
    assert len(set(free_ports(50))) == 50


def test_errors_are_told_before_other_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("INFO a\nFatal: Failed   to listen\nINFO b\n")

    assert last_errors(log) == "Fatal: Failed to listen"


@pytest.mark.parametrize(
    ("text", "told"), [("INFO a\nINFO b\n", "INFO a / INFO b"), ("", "it is empty")]
)
def test_without_errors_the_last_lines_are_told(tmp_path: Path, text: str, told: str) -> None:
    log = tmp_path / "log"
    log.write_text(text)

    assert last_errors(log) == told


def test_a_tail_gives_whole_new_lines_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("old\n")
    tail = Tail(log)
    with log.open("a") as file:
        file.write("new\nhalf")
        file.flush()
        assert tail.more() == ["new"]
        file.write(" line\n")
    assert tail.more() == ["half line"]
    assert tail.more() == []

    log.unlink()
    assert tail.more() == []
