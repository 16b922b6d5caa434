"""The page docs/gas.md, of which the table between two marks is generated."""

from __future__ import annotations

from system.errors import UsageError
from system.paths import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "gas.md"
_BEGIN = "<!-- gas table: written by `python -m bench.limits.table --write` -->"
_END = "<!-- end of the gas table -->"


def with_table(page: str, table: str) -> str:
    """The page with that table between its marks; raises UsageError where it lacks them."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise UsageError(f"{PAGE.name} has lost the marks around its table: write {_BEGIN} again")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"
