"""The answer a training gives, in one sentence and a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bench.report.learning.figures import HONEST, Money
from bench.report.learning.frame import Training
from bench.report.numbers import figure, finney, percent, seconds, size

Word = Literal["yes", "partly", "no", "unfinished"]

REACHED_SHARE: Final = 0.95
# These train and return the right model or none: what they are paid is earned.
_EARNS: Final = (HONEST, "slow", "crash", "withhold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said of a training: `reached` is whether its accuracy is that of a plain server.

    `accuracy_share` is the one by the other. All are None before the first round was won.
    """

    run: str
    answer: Word
    text: str
    rounds: int
    accuracy: float | None
    accuracy_off_chain: float | None
    accuracy_share: float | None
    reached: bool | None


def answer(training: Training, by_behaviour: Sequence[Money]) -> Answer:
    """Yes: all rounds were won, with 95 % of the accuracy off the chain, and no wrong model paid.

    Partly: the accuracy is there, and a wrong model was paid, honest workers earned nothing, or
    others earned something.
    """
    own, other = _accuracies(training)
    share = None if own is None or not other else own / other
    reached = None if share is None else share >= REACHED_SHARE
    word = _word(training, by_behaviour, reached=bool(reached))
    told = [_learnt(training, own, other, share), _earned(by_behaviour), _cost(training)]
    return Answer(
        run=training.label,
        answer=word,
        text=" ".join(filter(None, told)),
        rounds=len(training.won),
        accuracy=own,
        accuracy_off_chain=other,
        accuracy_share=share,
        reached=reached,
    )


def overall(answers: Sequence[Answer]) -> Word:
    """One word for them all: partly where they differ."""
    words = {one.answer for one in answers}
    return words.pop() if len(words) == 1 else "partly"


def _word(training: Training, by_behaviour: Sequence[Money], *, reached: bool) -> Word:
    if not training.finished:
        return "unfinished"
    if not reached or len(training.won) < int(training.asked("rounds") or 1):
        return "no"
    fair = all(_as_deserved(one) for one in by_behaviour)
    return "yes" if fair and not training.result.get("rounds_poisoned") else "partly"


def _as_deserved(one: Money) -> bool:
    """Honest workers that had a seat earn, those that do not work don't."""
    if one.profit_wei is None or not one.seats:
        return True
    return one.profit_wei > 0 if one.behaviour == HONEST else _may_earn(one)


def _may_earn(one: Money) -> bool:
    return one.behaviour in _EARNS or (one.profit_wei or 0) <= 0


def _accuracies(training: Training) -> tuple[float | None, float | None]:
    """Of the model in the end, and of the plain server's after as many rounds as were asked for."""
    if not training.rows:
        return None, None
    last = training.rows[-1]
    return (
        training.result.get("accuracy", last.accuracy),
        training.result.get("accuracy_off_chain", last.accuracy_off_chain),
    )


def _learnt(training: Training, own: float | None, other: float | None, share: float | None) -> str:
    asked, won, jobs = training.asked("rounds"), len(training.won), len(training.rows)
    begun = (
        ""
        if training.finished
        else f"The training did not end: {won} of {asked} rounds were won when its record stops. "
    )
    if own is None:
        return begun + "No job was closed."
    if not won:
        outcomes = Counter(row.outcome for row in training.rows)
        kinds = ", ".join(f"{count} {name}" for name, count in outcomes.items())
        return (
            f"{begun}No round was won in {_count(jobs, 'job')} ({kinds}): no group of equal "
            f"results took the model on, its accuracy stays {percent(own)}, a plain server "
            f"reaches {percent(other)}."
        )
    poisoned = training.result.get("rounds_poisoned")
    return (
        f"{begun}After {_count(won, 'round')}{'' if won == asked else f' of {asked}'} the model "
        f"trained over the chain gets {percent(own)} of the test examples right, the one of "
        f"a plain server {percent(other)}: {percent(share)} of its accuracy."
        + (f" {_count(poisoned, 'round')} went to a wrong model." if poisoned else "")
    )


def _earned(by_behaviour: Sequence[Money]) -> str:
    told = [
        f"{one.behaviour} {finney(one.profit_wei)}"
        for one in by_behaviour
        if one.profit_wei is not None
    ]
    return f"What a worker ended with, by behaviour: {', '.join(told)}." if told else ""


def _cost(training: Training) -> str:
    if not training.rows:
        return ""
    alone = training.result.get("seconds_per_round_off_chain")
    return (
        f"A round costs {figure(training.mean('gas_used'))} gas, "
        f"{size(training.mean('wire_bytes'))} in {figure(training.mean('transactions'))} "
        f"transactions, and {seconds(training.mean('seconds'))}"
        + (f"; without a chain it takes {seconds(alone)}." if alone is not None else ".")
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
