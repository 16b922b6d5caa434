"""What a cell sees of this machine: the interpreter, its libraries, the task and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from system.bounties.isolation.cell import Cell, Places
from system.bounties.isolation.limits import Limits

INSIDE: Final = Path(__file__).parent / "inside"
DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
# The dynamic loader and the C library lie here, and what wheels expect of every Linux.
_LOADER_FOLDERS: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_SCRATCH_FILES: Final = 4096
_NAMES_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of this machine, and the read-only place where the cell sees it."""

    source: Path
    place: str


@dataclass(frozen=True, slots=True)
class Tmpfs:
    """A file system in memory, made for the cell and gone with it."""

    place: str
    size_bytes: int
    files: int


def places() -> Places:
    """Where things are in a cell that has a root of its own."""
    packages = tuple(f"/python/packages{index}" for index, _ in enumerate(_packages()))
    return Places(
        python="/python/bin/python",
        wardens="/warden",
        task="/task",
        inputs="/inputs",
        results="/results",
        scratch="/scratch",
        packages=packages,
        libraries="/python/lib",
    )


def host_places(cell: Cell) -> Places:
    """Where things are for a task that is not shut in: all of it on this machine."""
    return Places(
        python=str(_python()),
        wardens=str(INSIDE.parent),
        task=str(cell.task),
        inputs=str(cell.inputs),
        results=str(cell.room / "results"),
        scratch=str(cell.room / "scratch"),
        packages=tuple(map(str, _packages())),
        libraries=str(Path(sys.base_prefix) / "lib"),
    )


def mounts(cell: Cell) -> tuple[Mount, ...]:
    """Everything of this machine that the cell sees, read-only; no folder lies in another."""
    return (*_machine(), Mount(cell.task, "/task"), Mount(cell.inputs, "/inputs"))


def file_systems(limits: Limits) -> tuple[Tmpfs, ...]:
    """The two places where a cell can write. Entries are counted too: each costs memory."""
    return (
        Tmpfs("/results", limits.output_bytes + _NAMES_BYTES, limits.output_files + 16),
        Tmpfs("/scratch", limits.scratch_bytes, _SCRATCH_FILES),
    )


def _machine() -> Iterator[Mount]:
    yield Mount(_python(), "/python/bin/python")
    yield Mount(INSIDE.resolve(), "/warden/inside")
    for name in ("lib", "lib64"):
        folder = Path(sys.base_prefix) / name
        if folder.is_dir():
            yield Mount(folder.resolve(), f"/python/{name}")
    for index, folder in enumerate(_packages()):
        yield Mount(folder, f"/python/packages{index}")
    for folder in map(Path, _LOADER_FOLDERS):
        if folder.is_dir():
            yield Mount(folder.resolve(), str(folder))


def _python() -> Path:
    return Path(sys.executable).resolve()


def _packages() -> list[Path]:
    """The folders of installed packages; none of a user's own, which lie in the home folder."""
    found = (Path(entry) for entry in sys.path if entry)
    folders = (path for path in found if path.name in ("site-packages", "dist-packages"))
    return list(dict.fromkeys(path.resolve() for path in folders if path.is_dir()))
