"""Hostile tasks that try to reach what is outside; the same ones do reach it unconfined."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from system.bounties.isolation import Isolation
from tests.unit.bounties.cells import AVAILABLE, NAMES, UNCONFINED, Unfiltered, run, said

every_mechanism = pytest.mark.parametrize("mechanism", AVAILABLE, ids=NAMES)
# The namespaces have to hold by themselves too: not every machine has the filter.
with_and_without_filter = pytest.mark.parametrize(
    "mechanism",
    [*AVAILABLE, *map(Unfiltered, AVAILABLE)],
    ids=lambda one: one.name,
)


class _Listeners:
    """Sockets of this machine, and the programs that speak to them."""

    def __init__(self, folder: Path) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.unix = socket.socket(socket.AF_UNIX)
        self.abstract = socket.socket(socket.AF_UNIX)
        self.path, self.hidden = str(folder / "s"), "\0" + secrets.token_hex(8)
        self.unix.bind(self.path)
        self.abstract.bind(self.hidden)
        for one in (self.unix, self.abstract):
            one.listen()
        for each in self.all:
            each.settimeout(0)

    @property
    def all(self) -> tuple[socket.socket, ...]:
        return (self.tcp, self.udp, self.unix, self.abstract)

    def program(self) -> str:
        tcp, udp = self.tcp.getsockname(), self.udp.getsockname()
        return f"""
def connect(family, address):
    with socket.socket(family) as one:
        one.settimeout(2)
        one.connect(address)
def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"key", {udp!r})
reached(send)  # into a loopback of its own it may: whether it was heard is asked outside
say([
    reached(lambda: connect(socket.AF_INET, {tcp!r})),
    reached(lambda: connect(socket.AF_UNIX, {self.path!r})),
    reached(lambda: connect(socket.AF_UNIX, {self.hidden!r})),
])
"""

    def heard(self) -> list[bool]:
        return [self._heard(one) for one in self.all]

    def _heard(self, one: socket.socket) -> bool:
        try:
            if one is self.udp:
                one.recv(10)
            else:
                one.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def listeners(tmp_path_factory) -> Iterator[_Listeners]:
    made = _Listeners(tmp_path_factory.mktemp("l"))
    yield made
    for one in made.all:
        one.close()


@with_and_without_filter
def test_no_socket_of_this_machine_is_reached(mechanism: Isolation, listeners: _Listeners) -> None:
    assert said(mechanism, listeners.program()) == [False] * 3
    assert listeners.heard() == [False] * 4


def test_unconfined_every_socket_is_reached(listeners: _Listeners) -> None:
    assert said(UNCONFINED, listeners.program()) == [True] * 3
    assert listeners.heard() == [True] * 4


@pytest.mark.parametrize("mechanism", [Unfiltered(one) for one in AVAILABLE], ids=NAMES)
def test_no_interface_is_there_but_a_loopback(mechanism: Isolation) -> None:
    names = set(said(mechanism, "say([name for _, name in socket.if_nameindex()])"))
    assert names <= {"lo"}


def _secrets_program(key: Path, target: Path) -> str:
    return f"""
def read(path):
    with open(path, "rb") as file:
        return file.read()
def passwd():
    if hash(read("/etc/passwd")) != hash({Path("/etc/passwd").read_bytes()!r}):
        raise OSError("a file of the container's own")
def written():
    with open({str(target)!r}, "w") as file:
        file.write("x")
say({{
    "key": reached(lambda: read({str(key)!r})),
    "home": reached(lambda: os.listdir({str(Path.home())!r})),
    "passwd": reached(passwd),
    "environ": reached(lambda: read("/proc/{os.getpid()}/environ")),
    "processes": reached(lambda: os.listdir("/proc/{os.getpid()}")),
    "signal": reached(lambda: os.kill({os.getpid()}, 0)),
    "written": reached(written),
}})
"""


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "client.key"
    path.write_text(secrets.token_hex(32), encoding="ascii")
    return path


@with_and_without_filter
def test_no_file_and_no_process_of_this_machine_is_reached(
    mechanism: Isolation, key: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    seen = said(mechanism, _secrets_program(key, target))
    assert seen == dict.fromkeys(seen, False)
    assert len(seen) == 7
    assert not target.exists()


def test_unconfined_every_file_and_process_is_reached(key: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    seen = said(UNCONFINED, _secrets_program(key, target))
    assert seen == dict.fromkeys(seen, True)
    assert target.exists()


@every_mechanism
def test_the_environment_is_the_tasks_own(
    mechanism: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_KEY", "secret")
    seen = said(mechanism, "say([sorted(os.environ), 'secret' in str(os.environ)])")
    known = "HOME LANG LD_LIBRARY_PATH MKL_NUM_THREADS OMP_NUM_THREADS OPENBLAS_NUM_THREADS"
    assert seen == [sorted([*known.split(), "PYTHONHASHSEED", "PYTHONPATH", "TMPDIR"]), False]


@every_mechanism
def test_the_whole_tree_is_the_interpreter_and_the_task(mechanism: Isolation) -> None:
    seen = said(
        mechanism, 'say([sorted(os.listdir("/")), os.listdir("/usr"), sorted(os.listdir("/dev"))])'
    )
    top = {"dev", "inputs", "lib", "lib64", "python", "results", "scratch", "task", "usr", "warden"}
    engine = {"etc", "proc", "sys", ".dockerenv", "run"}  # a container's own, not this machine's
    assert set(seen[0]) - engine <= top
    assert set(seen[1]) <= {"lib", "lib64"}
    assert {"null", "urandom"} <= set(seen[2])


@every_mechanism
def test_only_results_and_scratch_are_written_to(mechanism: Isolation) -> None:
    program = """
