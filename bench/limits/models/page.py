"""The page docs/gas-models.md, of which the table between two marks is generated."""

from __future__ import annotations

from typing import Final

from system.paths import PROJECT_ROOT

PAGE: Final = PROJECT_ROOT / "docs" / "gas-models.md"
BEGIN: Final = "<!-- models' gas: written by `python -m bench.limits.models --write` -->"
END: Final = "<!-- end of the models' gas -->"
