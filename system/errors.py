"""Errors that reach a person: each message is one line that names the cure."""

from __future__ import annotations


class WeighbridgeError(Exception):
    """Base of every error raised on purpose; `exit_code` is what the command ends with."""

    exit_code = 1


class UsageError(WeighbridgeError):
    """What the user gave can't be used: exit code 2, one line, no traceback."""

    exit_code = 2


class NetworkError(WeighbridgeError):
    """The network could not be reached, built or started: exit code 3."""

    exit_code = 3