import site
def writes(folder):
    return reached(lambda: open(folder + "/probe", "w").close())
folders = ["/", *(f"/{one}" for one in os.listdir("/") if one not in ("proc", "sys"))]
for one in folders[1:]:
    inner = [f"{one}/{name}" for name in os.listdir(one)]
    folders += filter(os.path.exists, inner)
say([
    [one for one in folders if writes(one)],
    [one for one in folders if not os.statvfs(one).f_flag & os.ST_RDONLY],
    sorted(os.listdir("/..")) == sorted(os.listdir("/")),
])
"""
    writable, not_read_only, rooted = said(mechanism, program)
    assert {"/results", "/scratch"} == set(writable) - {"/dev/shm", "/dev/mqueue"}
    # Not by the owner's rights alone. In containers these two are the engine's own.
    assert {"/results", "/scratch"} == {
        one for one in not_read_only if one.split("/")[1] not in ("dev", "etc", "run")
    }
    assert rooted


@every_mechanism
def test_no_file_of_the_client_is_left_open(mechanism: Isolation) -> None:
    with Path(__file__).open() as mine:
        os.set_inheritable(mine.fileno(), True)
        program = "say([number for number in range(256) if reached(lambda: os.fstat(number))])"
        assert said(mechanism, program) == [0, 1, 2]


@with_and_without_filter
def test_the_task_is_nobody_and_can_become_nobody_else(mechanism: Isolation) -> None:
    program = """
for number in (2, 9, 15, 19):
    reached(lambda: os.kill(1, number))  # the first process would take this one with it
libc = ctypes.CDLL(None, use_errno=True)
PR_GET_NO_NEW_PRIVS, PR_CAPBSET_READ = 39, 23
class Capabilities(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32 * 2) for name in ("a", "b", "c")]
header, held = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
assert libc.capget(header, held) == 0
say({
    "root": reached(lambda: os.setuid(0)),
    "mount": libc.mount(b"none", b"/scratch", b"tmpfs", 0, None) == 0,
    "chroot": reached(lambda: os.chroot("/scratch")),
    "host name": libc.sethostname(b"x", 1) == 0,
    "capabilities": sum(held) != 0,
    "gains": libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1,
    "uid 0": os.getuid() == 0 or os.getgid() == 0 or 0 in os.getgroups(),
    "first": os.getpid() == 1,
})
"""
    seen = said(mechanism, program)
    assert seen == dict.fromkeys(seen, False)


@pytest.mark.parametrize("mechanism", AVAILABLE, ids=NAMES)
def test_no_user_namespace_is_made_inside_one(mechanism: Isolation) -> None:
    program = "say(ctypes.CDLL(None).unshare(0x10000000))"
    if os.geteuid() == 0 and mechanism.name != "namespaces":
        assert said(mechanism, program) == -1  # root's are in none: the filter has to hold
    else:
        assert said(Unfiltered(mechanism), program) == -1


@every_mechanism
def test_the_filter_takes_doors_away_that_namespaces_leave_open(mechanism: Isolation) -> None:
    program = """
libc = ctypes.CDLL(None, use_errno=True)
NEWUSER = 0x10000000
say({
    "any network": reached(lambda: socket.socket(socket.AF_INET)),
    "the virtual machine's host": reached(lambda: socket.socket(40, socket.SOCK_STREAM)),
    "the kernel": reached(lambda: socket.socket(16, socket.SOCK_RAW)),
    "memory that no process holds": reached(lambda: os.memfd_create("x")),
    "shared memory": libc.shmget(0, 4096, 0o1600) >= 0,
    "user namespaces": libc.unshare(NEWUSER) == 0,
    "tracing": libc.ptrace(0, 0, None, None) == 0,
})
"""
    done = run(mechanism, program)
    if not done.filtered:
        pytest.fail("no libseccomp.so.2 here: install it (Debian: apt-get install libseccomp2)")
    assert done.results["said.json"] == dict.fromkeys(done.results["said.json"], False)


def test_unconfined_those_doors_are_open() -> None:
    program = "say([reached(lambda: socket.socket(socket.AF_INET)), os.memfd_create('x') > 0])"
    assert said(UNCONFINED, program) == [True, True]
