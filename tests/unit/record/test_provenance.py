"""A run says where it comes from and keeps no password."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.record.jsonform import to_json
from bench.record.provenance import run_meta, without_credentials


def test_a_run_names_machine_versions_and_time():
    meta = run_meta(run="r", argv=["weighbridge", "sweep"], plan={"seed": 3}, seed=3)
    assert meta.machine.cores >= 1
    assert meta.machine.cpu
    assert meta.versions["weighbridge"]
    started_at = datetime.fromisoformat(meta.started_at)
    assert abs((datetime.now(UTC) - started_at).total_seconds()) < 60


def test_the_commit_is_the_one_git_names():
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert run_meta(run="r", argv=[], plan={}, seed=0).commit == (found.stdout.strip() or None)


def test_credentials_reach_no_file():
    url = "http://alice:s3cret@node.example:8545/rpc"
    meta = run_meta(
        run="r",
        argv=["sweep", "--rpc-url", url, f"--rpc-url={url},{url}"],
        plan={"rpc": {"urls": (url,)}},
        seed=0,
    )
    assert b"s3cret" not in to_json(meta)
    assert b"alice" not in to_json(meta)
    assert meta.argv[1:3] == ["--rpc-url", "http://***@node.example:8545/rpc"]


def test_text_without_credentials_stays_as_it_is():
    assert without_credentials("http://u:p@ss@h,http://c:d@h") == "http://***@h,http://***@h"
    for text in ("http://127.0.0.1:8545", "mail@example.org", "a://b/c@d", ""):
        assert without_credentials(text) == text
