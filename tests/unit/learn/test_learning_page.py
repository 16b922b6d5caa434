"""The client shown in docs/learning-jobs.md works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from bench.learn.jobs import prepare
from bench.learn.options import JobsOptions
from system.jobs.trainer import Task, Trainer, decoded
from system.paths import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "learning-jobs.md"


def test_the_client_on_the_page_does_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [shown] = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    (tmp_path / "shown_on_the_page.py").write_text(shown, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    options = JobsOptions(workers=3, steps=3, client="shown_on_the_page:make")
    theirs = prepare(options).curriculum
    ours = prepare(JobsOptions(workers=3, steps=3)).curriculum
    task = Task(1, 4, ours.start(), None)
    results = [
        Trainer(one.client(worker), one.model, one.arithmetic, one.steps, worker).honest(task)
        for one, worker in ((theirs, 0), (theirs, 1), (ours, 0))
    ]
    assert results[0] == results[1]
    far = np.abs(decoded(results[0], "integer") - decoded(results[2], "integer")).max()
    assert 0 < far < 200  # of 65536: float32 beside whole numbers
