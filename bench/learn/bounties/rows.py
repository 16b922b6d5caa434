"""What a try of the bounty market leaves: a row for each event of the market."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from system.bounties.credits import Reason
from system.bounties.events import Event
from system.bounties.ledger import Movement
from system.bounties.terms import NO_MODEL, Ballot, Outcome, Verdict

# Numbers of an event that say how it ended, and the words for them.
_WORDS: Final = {"verdict": Verdict, "side": Ballot, "outcome": Outcome, "reason": Reason}
_PLAIN: Final = ("turn", "order", "loss", "honest", "cheat", "share", "lost", "amount", "chunks")


def rows_of(
    events: Iterable[Event], names: Mapping[str, str], *, seconds: float
) -> list[dict[str, Any]]:
    """Events as plain values: who by name, `own` and `trust` signed as that account sees them."""
    return [_row(event, names, seconds) for event in events]


def movement(event: Event) -> Movement:
    """The movement of credits that a Credit event tells of."""
    facts = event.facts
    reason = Reason(facts["reason"])
    return Movement(event.account, event.job, reason, facts["own"], facts["trust"])


def spaced(name: str) -> str:
    """An event's name in words: "JobClosed" is "job closed"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def loss_of(facts: Mapping[str, Any]) -> int | None:
    """An event's loss in millionths; None for what is no model."""
    loss = facts.get("loss")
    return None if loss is None or loss == NO_MODEL else int(loss)


def _row(event: Event, names: Mapping[str, str], seconds: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "block": event.block,
        "seconds": round(seconds, 2),
        "job": event.job,
        "event": spaced(event.name),
        "who": names.get(event.account, event.account),
    }
    row |= {name: event.facts[name] for name in _PLAIN if name in event.facts}
    row |= {
        name: word(event.facts[name]).name.lower()
        for name, word in _WORDS.items()
        if name in event.facts
    }
    if "loss" in row:
        row["loss"] = loss_of(event.facts)
    if event.name == "Credit":
        sign = 1 if movement(event).comes else -1
        row |= {"own": sign * event.facts["own"], "trust": sign * event.facts["trust"]}
    return row
