"""Isolation by bubblewrap, the small sandbox that Flatpak is built on."""

from __future__ import annotations

import os
import secrets
import shutil
from functools import cache
from pathlib import PurePosixPath
from subprocess import run

from system.bounties.isolation import interior
from system.bounties.isolation.cell import Cell, warden_command, warden_environment

_NOBODY = "65534"
# Users above this belong to nobody; each task of a client that is root gets one of its own.
_UNUSED_USERS = 2**30


class Bubblewrap:
    """`bwrap` with every namespace new and nothing mounted but what a task needs."""

    name = "bubblewrap"

    def missing(self) -> str | None:
        """Why bubblewrap can't be asked; whether it may work only a trial tells."""
        if shutil.which("bwrap") is None:
            return "no bwrap on PATH: install bubblewrap (Debian: apt-get install bubblewrap)"
        if "--disable-userns" not in _help():
            return "bwrap is older than 0.8: install a newer bubblewrap"
        return None

    def command(self, cell: Cell) -> list[str]:
        """The command line of bwrap; see its manual page, bwrap(1)."""
        places, is_root = interior.places(), os.geteuid() == 0
        become = _UNUSED_USERS + secrets.randbelow(_UNUSED_USERS) if is_root else None
        environment = warden_environment(places).items()
        return [
            *("bwrap", "--die-with-parent", "--new-session", "--as-pid-1"),
            *(_AS_ROOT if is_root else _AS_USER),
            *("--hostname", "task", "--clearenv"),
            *(word for name, value in environment for word in ("--setenv", name, value)),
            *_mounted(cell),
            *("--remount-ro", "/", "--chdir", "/", "--"),
            *warden_command(places, cell, shut_in=True, become=become),
        ]

    def end(self, cell: Cell) -> None:
        """Nothing: `--die-with-parent` ends the cell with its command."""


# Root needs no user namespace to mount, and in one of bubblewrap's a task would stay root outside,
# whose processes no limit counts. So the warden keeps what it takes to become somebody else.
_AS_ROOT = (
    *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
    *("--cap-add", "CAP_KILL"),
)
_AS_USER = (
    *("--unshare-all", "--unshare-user"),
    *("--disable-userns", "--uid", _NOBODY, "--gid", _NOBODY),
)


def _mounted(cell: Cell) -> list[str]:
    mounts, words = interior.mounts(cell), ["--dir", "/dev"]
    parents = {str(one) for mount in mounts for one in PurePosixPath(mount.place).parents}
    for parent in sorted(parents - {"/"}):  # made on its own, bubblewrap may keep others out
        words += ["--perms", "0755", "--dir", parent]
    for mount in mounts:
        words += ["--ro-bind", str(mount.source), mount.place]
    for device in interior.DEVICES:
        words += ["--dev-bind", device, device]
    for made in interior.file_systems(cell.limits):
        words += ["--perms", "1777", "--size", str(made.size_bytes), "--tmpfs", made.place]
    return words


@cache
def _help() -> str:
    return run(["bwrap", "--help"], capture_output=True, text=True).stdout
