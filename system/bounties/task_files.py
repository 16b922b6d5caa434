"""Task files from a folder or an archive, taken with nothing but plain files of sane names."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

from system.bounties.task import TaskRefused, check_path

MOST_BYTES: Final = 64 * 2**20
MOST_FILES: Final = 1000
# Headers and padding of a tar file: at most 3 blocks of 512 bytes a member are of use.
_MOST_UNPACKED_BYTES: Final = MOST_BYTES + MOST_FILES * 2048 + 2**20
_GZIP: Final = b"\x1f\x8b"


def read_folder(folder: Path) -> dict[str, bytes]:
    """The folder's files by their paths in it; TaskRefused names what is not taken.

    Links are refused and not followed, wherever they lead.
    """
    return _collected(_walked(folder))


def read_archive(data: bytes) -> dict[str, bytes]:
    """The files of a tar archive, gzipped or not; TaskRefused names what is not taken.

    Nothing is written to the disk, and no more is unpacked than a task may hold.
    """
    if len(data) > _MOST_UNPACKED_BYTES:
        raise TaskRefused(f"the archive has more than {_MOST_UNPACKED_BYTES} bytes")
    try:
        return _collected(_members(io.BytesIO(_unpacked(data))))
    except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error) as error:
        raise TaskRefused(f"the task is no tar archive: {error}") from None


def archived(files: Mapping[str, bytes]) -> bytes:
    """A gzipped tar archive of the files: the same bytes for the same files."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path in sorted(files):
            member = tarfile.TarInfo(path)
            member.size = len(files[path])
            archive.addfile(member, io.BytesIO(files[path]))
    return packed.getvalue()


def _collected(found: Iterable[tuple[str, int, IO[bytes]]]) -> dict[str, bytes]:
    """The content of each path, size and open file, while all of them stay within bounds."""
    files: dict[str, bytes] = {}
    left_bytes = MOST_BYTES
    for path, size_bytes, source in found:
        check_path(path)
        if path in files:
            raise TaskRefused(f"the task has {path!r} twice")
        if len(files) == MOST_FILES:
            raise TaskRefused(f"the task has more than {MOST_FILES} files")
        if size_bytes > left_bytes:
            raise TaskRefused(f"the task has more than {MOST_BYTES} bytes, with {path!r}")
        with source:
            files[path] = source.read(size_bytes)
        left_bytes -= len(files[path])
    return files


def _walked(folder: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    def failed(error: OSError) -> None:
        raise TaskRefused(f"the task's folder can't be read: {error.strerror}") from None

    for place, folders, names in os.walk(folder, onerror=failed):
        folders.sort()
        for name in sorted([*names, *(one for one in folders if (Path(place) / one).is_symlink())]):
            path = Path(place) / name
            yield path.relative_to(folder).as_posix(), *_opened(path)


def _opened(path: Path) -> tuple[int, IO[bytes]]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise TaskRefused(f"{path.name!r} of the task is no plain file: {error.strerror}") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise TaskRefused(f"{path.name!r} of the task is no plain file")
    return found.st_size, open(descriptor, "rb")  # noqa: PTH123 (the taker closes it)


def _members(unpacked: IO[bytes]) -> Iterator[tuple[str, int, IO[bytes]]]:
    with tarfile.open(fileobj=unpacked, mode="r:") as archive:
        for member in archive:
            if member.isdir():
                check_path(member.name)
                continue
            source = archive.extractfile(member) if member.isreg() else None
            if source is None or member.sparse is not None:  # links, devices, pipes, holes
                raise TaskRefused(f"{member.name[:200]!r} of the task is no plain file")
            yield member.name, member.size, source


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        return data
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as zipped:
        unpacked = zipped.read(_MOST_UNPACKED_BYTES + 1)
    if len(unpacked) > _MOST_UNPACKED_BYTES:
        raise TaskRefused(f"the archive unpacks to more than {_MOST_UNPACKED_BYTES} bytes")
    return unpacked
