"""A user's own key, which lies in a file and never in a message, a log or a report."""

from __future__ import annotations

from pathlib import Path

from system.errors import UsageError

_KEY_BYTES = 32


def read_key(path: Path) -> bytes:
    """The 32-byte key in a file of 64 hexadecimal digits, 0x before them or not.

    Raises UsageError for anything else.
    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip().removeprefix("0x"))
    except (OSError, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:  # the content stays out of the message: it may be a key all the same
        raise UsageError(f"{path} holds no key: write 64 hexadecimal digits into it")
    return key
