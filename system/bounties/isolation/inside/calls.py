"""Takes system calls away that no training needs, by the machine's libseccomp where it has one.

Namespaces leave some doors open: AF_VSOCK sockets, which reach the host of a virtual machine, know
no network namespace; memfd and System V memory is held by no process and counted by no limit; and
io_uring opens sockets past a filter on `socket`. Source of the list: Flatpak's and Docker's.
"""

from __future__ import annotations

import ctypes
import errno
import socket
from typing import Final

_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_NOT_EQUAL, _MASKED_EQUAL = 1, 7
_CLONE_NEWUSER: Final = 0x10000000

_REFUSED: Final = (
    # other namespaces and mounts
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr"),
    # other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd"),
    *("process_madvise", "perf_event_open"),
    # keys and memory that belong to no process
    *("keyctl", "add_key", "request_key", "memfd_create", "memfd_secret"),
    *("shmget", "msgget", "semget", "mq_open"),
    # wide doors into the kernel
    *("bpf", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("name_to_handle_at", "open_by_handle_at", "quotactl", "acct", "syslog", "swapon", "swapoff"),
    *("reboot", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
)


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def library() -> ctypes.CDLL | None:
    """The machine's libseccomp, or None."""
    try:
        found = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return None
    found.seccomp_init.restype = ctypes.c_void_p
    found.seccomp_load.argtypes = (ctypes.c_void_p,)
    found.seccomp_rule_add_array.argtypes = (
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint),
        ctypes.POINTER(_Comparison),
    )
    return found


def refuse_calls(found: ctypes.CDLL) -> None:
    """This process and what it starts lose those calls for good; OSError where that fails.

    Sets no_new_privs too.
    """
    context = found.seccomp_init(_ALLOW)
    if not context:
        raise OSError(errno.ENOMEM, "seccomp_init")
    for name in _REFUSED:
        _refuse(found, context, name, errno.EPERM)
    # Its flags lie in memory, where a filter can't look: the C library falls back to clone.
    _refuse(found, context, "clone3", errno.ENOSYS)
    new_user = _Comparison(0, _MASKED_EQUAL, _CLONE_NEWUSER, _CLONE_NEWUSER)
    _refuse(found, context, "clone", errno.EPERM, new_user)
    for name in ("socket", "socketpair"):
        other_family = _Comparison(0, _NOT_EQUAL, socket.AF_UNIX, 0)
        _refuse(found, context, name, errno.EAFNOSUPPORT, other_family)
    failed = found.seccomp_load(context)
    if failed:
        raise OSError(-failed, "seccomp_load")


def _refuse(found: ctypes.CDLL, context: int, name: str, number: int, *when: _Comparison) -> None:
    call = found.seccomp_syscall_resolve_name(name.encode())
    if call == -1:  # newer than the library: the kernel may have it all the same
        return
    tests = (_Comparison * len(when))(*when)
    failed = found.seccomp_rule_add_array(context, _ERRNO | number, call, len(when), tests)
    # Some processors have no such call (EDOM, EINVAL for the pseudo numbers of the library).
    if failed and call >= 0:
        raise OSError(-failed, f"seccomp rule for {name}")
