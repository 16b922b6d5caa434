"""Goes inside: runs a command in new namespaces and a root of its own, as nobody.

Its orders are JSON of `namespaces.py`. It makes user, mount, network, process, IPC, host-name and
cgroup namespaces; mounts what the orders name, read-only, under a new root; makes that the root
and lets go of the old one; and gives up every right before the command starts.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import sys
from pathlib import Path
from typing import Any

from . import kernel  # run by name from the folder above: it needs no package of ours

_NOBODY = 65534
_CLONE_NEWNS, _CLONE_NEWCGROUP, _CLONE_NEWUTS = 0x00020000, 0x02000000, 0x04000000
_CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWPID = 0x08000000, 0x10000000, 0x20000000
_CLONE_NEWNET = 0x40000000
_NEW = (
    *(_CLONE_NEWUSER, _CLONE_NEWNS, _CLONE_NEWPID, _CLONE_NEWNET),
    *(_CLONE_NEWIPC, _CLONE_NEWUTS, _CLONE_NEWCGROUP),
)
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
_MNT_DETACH = 2
# mount_setattr (Linux 5.12) has the same number on every processor, and no name in older libraries.
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE = 442, -100, 0x8000
_RDONLY, _NOSUID, _NODEV = 1, 2, 4
_JOIN_SESSION_KEYRING = 1
_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "loongarch64": 219, "ppc64le": 271}


def main() -> int:
    """The exit code of the command."""
    orders = json.loads(sys.argv[1])
    kernel.die_with_parent()
    _new_namespaces(is_root=os.geteuid() == 0)
    kernel.die_with_parent()  # once more: new rights make the kernel forget it
    _leave_keyring()
    _build_root(orders)
    return _run_as_first_process(orders)


def _new_namespaces(*, is_root: bool) -> None:
    """Enter the namespaces; a helper that stays outside says who is who in the new one."""
    mine, (reading, writing) = os.getpid(), os.pipe()
    user, group = os.geteuid(), os.getegid()
    helper = os.fork()
    if helper == 0:
        os.close(writing)
        asked = os.read(reading, 1)
        code = 1
        try:
            if asked:
                _write_maps(mine, user, group, is_root=is_root)
                code = 0
        finally:
            os._exit(code)
    os.close(reading)
    flags = sum(_NEW)
    kernel.checked(kernel.libc.unshare(ctypes.c_int(flags)), "unshare")
    os.write(writing, b"!")
    _, status = os.waitpid(helper, 0)
    if status:
        raise PermissionError("the maps of the new user namespace could not be written")


def _write_maps(pid: int, user: int, group: int, *, is_root: bool) -> None:
    """Nobody inside is this user outside; for root, it is nobody, and root stays to mount."""
    process = Path("/proc") / str(pid)
    if is_root:
        users = groups = f"0 0 1\n{_NOBODY} {_NOBODY} 1\n"
    else:
        (process / "setgroups").write_text("deny")
        users, groups = f"{_NOBODY} {user} 1\n", f"{_NOBODY} {group} 1\n"
    (process / "uid_map").write_text(users)
    (process / "gid_map").write_text(groups)


def _leave_keyring() -> None:
    """Leave the session's keyring, which children inherit: it may hold keys of the user."""
    number = _KEYCTL.get(os.uname().machine)
    if number is not None:
        joined = kernel.libc.syscall(ctypes.c_long(number), _JOIN_SESSION_KEYRING, None)
        kernel.checked(joined, "keyctl")


def _build_root(orders: dict[str, Any]) -> None:
    root = orders["root"]
    _mount("none", "/", flags=_MS_REC | _MS_PRIVATE)
    _mount("tmpfs", root, kind="tmpfs", options="size=1m,nr_inodes=1k,mode=755")
    for source, place in orders["mounts"]:
        _bind(source, root + place)
        _restrict(root + place, _RDONLY | _NOSUID | _NODEV, recursive=True)
    for device in orders["devices"]:
        _bind(device, root + device)
    for place, size_bytes, files in orders["tmpfs"]:
        Path(root + place).mkdir(parents=True)
        options = f"size={size_bytes},nr_inodes={files},mode=1777"
        _mount("tmpfs", root + place, kind="tmpfs", options=options)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")  # of this namespace: none in it
    os.chdir(root)
    kernel.checked(kernel.libc.pivot_root(b".", b"."), "pivot_root")
    kernel.checked(kernel.libc.umount2(b".", _MNT_DETACH), "umount2")
    os.chdir("/")
    _restrict("/", _RDONLY | _NOSUID | _NODEV)
    kernel.checked(kernel.libc.sethostname(b"task", 4), "sethostname")


def _bind(source: str, place: str) -> None:
    target = Path(place)
    if Path(source).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _mount(source, place, flags=_MS_BIND | _MS_REC)


def _mount(
    source: str, place: str, *, kind: str | None = None, options: str | None = None, flags: int = 0
) -> None:
    texts = [None if text is None else text.encode() for text in (source, place, kind, options)]
    if kind is not None:
        flags |= _MS_NOSUID | _MS_NODEV
    made = kernel.libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3])
    kernel.checked(made, f"mount {place}")


def _restrict(place: str, attributes: int, *, recursive: bool = False) -> None:
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)  # set, clear, propagation, user namespace
    changed = kernel.libc.syscall(
        ctypes.c_long(_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        place.encode(),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        wanted,
        ctypes.c_size_t(ctypes.sizeof(wanted)),
    )
    kernel.checked(changed, f"mount_setattr {place} (needs Linux 5.12)")


def _run_as_first_process(orders: dict[str, Any]) -> int:
    reading, writing = os.pipe()  # its writing end lives as long as this process
    first = os.fork()
    if first == 0:
        os.close(writing)
        _become_nobody()
        kernel.die_with_parent()
        if select.select([reading], [], [], 0)[0]:  # the end of file: it died before that
            os._exit(1)
        os.execve(orders["command"][0], orders["command"], orders["environment"])
    _, status = os.waitpid(first, 0)
    return max(os.waitstatus_to_exitcode(status), 0)


def _become_nobody() -> None:
    kernel.drop_capabilities_for_good()
    if os.geteuid() != _NOBODY:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    kernel.no_new_privileges()


if __name__ == "__main__":
    sys.exit(main())
