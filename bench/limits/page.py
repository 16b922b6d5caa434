"""The page docs/gas.md, of which the table between two marks is generated."""

from __future__ import annotations

from system.errors import UsageError
from system.paths import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "gas.md"
_BEGIN = "<!-- gas table: written by `python -m bench.limits.table --write` -->"
_END = "<!-- end of the gas table -->"


def with_table(page: str, table: str, *, begin: str = _BEGIN, end: str = _END) -> str:
    """The page with that table between its marks; raises UsageError where it lacks them."""
    before, opened, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise UsageError(f"the page has lost the marks around its table: write {begin} again")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"
