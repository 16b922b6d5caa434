"""Tasks are taken by their digest, and refused by name for whatever is not plain."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.bounties import task_files
from system.bounties.fetching import NotFetched, Sources, fetch
from system.bounties.isolation import Limits
from system.bounties.task import MANIFEST, TaskRefused, files_digest, verified, written
from system.bounties.task_files import archived, read_archive, read_folder
from system.errors import UsageError

FILES = {"train.py": b"print(1)\n", "lib/steps.py": b"", "data/a.bin": bytes(range(256))}
EVALUATION = hashlib.sha256(b"evaluation").digest()
TASK = written(FILES, name="digits", entry="train.py", evaluation=EVALUATION, limits=Limits())


def unpacked(folder: Path) -> Path:
    """The task's files, written below the folder."""
    for path, content in TASK.files.items():
        target = folder / "task" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder / "task"


def tar(*members: tarfile.TarInfo) -> bytes:
    """An archive of members whose content is zeros."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return packed.getvalue()


def member(name: str, *, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = ""):
    """One entry of an archive."""
    made = tarfile.TarInfo(name)
    made.type, made.size, made.linkname = kind, size, link
    return made


def test_a_folder_and_an_archive_hold_the_same_task(tmp_path):
    place = unpacked(tmp_path)
    (tmp_path / "task.tar.gz").write_bytes(archived(TASK.files))
    sources = Sources(folder=tmp_path)
    assert fetch("task", TASK.digest, sources) == TASK
    assert fetch("task.tar.gz", TASK.digest, sources) == TASK
    assert read_folder(place) == TASK.files
    assert (TASK.name, TASK.entry, TASK.evaluation) == ("digits", "train.py", EVALUATION)
    assert TASK.wanted == Limits()


def test_the_digest_is_as_stated():
    text = b"".join(
        len(part).to_bytes(8, "big") + part
        for path in (b"B", b"a", b"a/b")
        for part in (path, b"x" + path)
    )
    files = {"a/b": b"xa/b", "a": b"xa", "B": b"xB"}
    assert files_digest(files) == hashlib.sha256(text).digest()


paths = st.text(alphabet="abAB0_", min_size=1, max_size=5)
contents = st.dictionaries(paths, st.binary(max_size=20), max_size=5)


@given(contents, contents)
def test_two_sets_of_files_have_two_digests(one, other):
    assert (files_digest(one) == files_digest(other)) is (one == other)
    assert files_digest(dict(reversed(one.items()))) == files_digest(one)


@given(contents)
def test_an_archive_gives_back_what_went_in(files):
    assert read_archive(archived(files)) == files
    assert archived(files) == archived(dict(reversed(files.items())))


@pytest.mark.parametrize("path", list(TASK.files))
def test_a_changed_byte_is_seen_before_anything_runs(path):
    changed = {**TASK.files, path: TASK.files[path] + b"\n"}
    with pytest.raises(TaskRefused, match="the job names"):
        verified(changed, TASK.digest)


def manifest(**changes: str) -> dict[str, bytes]:
    """The task's files with another manifest."""
    lines = TASK.files[MANIFEST].decode()
    for key, value in changes.items():
        lines = "\n".join(
            f"{key} = {value}" if line.startswith(f"{key} =") else line
            for line in lines.splitlines()
        )
    return {**TASK.files, MANIFEST: lines.encode()}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (manifest(files=f'"{"0" * 64}"'), "files is not the digest"),
        (manifest(files='"x"'), "files is not 64"),
        (manifest(evaluation='"0X"'), "evaluation is not 64"),
        (manifest(evaluation="3"), "evaluation is missing or of the wrong type"),
        (manifest(entry='"other.py"'), "entry 'other.py' is no Python file"),
        (manifest(entry='"data/a.bin"'), "is no Python file"),
        (manifest(interpreter='"sh"'), "interpreter is not 'python'"),
        (manifest(name='"Di gits"'), "name is not of small letters"),
        (manifest(time_s="-1"), "limit time_s = -1"),
        (manifest(time_s='"1"'), "limit time_s = '1'"),
        (manifest(time_s="nan"), "limit time_s = nan"),
        (manifest(name='"a"\nenrty = "b"'), "did you mean 'entry'"),
        (manifest(time_s="1\nmemory = 3"), "no limit 'memory'"),
        (manifest(name="["), "is no TOML"),
        (manifest(name="[" * 7000), "is no TOML"),
        (manifest(name=f'"{"a" * 17000}"'), "at most 16384 bytes"),
        (FILES, "a task needs a task.toml"),
    ],
)
def test_a_manifest_that_is_not_sound_is_refused(files, words):
    with pytest.raises(TaskRefused, match=words):
        verified(files, files_digest(files))


@pytest.mark.parametrize(
    "path",
    ["../a", "a/../../b", "/a", "a//b", "./a", ".a", "a\\b", "a b", "é", "a/" * 9 + "a", "", "-r"],
)
def test_paths_that_lead_elsewhere_are_refused(path):
    with pytest.raises(TaskRefused, match="path"):
        read_archive(tar(member(path)))


