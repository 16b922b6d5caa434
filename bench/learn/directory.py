"""Where a training's record goes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from bench.record.learning import LearningFile, LearningSettings
from bench.record.provenance import run_meta
from bench.record.writer import create_run, require_new
from system.paths import REPORTS_DIR


def new_directory(out: Path | None, system: str) -> Path:
    """The directory of a new training, `out` or one named by the time; nothing is made yet.

    Raises UsageError where something lies there.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    directory = out or REPORTS_DIR / f"{stamp}-learn-{system}"
    require_new(directory)
    return directory


def begin_training(
    directory: Path, settings: LearningSettings, *, seed: int, client_version: str | None = None
) -> LearningFile:
    """The record of a training, begun: its provenance and its settings are on disk."""
    meta = run_meta(
        run=directory.name,
        argv=sys.argv,
        plan=_plan(settings),
        seed=seed,
        client_version=client_version,
    )
    return LearningFile(create_run(directory, meta).path, settings)


def _plan(settings: LearningSettings) -> dict[str, Any]:
    """What was asked for, amounts as text: they may be beyond JSON's whole numbers."""
    asked = settings.asked.items()
    return {name: str(value) if name.endswith("_wei") else value for name, value in asked}
