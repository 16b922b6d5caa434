"""The market's books kept a second time, from its terms and its events alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from system.jobs.market import Results, Terms, TieRule


@dataclass(slots=True)
class Account:
    """One job as an accountant sees it: seats taken, results as they were counted, the turn in
    which the model was delivered, who has claimed."""

    terms: Terms
    seated: set[str] = field(default_factory=set)
    counted: list[tuple[str, bytes]] = field(default_factory=list)
    delivered: int | None = None
    closed: bool = False
    claimed: set[str] = field(default_factory=set)

    def winners(self) -> list[str]:
        """Who is paid, by the rules in words: plurality, quorum, tie rule, turns."""
        if len(self.counted) < self.terms.quorum:
            return []
        sizes = Counter(digest for _, digest in self.counted)
        largest = [digest for digest, size in sizes.items() if size == max(sizes.values())]
        if len(largest) > 1 and self.terms.tie_rule is TieRule.NONE:
            return []
        # A Counter keeps the order in which its keys first came.
        members = [worker for worker, digest in self.counted if digest == largest[0]]
        if self.terms.results is Results.WEIGHTS:
            return members
        return [] if self.delivered is None else members[self.delivered :]

    def due(self) -> dict[str, int]:
        """What each worker can claim of the closed job, before anybody did, in wei."""
        if len(self.counted) < self.terms.quorum:
            return {worker: self.terms.deposit for worker, _ in self.counted}
        return dict.fromkeys(self.winners(), self.terms.payment + self.terms.deposit)

    def refund(self) -> int:
        """What goes back to the server when the job is closed."""
        held = self.terms.escrow + len(self.seated) * self.terms.deposit
        return held - sum(self.due().values())

    def owes(self) -> int:
        """What the market owes on account of this job, balances aside."""
        if not self.closed:
            return self.terms.escrow + len(self.seated) * self.terms.deposit
        return sum(wei for worker, wei in self.due().items() if worker not in self.claimed)