@pytest.mark.parametrize(
    "entry",
    [
        member("a", kind=tarfile.SYMTYPE, link="b"),
        member("a", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        member("a", kind=tarfile.LNKTYPE, link="../b"),
        member("a", kind=tarfile.CHRTYPE),
        member("a", kind=tarfile.BLKTYPE),
        member("a", kind=tarfile.FIFOTYPE),
        member("a", kind=b"Z"),
    ],
)
def test_links_and_devices_in_archives_are_refused(entry):
    with pytest.raises(TaskRefused, match="'a' of the task is no plain file"):
        read_archive(tar(member("b"), entry))


@pytest.mark.parametrize(
    ("extra", "words"),
    [("../a", "'../a' is refused"), ("/a", "'/a' is refused"), ("data/a.bin/b", "both as a file")],
)
def test_no_task_has_paths_that_can_not_be_written(extra, words):
    files = {**FILES, extra: b""}
    with pytest.raises(TaskRefused, match=words):
        written(files, name="a", entry="train.py", evaluation=EVALUATION, limits=Limits())


def test_a_path_that_comes_twice_is_refused():
    with pytest.raises(TaskRefused, match="'a' twice"):
        read_archive(tar(member("a"), member("a", size=3)))


@pytest.mark.parametrize("data", [b"", b"x" * 2000, b"\x1f\x8b", b"\x1f\x8b" + bytes(99)])
def test_what_is_no_archive_holds_no_task(data, tmp_path):
    (tmp_path / "a.tar").write_bytes(data)
    with pytest.raises(TaskRefused):
        fetch("a.tar", TASK.digest, Sources(folder=tmp_path))


def test_archives_that_unpack_to_too_much_are_refused(monkeypatch):
    monkeypatch.setattr(task_files, "MOST_BYTES", 10_000)
    monkeypatch.setattr(task_files, "_MOST_UNPACKED_BYTES", 30_000)
    monkeypatch.setattr(task_files, "MOST_FILES", 3)
    assert len(read_archive(gzip.compress(tar(member("a", size=10_000))))["a"]) == 10_000
    with pytest.raises(TaskRefused, match="more than 10000 bytes, with 'b'"):
        read_archive(tar(member("a", size=9000), member("b", size=1001)))
    with pytest.raises(TaskRefused, match="unpacks to more than 30000"):
        read_archive(gzip.compress(bytes(10**7)))
    with pytest.raises(TaskRefused, match="has more than 30000 bytes"):
        read_archive(bytes(10**6))
    with pytest.raises(TaskRefused, match="more than 3 files"):
        read_archive(tar(*(member(name) for name in "abcd")))


def test_links_and_pipes_in_folders_are_refused(tmp_path):
    secret = tmp_path / "key"
    secret.write_text("secret", encoding="ascii")
    for make in (
        lambda path: path.symlink_to(secret),
        lambda path: path.symlink_to(tmp_path, target_is_directory=True),
        lambda path: path.symlink_to("nowhere"),
        os.mkfifo,
    ):
        place = unpacked(tmp_path)
        make(place / "x")
        with pytest.raises(TaskRefused, match="'x' of the task is no plain file"):
            read_folder(place)
        (place / "x").unlink()


@pytest.mark.parametrize("reference", ["../task", "a/../b", "/etc", "task\n", ""])
def test_references_lead_nowhere_but_into_the_folder(reference, tmp_path):
    with pytest.raises(UsageError):
        fetch(reference, TASK.digest, Sources(folder=tmp_path))


def test_a_link_in_the_folder_of_tasks_leads_nowhere_else(tmp_path):
    unpacked(tmp_path)
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "one").symlink_to(tmp_path / "task")
    with pytest.raises(UsageError, match="no task 'one'"):
        fetch("one", TASK.digest, Sources(folder=tmp_path / "tasks"))


def test_paths_need_a_folder_and_hosts_have_to_be_allowed():
    with pytest.raises(UsageError, match="name the folder"):
        fetch("task", TASK.digest, Sources())
    for address in ("http://127.0.0.1:9/a", "file:///etc/passwd", "ftp://localhost/a", "http://"):
        with pytest.raises(UsageError, match="not allowed"):
            fetch(address, TASK.digest, Sources(hosts=frozenset({"localhost"})))


class _Host(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = archived(TASK.files)
        self.send_response(302 if self.path == "/moved" else 200)
        if self.path == "/moved":
            self.send_header("Location", "/task.tar.gz")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.path == "/half" else body)

    def log_message(self, *_: object) -> None:
        """Nothing: tests have no log of their own."""


@pytest.fixture
def host() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_task_is_fetched_from_an_allowed_host(host):
    sources = Sources(hosts=frozenset({host}))
    assert fetch(f"http://{host}/task.tar.gz", TASK.digest, sources) == TASK
    with pytest.raises(TaskRefused, match="the job names"):
        fetch(f"http://{host}/task.tar.gz", bytes(32), sources)


@pytest.mark.parametrize("page", ["moved", "half"])
def test_redirects_and_half_answers_are_no_tasks(host, page):
    with pytest.raises((NotFetched, TaskRefused)):
        fetch(f"http://{host}/{page}", TASK.digest, Sources(hosts=frozenset({host})))


def test_a_host_that_takes_too_long_is_left(host):
    sources = Sources(hosts=frozenset({host}), patience_s=-1)
    with pytest.raises(NotFetched, match="too long"):
        fetch(f"http://{host}/task.tar.gz", TASK.digest, sources)
