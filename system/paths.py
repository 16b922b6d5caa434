"""Where the project's data lies and where builds are cached."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
CONTRACTS_DIR = PROJECT_ROOT / "contracts"
NETWORK_DIR = PROJECT_ROOT / "quorum-network"
REPORTS_DIR = PROJECT_ROOT / "reports"


def cache_dir() -> Path:
    """The user's cache folder for builds that are made once and reused (XDG base directories)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(base) / "weighbridge"
    path.mkdir(parents=True, exist_ok=True)
    return path
