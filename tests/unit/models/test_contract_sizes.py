"""Each contract of the models fits the code that a chain takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from system.chain.compiler import artifact
from system.paths import CONTRACTS_DIR

FOLDER = CONTRACTS_DIR / "models"
SOURCES = sorted(
    (*FOLDER.glob("*.sol"), *FOLDER.glob("classifiers/*.sol"), *FOLDER.glob("incentives/*.sol"))
)
MOST_BYTES = 24_576  # EIP-170


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_contract_fits(source: Path) -> None:
    """One that others are built on has no code of its own."""
    size = artifact(source.stem).runtime_size_bytes
    assert size <= MOST_BYTES
    assert (size == 0) == (f"abstract contract {source.stem} " in source.read_text("utf-8"))
