"""Hostile tasks that try to take more than they are given, or to stay."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from system.bounties.isolation import Isolation, Outcome
from system.bounties.isolation import watch as watch_module
from system.bounties.isolation.limits import MIB
from system.paths import PROJECT_ROOT
from tests.unit.bounties.cells import AVAILABLE, NAMES, ONE, SMALL, UNCONFINED, run, said, survivors

every_mechanism = pytest.mark.parametrize("mechanism", AVAILABLE, ids=NAMES)
SHORT = replace(SMALL, time_s=0.4)

# Each looks at its limits first: a mechanism that sets none must not be tried on this machine.
_CAREFUL = """
import resource
def at_most(which, most):
    assert 0 < resource.getrlimit(which)[0] <= most, "no limit is set: not tried"
at_most(resource.RLIMIT_NPROC, 4096 if os.path.exists("/proc/1") else 16)
at_most(resource.RLIMIT_AS, 2**30)
at_most(resource.RLIMIT_FSIZE, 2**22)
at_most(resource.RLIMIT_CPU, 10)
"""
_GREEDY = {
    "sleeps": ("time.sleep(600)", "time"),
    "works": ("while True: pass", "time"),
    "ignores signals": (
        "import signal\n"
        "for one in (15, 2, 1, 24): signal.signal(one, signal.SIG_IGN)\n"
        "while True: time.sleep(1)",
        "time",
    ),
    "forks": ("while True: os.fork()", "processes"),
    "forks on": (
        "while True:\n  try: os.fork()\n  except OSError: time.sleep(0.01)",
        "processes",
    ),
    "asks for 10 GB": ("bytearray(10 * 2**30)", "memory"),
    "grows": ("kept = []\nwhile True: kept.append(bytearray(2**22)); time.sleep(0.002)", "memory"),
    "grows in parts": (
        # A container's kernel ends one of them, and the rest go on: the first has to ask.
        "for _ in range(2): os.fork()\n"
        "kept = [bytearray(2**22) for _ in range(20)]\n"
        "time.sleep(2)\n"
        "try:\n"
        "  while not os.wait()[1]: pass\n"
        "  raise MemoryError\n"
        "except ChildProcessError: pass",
        "memory",
    ),
    "fills the results": (
        "for n in range(99):\n"
        '  with open(f"{RESULTS}/{n}.json", "wb") as file: file.write(bytes(2**20))',
        "output size",
    ),
    "fills the scratch": (
        "for n in range(99):\n"
        "  with open(f\"{os.environ['TMPDIR']}/{n}\", 'wb') as file: file.write(bytes(2**20))",
        "output size",
    ),
    "makes a million files": (
        "for n in range(10**6): open(f\"{os.environ['TMPDIR']}/{n}\", 'w').close()",
        "output size",
    ),
    "makes a million results": (
        'for n in range(10**6): open(f"{RESULTS}/{n}.json", "w").close()',
        "output size",
    ),
}
_OTHERS = {
    "starts threads": (
        "import threading\n"
        "while True: threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "processes",
    ),
    "writes a large file": (
        'with open(RESULTS + "/a.json", "wb") as file:\n  while True: file.write(bytes(2**16))',
        "file size",
    ),
    "has too many results": (
        'for n in range(9): open(f"{RESULTS}/{n}.json", "w").close()',
        "output size",
    ),
    "raises": ("raise ValueError('no')", "crashed"),
    "aborts": ("os.abort()", "crashed"),
}


@every_mechanism
@pytest.mark.parametrize(("program", "outcome"), _GREEDY.values(), ids=_GREEDY)
def test_a_task_that_takes_too_much_is_ended(
    mechanism: Isolation, program: str, outcome: str
) -> None:
    limits = SHORT if outcome == "time" else SMALL
    done = run(mechanism, f"{_CAREFUL}\n{program}", limits=limits)
    assert done.outcome == outcome, done
    assert not done.results


@pytest.mark.parametrize("mechanism", ONE, ids=NAMES[:1])
@pytest.mark.parametrize(("program", "outcome"), _OTHERS.values(), ids=_OTHERS)
def test_a_task_that_does_not_end_well_has_no_results(
    mechanism: Isolation, program: str, outcome: str
) -> None:
    done = run(mechanism, f"say(1)\n{_CAREFUL}\n{program}")
    assert (done.outcome, done.results) == (outcome, {})


@every_mechanism
def test_processor_time_is_limited_by_itself(mechanism: Isolation) -> None:
    done = run(mechanism, _CAREFUL + "while True: pass", limits=replace(SMALL, cpu_s=1))
    assert done.outcome is Outcome.TIME
    assert done.cpu_s > 0.5


@every_mechanism
def test_the_disk_of_this_machine_takes_nothing(mechanism: Isolation) -> None:
    program = "say([os.statvfs(one).f_blocks * os.statvfs(one).f_frsize for one in (P, Q)])"
    places = 'P, Q = RESULTS, os.environ["TMPDIR"]\n'
    results, scratch = said(mechanism, places + program)
    assert results <= SMALL.output_bytes + MIB
    assert scratch <= SMALL.scratch_bytes


_DAEMON = """
import subprocess
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sleep = [sys.executable, "-S", "-c", "import time; time.sleep(99)", MARKER]
        os.execv(sys.executable, sleep)
    os._exit(0)
