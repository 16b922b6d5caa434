"""The model as it moves on, over the chain and in plain sight, and what is written of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.learn.encrypted.rows import End, RoundRow
from system.encrypted.learning import Study, applied, in_plain_sight
from system.encrypted.ledger import Entry
from system.encrypted.packing import Integers
from system.encrypted.rounds import Learners, Opened


@dataclass(slots=True)
class Course:
    """A training so far; `say` takes each row as it comes."""

    study: Study
    say: Callable[[dict[str, Any]], None]
    scheme: str
    weights: Integers = field(init=False)
    plain: Integers = field(init=False)
    entries: list[Entry] = field(default_factory=list)
    rounds: list[RoundRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Both begin alike."""
        self.weights = self.plain = self.study.start()

    @property
    def bit_identical(self) -> bool:
        """Whether the model is the one in plain sight."""
        return self.study.digest(self.weights) == self.study.digest(self.plain)

    def keep(self, entry: Entry) -> None:
        """A step was taken."""
        self.entries.append(entry)
        self.say({"kind": "step", "scheme": self.scheme, **asdict(entry)})

    def play(self, learners: Learners, parties: int, *, dropped: Collection[int] = ()) -> None:
        """The next round, by the first so many parties."""
        study, number = self.study, len(self.rounds) + 1
        updates = {one: study.update(one, self.weights, number) for one in range(parties)}
        opened = learners.play(number - learners.after, updates, dropped=dropped)
        if opened.total is not None:
            self.weights = applied(self.weights, opened.total, counted=len(opened.counted))
        self.plain = in_plain_sight(study, self.plain, number, counted=opened.counted)
        self._close(opened, number, dropped)

    def improve(self, improved: Integers) -> None:
        """Somebody improved the model; in plain sight it would have done the same."""
        self.weights, self.plain = improved, self.plain + self.study.improvement(self.plain)

    def end(self) -> End:
        """What there is to say of it now."""
        examples = len(self.study.slices[0].test_y)
        return End(
            entries=self.entries,
            rounds=self.rounds,
            accuracy=self.study.right(self.weights) / examples,
            accuracy_plain=self.study.right(self.plain) / examples,
            bit_identical=self.bit_identical,
        )

    def _close(self, opened: Opened, number: int, dropped: Collection[int]) -> None:
        row = RoundRow(
            round=number,
            outcome="void" if opened.total is None else "opened",
            counted=opened.counted,
            dropped=tuple(dropped),
            right=self.study.right(self.weights),
            right_plain=self.study.right(self.plain),
            examples=len(self.study.slices[0].test_y),
            digest=self.study.digest(self.weights).hex(),
            bit_identical=self.bit_identical,
            encryption_s=opened.encryption_s,
        )
        self.rounds.append(row)
        self.say({"kind": "round", **asdict(row)})
