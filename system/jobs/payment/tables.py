"""`python -m system.jobs.payment.tables`: the tables of docs/payment.md, printed or written."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from system.errors import UsageError
from system.jobs.payment.chances import p_correct, p_evil, p_good
from system.jobs.payment.exact import Number
from system.jobs.payment.silence import p_correct_deadline, p_evil_deadline, p_good_deadline
from system.jobs.payment.sizes import min_job_size
from system.jobs.payment.terms import (
    deterrent_deposit,
    evil_profit,
    required_payment,
    server_spend,
)
from system.learning.models import model_count
from system.paths import PROJECT_ROOT

PAGE: Final = PROJECT_ROOT / "docs" / "payment.md"
_COMMAND: Final = "python -m system.jobs.payment.tables"
# The model whose redundancy is shown, in int32.
MODEL: Final = "mnist-784-32-10"
_MODEL_BYTES: Final = 4 * model_count(MODEL)
# A good worker spends 1 and wants 0.2 on top; an evil one spends 0.05.
COST, BENEFIT, COST_EVIL = 1, "0.2", "0.05"

_Market = tuple[int | None, Number]
_MARKETS: Final[tuple[_Market, ...]] = (
    *((10, 3), (10, 4), (20, 6), (20, 8), (20, 9), (100, 30), (100, 40), (100, 49)),
    *((None, "0.3"), (None, "0.4"), (None, "0.49")),
)
_SIZES: Final = (3, 5, 9, 15)
_TARGETS: Final = ("0.9", "0.95", "0.99")
_JOBS: Final[tuple[tuple[int | None, Number, int], ...]] = (
    *((20, 6, 3), (20, 6, 9), (20, 8, 3), (20, 8, 15), (100, 30, 9), (100, 40, 15), (100, 40, 29)),
    *((None, "0.3", 5), (None, "0.3", 9), (None, "0.4", 41), (None, "0.49", 3)),
)
_SILENT: Final = (("1", "1"), ("0.9", "1"), ("0.7", "1"), ("0.9", "0.9"), ("1", "0.5"))


def chances() -> str:
    """P, Q and W by pool and job size, as Markdown."""
    heads = ["pool, evil", *(f"n = {n}" for n in _SIZES)]
    rows = [
        [_market(pool, evil), *(_chances(pool, evil, n) for n in _SIZES)] for pool, evil in _MARKETS
    ]
    return _table(heads, rows)


def sizes() -> str:
    """The smallest job by pool and target, and what a step sends at the smallest target."""
    heads = [
        "pool, evil",
        *(f"{name} ≥ {target}" for name in "PW" for target in _TARGETS),
        f"both ≥ {_TARGETS[0]}: a step sends",
    ]
    return _table(heads, [_size_row(pool, evil) for pool, evil in _MARKETS])


def terms() -> str:
    """Payments without and with the deposit that deters, as Markdown."""
    heads = [
        *("pool, evil", "n", "v without deposit", "evil earns", "d*", "v with d*"),
        *("evil earns then", "server pays"),
    ]
    return _table(heads, [_terms_row(*job) for job in _JOBS])


def silence() -> str:
    """P, Q and W at a deadline, as Markdown: an endless pool, 30 % evil, n = 5."""
    heads = ["good return", "evil return", "P", "Q", "W"]
    chances = (p_good_deadline, p_evil_deadline, p_correct_deadline)
    rows = [
        [good, evil, *(_short(chance(None, "0.3", 5, good, evil)) for chance in chances)]
        for good, evil in _SILENT
    ]
    return _table(heads, rows)


def behaviours() -> str:
    """P, Q and W of an even job by behaviour and tie rule, as Markdown: 8 of 20 evil, n = 4."""
    heads = ["evil workers", "ties", "P", "Q", "W"]
    rows = [
        [str(words), tie, *_each(20, 8, 4, behaviour, tie)]
        for words, behaviour in (("collude", "collude"), ("2 cliques", 2), ("independent",) * 2)
        for tie in ("none", "random", "first", "rushed")
    ]
    return _table(heads, rows)


TABLES: Final[dict[str, Callable[[], str]]] = {
    each.__name__: each for each in (chances, sizes, terms, behaviours, silence)
}


def with_tables(page: str) -> str:
    """The page with every table between its marks; raises UsageError where it lacks one."""
    for name, made in TABLES.items():
        begin, end = f"<!-- {name}: written by `{_COMMAND} --write` -->", f"<!-- end of {name} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise UsageError(f"{PAGE.name} has lost the marks around {name}: write {begin} again")
        page = f"{before}{begin}\n\n{made()}\n\n{end}{after}"
    return page


def main(argv: Sequence[str] | None = None) -> int:
    """0; prints the tables, or writes them into the page."""
    parser = argparse.ArgumentParser(prog=_COMMAND)
    parser.add_argument("--write", action="store_true", help=f"write them into docs/{PAGE.name}")
    if parser.parse_args(argv).write:
        PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print("\n\n".join(made() for made in TABLES.values()))
    return 0


def _size_row(pool: int | None, evil: Number) -> list[str]:
    by_quantity = {
        quantity: [min_job_size(pool, evil, target, quantity) for target in _TARGETS]
        for quantity in ("p_good", "p_correct")
    }
    found = [size for sizes in by_quantity.values() for size in sizes]
    both = max(sizes[0] for sizes in by_quantity.values())
    return [
        _market(pool, evil),
        *(f"{size:,}" for size in found),
        f"{both * _MODEL_BYTES / 1e6:,.1f} MB",
    ]


def _terms_row(pool: int | None, evil: Number, n: int) -> list[str]:
    p, q = p_good(pool, evil, n), p_evil(pool, evil, n)
    plain = required_payment(p, COST, BENEFIT)
    deposit = deterrent_deposit(p, q, COST, BENEFIT, COST_EVIL)
    payment = required_payment(p, COST, BENEFIT, deposit)
    money = (
        plain,
        evil_profit(q, plain, 0, COST_EVIL),
        deposit,
        payment,
        evil_profit(q, payment, deposit, COST_EVIL),
        server_spend(pool, evil, n, payment),
    )
    return [_market(pool, evil), str(n), *(f"{float(each):.3f}" for each in money)]


def _each(pool: int | None, evil: Number, n: int, behaviour: str | int, tie: str) -> list[str]:
    chances = (p_good, p_evil, p_correct)
    return [_short(chance(pool, evil, n, behaviour, tie)) for chance in chances]


def _chances(pool: int | None, evil: Number, n: int) -> str:
    if pool is not None and n > pool:
        return "–"
    return " ".join(_each(pool, evil, n, "collude", "none"))


def _short(chance: Number) -> str:
    return f"{float(chance):.4f}".removeprefix("0")


def _market(pool: int | None, evil: Number) -> str:
    return f"{pool}, {evil}" if pool else f"∞, {float(evil):.0%}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rule, *rows))


if __name__ == "__main__":
    raise SystemExit(main())
