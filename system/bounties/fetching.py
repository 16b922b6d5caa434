"""Fetches tasks by reference, from places that the client chose and nobody else."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from system.bounties.task import Task, check_path, verified
from system.bounties.task_files import MOST_BYTES, read_archive, read_folder
from system.errors import NetworkError, UsageError

_SILENCE_S: Final = 20.0
_CHUNK_BYTES: Final = 2**16


@dataclass(frozen=True, slots=True)
class Sources:
    """Where tasks may come from: a folder of tasks, and web hosts as `name` or `name:port`.

    References are strangers' words: without this, a reference could make the client ask machines
    of its own network for pages.
    """

    folder: Path | None = None
    hosts: frozenset[str] = frozenset()
    patience_s: float = 300.0


class NotFetched(NetworkError):
    """A task's host could not be reached, or did not answer in time."""


def fetch(reference: str, digest: bytes, sources: Sources) -> Task:
    """The task behind the reference, whose digest was checked; nothing of it was run.

    The reference is a web address of an archive, or the path of an archive or folder in the folder
    of tasks. Raises TaskRefused for a task that is not taken, UsageError for a reference that
    leads elsewhere, NotFetched where the host is at fault.
    """
    if "://" in reference:
        return verified(read_archive(_downloaded(reference, sources)), digest)
    check_path(reference)
    if sources.folder is None:
        raise UsageError(f"task {reference!r} is a path: name the folder that holds tasks")
    place = sources.folder / reference
    if not place.resolve().is_relative_to(sources.folder.resolve()) or not place.exists():
        raise UsageError(f"no task {reference!r} in {sources.folder}: ask its owner for it")
    if place.is_dir():
        return verified(read_folder(place), digest)
    with place.open("rb") as archive:
        return verified(read_archive(archive.read(2 * MOST_BYTES)), digest)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None  # so that it is an error: it could lead anywhere


def _downloaded(address: str, sources: Sources) -> bytes:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or parts.netloc not in sources.hosts:
        raise UsageError(
            f"task {address[:200]!r} lies on a host that is not allowed: "
            f"allow {parts.netloc!r}, or leave the task to others"
        )
    opener = urllib.request.build_opener(_NoRedirects())
    try:
        with opener.open(address, timeout=_SILENCE_S) as answer:
            return _read(answer, time.monotonic() + sources.patience_s)
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        raise NotFetched(f"no task from {parts.netloc}: {error}: try again later") from None


def _read(answer: HTTPResponse, deadline_s: float) -> bytes:
    """The body, as far as any archive may go: one byte more is refused where it is unpacked."""
    body = bytearray()
    while chunk := answer.read1(_CHUNK_BYTES):
        body += chunk
        if time.monotonic() > deadline_s:
            raise TimeoutError("it took too long")
        if len(body) > 2 * MOST_BYTES:
            break
    return bytes(body)
