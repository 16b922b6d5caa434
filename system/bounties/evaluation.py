"""The data by which a task's models are judged, and their digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from system.bounties.task import Task, TaskRefused, files_digest

EVALUATION: Final = "evaluation"


def evaluation_digest(files: Mapping[str, bytes]) -> bytes:
    """The SHA-256 of a task's evaluation data: its files in the folder `evaluation`, in order."""
    return files_digest(
        {path: data for path, data in files.items() if path.startswith(f"{EVALUATION}/")}
    )


def require_evaluation(task: Task, named: bytes) -> None:
    """Nothing, if the task holds the evaluation data that its manifest and the job name.

    Raises TaskRefused otherwise: an owner could else judge by other data than it announced.
    """
    found = evaluation_digest(task.files)
    if found != task.evaluation or found != named:
        raise TaskRefused(
            f"task {task.name!r} holds evaluation data of the digest {found.hex()}, its manifest "
            f"names {task.evaluation.hex()} and the job {named.hex()}: ask its owner for the right "
            "ones"
        )
