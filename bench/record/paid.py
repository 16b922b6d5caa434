"""What paid jobs came to, by the behaviour of their workers, and what their market holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourCounts:
    """What workers of one behaviour came to in paid jobs, as the chain has it.

    `seats` they took, of which `counted` were verified, `paid` won, `returned` got their deposit
    back without winning, `forfeited` lost it; the rest are in jobs that were not closed. `outcomes`
    are those of their submissions, `reverted` counts these by the error's name, `expected` those
    among them that the behaviour itself brings about.
    """

    submissions: int
    seats: int
    counted: int
    paid: int
    claimed: int
    returned: int
    forfeited: int
    outcomes: dict[str, int]
    reverted: dict[str, int]
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketCounts:
    """A cell's paid jobs: by outcome, the server's own transactions, and the market's wei.

    `conserved`: what the market holds is what it owes to workers, server and open jobs.
    """

    jobs: int
    outcomes: dict[str, int]
    most_open: int
    server_transactions: int
    server_gas: int
    balance_wei: int
    owed_wei: int
    conserved: bool
