"""Each contract of the models fits the code that a chain takes."""

from __future__ import annotations

import pytest

from system.chain.compiler import artifact
from system.paths import CONTRACTS_DIR

FOLDER = CONTRACTS_DIR / "models"
NAMES = sorted(
    path.stem
    for path in (*FOLDER.glob("*.sol"), *FOLDER.glob("classifiers/*"), *FOLDER.glob("incentives/*"))
)
ABSTRACT = {"Classifier", "Incentive"}
MOST_BYTES = 24_576  # EIP-170


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_fits(name: str) -> None:
    size = artifact(name).runtime_size_bytes
    assert size <= MOST_BYTES
    assert (size == 0) == (name in ABSTRACT)
