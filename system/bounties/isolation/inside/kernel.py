"""The few calls of the C library that Python 3.11 does not offer."""

from __future__ import annotations

import ctypes
import os

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_SIGKILL = 9
_MOST_CAPABILITIES = 64
_CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """The result of a call, or OSError with its number and what was tried."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def die_with_parent() -> None:
    """This process is killed when the thread that started it ends."""
    checked(_prctl(_PR_SET_PDEATHSIG, _SIGKILL), "prctl PDEATHSIG")


def hide_memory() -> None:
    """No process of the same user may trace this one or read its memory."""
    checked(_prctl(_PR_SET_DUMPABLE, 0), "prctl DUMPABLE")


def adopt_orphans() -> None:
    """Processes whose parents end become children of this one, not of the machine's first."""
    checked(_prctl(_PR_SET_CHILD_SUBREAPER, 1), "prctl CHILD_SUBREAPER")


def no_new_privileges() -> None:
    """No program started from here on gains rights by its owner or its file's capabilities."""
    checked(_prctl(_PR_SET_NO_NEW_PRIVS, 1), "prctl NO_NEW_PRIVS")


def drop_capabilities_for_good() -> None:
    """No program started from here on can have a capability. Needs CAP_SETPCAP."""
    for capability in range(_MOST_CAPABILITIES):
        if _prctl(_PR_CAPBSET_DROP, capability) < 0:
            break  # past the last that this kernel knows


def give_up_capabilities() -> None:
    """This process has none, and hands none on."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    checked(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def _prctl(option: int, value: int) -> int:
    arguments = (ctypes.c_ulong(number) for number in (value, 0, 0, 0))
    return int(libc.prctl(ctypes.c_int(option), *arguments))
