"""What was done and refused in a training, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.learn.models.exchange import Done


@dataclass(slots=True)
class Tally:
    """How often calls of each name were sent, done and refused, and the gas of those done.

    `refused` counts refusals by role and error name.
    """

    sent: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    gas: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, done: Done, role: str) -> None:
        """Count what became of a step of somebody in that role."""
        name = done.step.name
        self.sent[name] += 1
        if done.refused:
            self.refused[role, done.refused] += 1
        else:
            self.done[name] += 1
            self.gas[name] += done.gas_used

    def gas_by_call(self) -> dict[str, int]:
        """The mean gas of each call that was done, rounded."""
        return {name: round(self.gas[name] / count) for name, count in self.done.items()}

    def refused_by_name(self) -> dict[str, int]:
        """How often each error's name was the answer."""
        names: Counter[str] = Counter()
        for (_, name), count in self.refused.items():
            names[name] += count
        return dict(names)

    def refused_by_role(self) -> dict[str, dict[str, int]]:
        """The same, role by role."""
        found: dict[str, dict[str, int]] = {}
        for (role, name), count in self.refused.items():
            found.setdefault(role, {})[name] = count
        return found
