"""The format of a task: a program, its manifest, and the digest by which a job names both."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from system.bounties.isolation.limits import Limits
from system.errors import UsageError, suggestion

MANIFEST: Final = "task.toml"
INTERPRETER: Final = "python"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_KEYS: Final = ("name", "interpreter", "entry", "files", "evaluation", "limits")
_MANIFEST_BYTES: Final = 16 * 1024
_LENGTH_BYTES: Final = 8
_DEEPEST: Final = 8
_PART: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class TaskRefused(UsageError):
    """A task that is not taken, and why; nothing of it was run."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task whose digests hold. `files` are its bytes by path, the manifest among them.

    `entry` is the path of the program, `evaluation` the digest of the data by which its loss is
    judged, `wanted` what its owner thinks it needs. `digest` fixes all of it: it is what a job
    names.
    """

    name: str
    entry: str
    files: Mapping[str, bytes]
    evaluation: bytes
    wanted: Limits
    digest: bytes


def files_digest(files: Mapping[str, bytes]) -> bytes:
    """The SHA-256 of the files in the order of their paths' UTF-8 bytes.

    Each adds the length of its path in 8 bytes, big-endian, the path, the length of its content in
    8 bytes, and the content: so no two sets of files have the same text.
    """
    digest = hashlib.sha256()
    for path in sorted(files, key=str.encode):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(_LENGTH_BYTES, "big"))
            digest.update(part)
    return digest.digest()


def written(
    programs: Mapping[str, bytes], *, name: str, entry: str, evaluation: bytes, limits: Limits
) -> Task:
    """The task of those files, with the manifest that its owner adds to them.

    Raises TaskRefused where a client would not take it.
    """
    lines = [
        f'name = "{name}"',
        f'interpreter = "{INTERPRETER}"',
        f'entry = "{entry}"',
        f'files = "{files_digest(programs).hex()}"',
        f'evaluation = "{evaluation.hex()}"',
        "",
        "[limits]",
        *(f"{key} = {value}" for key, value in asdict(limits).items()),
    ]
    files = {**programs, MANIFEST: ("\n".join(lines) + "\n").encode()}
    return verified(files, files_digest(files))


def verified(files: Mapping[str, bytes], digest: bytes) -> Task:
    """The task, if its files are those of the digest and its manifest is sound.

    Raises TaskRefused otherwise.
    """
    found = files_digest(files)
    if found != digest:
        raise TaskRefused(
            f"the task's digest is {found.hex()} and the job names {digest.hex()}: "
            "ask its owner for the files that belong to the job"
        )
    _check_paths(files)
    manifest = _manifest(files)
    others = {path: content for path, content in files.items() if path != MANIFEST}
    if _hex(manifest, "files") != files_digest(others):
        raise TaskRefused(f"{MANIFEST}: files is not the digest of the other files")
    entry = manifest["entry"]
    if entry not in others or not entry.endswith(".py"):
        raise TaskRefused(f"{MANIFEST}: entry {entry!r} is no Python file of the task")
    evaluation = _hex(manifest, "evaluation")
    limits = _limits(manifest["limits"])
    return Task(manifest["name"], entry, dict(files), evaluation, limits, digest)


def check_path(path: str) -> None:
    """Raises TaskRefused unless the path is relative, plain and leads down only."""
    parts = path.split("/")
    if len(parts) > _DEEPEST or not all(map(_PART.fullmatch, parts)):
        raise TaskRefused(
            f"the task's path {path[:200]!r} is refused: relative ones of letters, digits, "
            f". _ and - are taken, at most {_DEEPEST} deep"
        )


def _check_paths(files: Mapping[str, bytes]) -> None:
    for path in files:
        check_path(path)
        above = path.rpartition("/")[0]
        while above:
            if above in files:
                raise TaskRefused(f"the task has {above!r} both as a file and as a folder")
            above = above.rpartition("/")[0]


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    content = files.get(MANIFEST, b"")
    if not 0 < len(content) <= _MANIFEST_BYTES:
        raise TaskRefused(f"a task needs a {MANIFEST} of at most {_MANIFEST_BYTES} bytes")
    try:
        manifest = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise TaskRefused(f"{MANIFEST} is no TOML: {error}") from None
    for key in manifest:
        if key not in _KEYS:
            raise TaskRefused(f"{MANIFEST}: no key {key!r}: {suggestion(key, _KEYS)}")
    for key in _KEYS:
        wanted = dict if key == "limits" else str
        if not isinstance(manifest.get(key), wanted):
            raise TaskRefused(f"{MANIFEST}: {key} is missing or of the wrong type")
    if not _NAME.fullmatch(manifest["name"]):
        raise TaskRefused(f"{MANIFEST}: name is not of small letters, digits and -")
    if manifest["interpreter"] != INTERPRETER:
        raise TaskRefused(f"{MANIFEST}: interpreter is not {INTERPRETER!r}, the only one there is")
    return manifest


def _hex(manifest: Mapping[str, str], key: str) -> bytes:
    if not _DIGEST.fullmatch(manifest[key]):
        raise TaskRefused(f"{MANIFEST}: {key} is not 64 small hexadecimal digits")
    return bytes.fromhex(manifest[key])


def _limits(given: Mapping[str, Any]) -> Limits:
    names = [field.name for field in fields(Limits)]
    for key in given:
        if key not in names:
            raise TaskRefused(f"{MANIFEST}: no limit {key!r}: {suggestion(key, names)}")
    try:
        return Limits(**given)
    except UsageError as error:
        raise TaskRefused(f"{MANIFEST}: {error}") from None