time.sleep(0.2)
say("done")
"""


@pytest.mark.parametrize("mechanism", [*AVAILABLE, UNCONFINED], ids=[*NAMES, "unconfined"])
def test_a_daemon_is_gone_with_its_task(mechanism: Isolation) -> None:
    marker = secrets.token_hex(8)
    assert said(mechanism, f"MARKER = {marker!r}\n" + _DAEMON) == "done"
    assert survivors(marker) == []


_CLIENT = """
import sys
from dataclasses import replace
from tests.unit.bounties.cells import AVAILABLE, SMALL, run
mechanism = next(one for one in AVAILABLE if one.name == sys.argv[1])
marker = sys.argv[2]
run(mechanism, "os.execv(sys.executable, [sys.executable, '-S', '-c', "
    "'import time; time.sleep(99)', " + repr(marker + "-task") + "])",
    limits=replace(SMALL, time_s=90))
"""


@every_mechanism
def test_a_task_dies_with_its_client(mechanism: Isolation, tmp_path: Path) -> None:
    marker = secrets.token_hex(8)
    words = [sys.executable, "-c", _CLIENT, mechanism.name, marker]
    place = {**os.environ, "TMPDIR": str(tmp_path)}  # who is killed cleans nothing up
    client = subprocess.Popen(words, cwd=PROJECT_ROOT, env=place, start_new_session=True)
    _until(lambda: survivors(marker + "-task"))
    os.kill(client.pid, signal.SIGKILL)
    client.wait()
    _until(lambda: not survivors(marker + "-task"))


def _until(condition) -> None:
    deadline_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_what_does_not_end_by_itself_is_killed_from_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch_module, "_START_S", 0.1)
    marker = f"9{secrets.randbelow(10**8)}.5"
    script = f"sleep {marker} & sleep {marker}"
    seen = watch_module.watched(["sh", "-c", script], replace(SMALL, time_s=0.2))
    assert seen.killed is Outcome.TIME
    assert survivors(marker) == []


def test_a_pipe_that_somebody_keeps_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "_START_S", 0.1)
    monkeypatch.setattr(watch_module, "_PATIENCE_S", 0.1)
    marker = f"9{secrets.randbelow(10**8)}.5"
    script = f"setsid -f sleep {marker}; sleep 90"
    seen = watch_module.watched(["sh", "-c", script], replace(SMALL, time_s=0.2))
    assert seen.killed is Outcome.TIME
    (stray,) = survivors(marker)
    stray.kill()  # it is no child of the command any more: nobody waited for it


def test_a_report_without_end_is_cut_off() -> None:
    seen = watch_module.watched(["cat", "/dev/zero"], SMALL)
    assert seen.killed is Outcome.OUTPUT_SIZE
    assert len(seen.report) < 2 * SMALL.output_bytes


@pytest.mark.parametrize("mechanism", ONE, ids=NAMES[:1])
def test_a_log_without_end_keeps_its_end(mechanism: Isolation) -> None:
    program = "for n in range(40000): print('\\x1b[2J line', n)\nprint('the last')"
    done = run(mechanism, program)
    assert done.outcome is Outcome.FINISHED
    assert done.log.endswith("the last\n")
    assert len(done.log) <= watch_module.LOG_BYTES
    assert "\x1b" not in done.log


def test_unconfined_time_and_memory_are_limited() -> None:
    assert run(UNCONFINED, _CAREFUL + "time.sleep(60)", limits=SHORT).outcome is Outcome.TIME
    assert run(UNCONFINED, _CAREFUL + "bytearray(10 * 2**30)").outcome is Outcome.MEMORY
