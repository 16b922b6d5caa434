"""Errors that reach a person: each message is one line that names the cure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WeighbridgeError(Exception):
    """Base of every error raised on purpose; `exit_code` is what the command ends with."""

    exit_code = 1


class UsageError(WeighbridgeError):
    """What the user gave can't be used: exit code 2, one line, no traceback."""

    exit_code = 2


class NetworkError(WeighbridgeError):
    """The network could not be reached, built or started: exit code 3."""

    exit_code = 3


def suggestion(word: str, choices: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest choice, or all of them."""
    names = list(choices)
    near = get_close_matches(word, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(names)}"
